"""From config.toml to what the handlers know of the office."""

from datetime import time

from bot import config as settings
from bot.config import Config
from handlers.danger import Danger
from handlers.office import Canned, Category, Limits, Office, Topic
from handlers.worktime import WorkCalendar


def office_from(config: Config) -> Office:
    return Office(
        name=config.office.name,
        short_name=config.office.short_name,
        phone=config.office.phone,
        service_hours=config.office.service_hours,
        zone=config.office.zone,
        consent_text=config.office.consent_text,
        consent_version=config.office.consent_version,
        categories=tuple(_category(each) for each in config.category),
        calendar=_calendar(config),
        draft_hours=config.dialog.draft_hours,
        idle_hours=config.dialog.idle_hours,
        misunderstandings_before_human=config.dialog.misunderstandings_before_human,
        code_hours=config.invite.code_hours,
        wrong_codes_per_hour=config.invite.wrong_codes_per_hour,
        canned=tuple(Canned(each.label, each.text) for each in config.canned),
        dangers=tuple(Danger(each.label, each.call, each.words) for each in config.danger),
        reopen_days=config.cases.reopen_days,
        ask_again_days=config.cases.ask_again_days,
        human_idle_minutes=config.cases.human_idle_minutes,
        quiet=tuple(_period(each) for each in config.quiet.periods),
        rooms=config.gatherings.rooms,
        courses_per_person=config.gatherings.courses_per_person,
        remind_days=config.gatherings.remind_days,
        remind_hours=config.gatherings.remind_hours,
        approvers=config.mailings.approvers,
        useful_days=config.mailings.useful_days,
        call_after_hours=config.mailings.call_after_hours,
        greetings=config.greetings.as_rules(),
        festivals=tuple(each.as_rules() for each in config.festival),
        duties=tuple(each.as_rules() for each in config.duty),
        danger_repeat_minutes=config.cases.danger_repeat_minutes,
        topics=tuple(Topic(each.key, each.label) for each in config.topic),
        briefing_link_days=config.briefings.link_days,
        web_address=config.web.address if config.web.enabled else "",
    )


def _category(each: settings.Category) -> Category:
    return Category(
        each.key,
        each.label,
        Limits(each.accept_hours, each.progress_days, each.working_days),
        Limits(each.urgent_accept_hours, each.urgent_progress_days, each.urgent_working_days),
    )


def _calendar(config: Config) -> WorkCalendar:
    return WorkCalendar(
        frozenset(config.calendar.work_days),
        frozenset(config.calendar.holidays),
        frozenset(config.calendar.extra_work_days),
        tuple(_period(each) for each in config.calendar.work_periods),
        config.office.zone,
    )


def _period(text: str) -> tuple[time, time]:
    """'08:30-12:00' as two times."""
    start, end = (time.fromisoformat(each) for each in text.split("-"))
    return start, end
