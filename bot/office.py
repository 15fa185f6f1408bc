"""From config.toml to what the handlers know of the office."""

from bot.config import Config
from handlers.office import Category, Office, WorkCalendar


def office_from(config: Config) -> Office:
    return Office(
        name=config.office.name,
        short_name=config.office.short_name,
        phone=config.office.phone,
        service_hours=config.office.service_hours,
        zone=config.office.zone,
        consent_text=config.office.consent_text,
        consent_version=config.office.consent_version,
        categories=tuple(Category(each.key, each.label, each.working_days) for each in config.category),
        calendar=WorkCalendar(
            frozenset(config.calendar.work_days),
            frozenset(config.calendar.holidays),
            frozenset(config.calendar.extra_work_days),
        ),
        draft_hours=config.dialog.draft_hours,
        idle_hours=config.dialog.idle_hours,
        misunderstandings_before_human=config.dialog.misunderstandings_before_human,
        code_hours=config.invite.code_hours,
        wrong_codes_per_hour=config.invite.wrong_codes_per_hour,
    )
