"""Everything that storage can write, each on a file where it changes something.

`fill` makes the file; DEEDS names every writing function with a call. `tests/test_storage_obstacles.py` does each against a locked, a
read-only and a full file; a test there fails when a function is missing here.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from storage import (
    absences,
    accounts,
    adjusted_days,
    audit,
    briefing_corrections,
    briefing_files,
    briefing_links,
    briefing_reads,
    briefing_search,
    briefings,
    case_aids,
    case_clocks,
    case_closings,
    case_entries,
    cases,
    days_away,
    demonstration,
    dialog_words,
    dialogs,
    entry,
    gatherings,
    inbox,
    interests,
    leaving,
    life_events,
    mailings,
    marks,
    media,
    outbox,
    people,
    quiet_hours,
    recipient_letters,
    recipients,
    reminders,
    roster,
    signups,
    talks,
)
from storage.accounts import Role
from storage.adjusted_days import AdjustedDay
from storage.case_aids import Aid
from storage.case_clocks import Clock
from storage.database import Tx
from storage.gatherings import Gathering
from storage.inbox import Arrival
from storage.mailings import Circle, Mailing
from storage.media import Medium
from storage.outbox import Sent
from storage.people import Person
from storage.quiet_hours import QuietHours

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=500)
WANG, LI, ZHAO = 1, 2, 3  # persons
OF_WANG, OF_ZHAO, STRANGER = 1, 2, 3  # accounts
MEDIUM = Medium("0" * 32, OF_WANG, "photo", "照片.jpg", "image/jpeg", 1000, "telegram", "reference", "wanted", 0)

Deed = Callable[[Tx], Awaitable[object]]


def arrival(external_id: str, account_id: int = OF_WANG, words: str = "困难") -> Arrival:
    return Arrival("telegram", external_id, account_id, "words", words, None, (), NOW)


async def fill(tx: Tx) -> None:
    """Write an office on which every deed below changes something."""
    unit = await people.unit_named(tx, "虚构县水利局")
    for name, role in (("王老", "cadre"), ("小李", "relative"), ("赵科", "staff")):
        person = await people.add(tx, Person(name=name, unit_id=unit), LONG_AGO)
        await people.give_role(tx, person, Role(role, None))
    for address in ("of wang", "of zhao", "of a stranger"):
        await accounts.find_or_add(tx, "telegram", address, LONG_AGO)
    await accounts.bind(tx, OF_WANG, WANG, LONG_AGO)
    await accounts.mark_unreachable(tx, OF_ZHAO, "对方停用了机器人")
    await _fill_entrance(tx)
    await _fill_messages(tx)
    for state in ("open", "taken", "closed", "proposed"):
        await _case(tx, state)
    await cases.offer(tx, PROPOSED, ZHAO, LI)
    await case_clocks.put(tx, CLOCK)
    await reminders.set_due(tx, "accept.warn", OPEN, 1, LONG_AGO)
    await reminders.set_due(tx, "accept.overdue", OPEN, 1, NOW)
    await reminders.done(tx, 2, "fired", LONG_AGO)
    await talks.begin(tx, OF_WANG, OF_ZHAO, ZHAO, TAKEN, LONG_AGO)
    await absences.add(tx, ZHAO, TODAY, TODAY, LI, ZHAO, NOW)
    await accounts.share(tx, OF_WANG, LI, NOW)
    await gatherings.add(tx, GATHERING, NOW)
    for person, state in ((WANG, "waiting"), (LI, "in")):
        await _signup(tx, person, state)
    await signups.attend(tx, LIS, "list", ZHAO, NOW)
    await marks.put(tx, "mark", "before")
    await life_events.add(tx, WANG, "hospital", TODAY, "县医院", ZHAO, NOW)
    await reminders.set_due(tx, "birthday", WANG, 2026, NOW)
    await reminders.done(tx, 3, "stopped", NOW)
    await days_away.add(tx, WANG, TODAY, TODAY, NOW)
    await interests.put(tx, WANG, ["song"])
    await _fill_mailings(tx)


async def _fill_entrance(tx: Tx) -> None:
    await entry.give_consent(tx, WANG, OF_WANG, "1", LONG_AGO)
    link = await entry.add_link(tx, OF_WANG, "link", LONG_AGO)
    await entry.add_session(tx, OF_WANG, link, "token", NOW, 100)
    await entry.add_session(tx, OF_WANG, link, "outdated", LONG_AGO, 1)
    await entry.add_invite(tx, LI, "ABCD2345", None, NOW, 72)
    await entry.wrong_code(tx, STRANGER, LONG_AGO)
    await entry.add_request(tx, STRANGER, "虚构县水利局", "张三", NOW)


async def _fill_messages(tx: Tx) -> None:
    await inbox.add(tx, [arrival("waiting"), arrival("handled"), arrival("parked")], LONG_AGO)
    await inbox.handled(tx, [2])
    await inbox.park(tx, 3, "traceback")
    for account in (OF_WANG, OF_WANG, OF_ZHAO):
        outbox.add(tx, account, "您好", LONG_AGO)
    for state in ("done", "draft", "open"):
        dialog = await dialogs.add(tx, OF_WANG, "report", {}, LONG_AGO)
        await dialogs.save(tx, replace(dialog, state=state, answers={"told": "暖气"}))
    await media.add(tx, MEDIUM, NOW)
    await _briefings(tx)


async def _briefings(tx: Tx) -> None:
    """A draft, one that is out, a correction that waits, a link that ran out, a file to be read."""
    for _ in (DRAFT, OUT):
        await _new_briefing(tx)
    await briefings.publish(tx, OUT, NOW)
    await briefing_search.put(tx, await briefings.by_id(tx, OUT))
    await briefing_corrections.add(tx, OUT, "title", "少吃盐", ZHAO, NOW)
    await briefing_links.add(tx, "old secret", OUT, LI, LONG_AGO)
    await media.add(tx, replace(MEDIUM, id="3" * 32), NOW)
    await briefing_files.add(tx, "3" * 32, "public", ZHAO, OF_ZHAO, NOW)


async def _fill_mailings(tx: Tx) -> None:
    for _ in (PROPOSED_MAILING, APPROVED, SENDING, DONE):
        await mailings.add(tx, MAILING)
    for each in (APPROVED, SENDING, DONE):
        await mailings.decide(tx, each, "approved", LI, NOW)
    for each in (SENDING, DONE):
        await mailings.begin(tx, each, NOW)
        await recipients.add_all(tx, each, [WANG, LI])
    await mailings.end(tx, DONE, "done", NOW)
    await recipients.set_states(tx, [("out", None, 1), ("failed", "对方停用了机器人", 4)])
    await outbox.write(tx, OF_WANG, "国庆节放假", NOW, recipient_id=2)
    await outbox.write(tx, OF_WANG, "国庆节放假", NOW, recipient_id=1)


MAILING = Mailing("briefing", "国庆节放假", Circle(), ZHAO, NOW, NOW, NOW + timedelta(days=3), 1, account_id=OF_ZHAO)
PROPOSED_MAILING, APPROVED, SENDING, DONE = 1, 2, 3, 4


async def _blanked(tx: Tx) -> None:
    await dialog_words.blank(tx, await dialog_words.open_span(tx, OF_WANG), "（删掉了）")


async def _partly_left(tx: Tx) -> None:
    await recipient_letters.call_back(tx, SENDING, NOW)
    await recipient_letters.partly_left(tx, 1, NOW + timedelta(seconds=1))
    await outbox.part_sent(tx, 1, 1, 0, NOW)


async def _case(tx: Tx, state: str) -> None:
    case = await cases.add(
        tx,
        person_id=WANG,
        acted_by=WANG,
        account_id=OF_WANG,
        category="housing",
        urgent=False,
        promised_on=date(2026, 12, 4),
        year=2026,
        now=NOW,
    )
    await case_entries.add(tx, case.id, "said", WANG, "暖气三天不热了", (), NOW)
    if state != "open":
        await cases.take(tx, case.id, ZHAO)
    if state in ("closed", "proposed"):
        await case_closings.propose(tx, case.id, "done", "换好了", "", (), ZHAO, NOW)
    if state == "closed":
        await case_closings.decide(tx, case.id, 1, "closed", ZHAO, NOW)
        await cases.close(tx, case.id, 1, NOW)


TODAY = date(2026, 11, 23)
OPEN, TAKEN, CLOSED, PROPOSED = 1, 2, 3, 4  # cases
GATHERING = Gathering(
    title="合唱排练",
    kind="song",
    starts_at=NOW + timedelta(days=9),
    ends_at=NOW + timedelta(days=9, hours=2),
    place="多功能厅",
    opens_at=NOW,
    deadline_at=NOW + timedelta(days=8),
    made_by=ZHAO,
    uid="uid",
    seed="seed",
)
WANGS, LIS = 1, 2  # signups


async def _signup(tx: Tx, person: int, state: str) -> None:
    await signups.add(
        tx,
        gathering_id=1,
        person_id=person,
        acted_by=person,
        account_id=OF_WANG,
        companions=0,
        answers={},
        state=state,
        by_phone=False,
        told_sequence=0,
        now=NOW,
    )


async def _new_signup(tx: Tx) -> None:
    await _signup(tx, ZHAO, "in")


async def _no_more(tx: Tx) -> None:
    await signups.set_state(tx, await signups.by_id(tx, WANGS), "cancelled", NOW)


CLOCK = Clock(OPEN, "accept", 1, LONG_AGO, 0, None, None, NOW)


async def _answered(tx: Tx) -> None:
    await case_closings.answer(tx, CLOSED, 1, "yes", WANG, NOW)
    await case_closings.rate(tx, CLOSED, 1, "yes")


async def _new_case(tx: Tx) -> None:
    await _case(tx, "open")


async def _new_talk(tx: Tx) -> None:
    await talks.end(tx, 1, "idle", NOW)
    await talks.begin(tx, OF_WANG, OF_ZHAO, ZHAO, TAKEN, NOW)


async def _new_letter(tx: Tx) -> None:
    outbox.add(tx, OF_WANG, "您好", NOW, media=[MEDIUM.id])


async def _expire_medium(tx: Tx) -> None:
    await media.kept(tx, MEDIUM.id, 1000, "image/png", "照片.png")
    await media.expire(tx, NOW + timedelta(days=1), 10)


async def _prune_outbox(tx: Tx) -> None:
    await outbox.sent(tx, [Sent(2)], LONG_AGO)
    await outbox.prune(tx, NOW, 10)


async def _saved_at_the_end(tx: Tx) -> None:
    dialogs.save_last(tx, DIALOG)


async def _new_briefing(tx: Tx) -> None:
    await briefings.add(
        tx, content_class="public", topic="health", title="少盐", text="每天不超过五克盐。", made_by=ZHAO, now=NOW
    )


async def _correct(tx: Tx) -> None:
    before = await briefings.by_id(tx, OUT)
    await briefing_search.take_out(tx, before)
    after = replace(before, title="少吃盐", corrected_at=NOW)
    await briefings.write(tx, after)
    await briefing_search.put(tx, after)


DRAFT, OUT = 1, 2  # briefings
DIALOG = dialogs.Dialog(3, OF_WANG, "report", {"a": 1}, "a", "open", 0, NOW)
DEEDS: dict[str, Deed] = {
    "accounts.find_or_add": lambda tx: accounts.find_or_add(tx, "telegram", "somebody new", NOW),
    "accounts.bind": lambda tx: accounts.bind(tx, OF_ZHAO, ZHAO, NOW),
    "accounts.mark_unreachable": lambda tx: accounts.mark_unreachable(tx, OF_WANG, "对方停用了机器人"),
    "accounts.mark_reachable": lambda tx: accounts.mark_reachable(tx, OF_ZHAO),
    "audit.add": lambda tx: audit.add(tx, NOW, "case.said", "case:1", actor_id=WANG),
    "absences.add": lambda tx: absences.add(tx, LI, TODAY, TODAY, ZHAO, ZHAO, NOW),
    "absences.cancel": lambda tx: absences.cancel(tx, 1, NOW),
    "accounts.share": lambda tx: accounts.share(tx, OF_ZHAO, LI, NOW),
    "accounts.unshare": lambda tx: accounts.unshare(tx, OF_WANG, LI),
    "adjusted_days.replace_year": lambda tx: adjusted_days.replace_year(
        tx, 2027, {date(2027, 1, 1): AdjustedDay(date(2027, 1, 1), False, "元旦")}
    ),
    "briefings.add": _new_briefing,
    "briefings.move": lambda tx: briefings.move(tx, DRAFT, "proposed", was="draft"),
    "briefings.publish": lambda tx: briefings.publish(tx, DRAFT, NOW),
    "briefings.put_media": lambda tx: briefings.put_media(tx, DRAFT, [MEDIUM.id]),
    "briefings.tie_case": lambda tx: briefings.tie_case(tx, OPEN, OUT),
    "briefings.withdraw": lambda tx: briefings.withdraw(tx, OUT, "写错了", NOW),
    "briefings.write": _correct,
    "briefing_corrections.add": lambda tx: briefing_corrections.add(tx, OUT, "title", "少吃盐", ZHAO, NOW),
    "briefing_corrections.decide": lambda tx: briefing_corrections.decide(tx, 1, "approved", LI, NOW),
    "briefing_files.add": lambda tx: briefing_files.add(tx, MEDIUM.id, "public", ZHAO, OF_ZHAO, NOW),
    "briefing_files.count_try": lambda tx: briefing_files.count_try(tx, "3" * 32),
    "briefing_files.done": lambda tx: briefing_files.done(tx, "3" * 32),
    "dialog_words.blank": _blanked,
    "dialog_words.forget": lambda tx: dialog_words.forget(tx, WANG, ["report"], LONG_AGO),
    "briefing_links.add": lambda tx: briefing_links.add(tx, "secret", OUT, WANG, NOW),
    "briefing_links.prune": lambda tx: briefing_links.prune(tx, NOW),
    "briefing_links.revoke": lambda tx: briefing_links.revoke(tx, LI),
    "briefing_reads.add": lambda tx: briefing_reads.add(tx, OUT, WANG, "button", "web", NOW),
    "briefing_reads.put_mutes": lambda tx: briefing_reads.put_mutes(tx, WANG, ["health"]),
    "briefing_search.put": _correct,
    "briefing_search.take_out": _correct,
    "case_aids.add": lambda tx: case_aids.add(
        tx, TAKEN, Aid("特困补助", "重大疾病", "现金", "500元", TODAY, "赵科"), ZHAO, NOW
    ),
    "case_clocks.put": lambda tx: case_clocks.put(tx, replace(CLOCK, case_id=TAKEN)),
    "case_clocks.stop": lambda tx: case_clocks.stop(tx, OPEN, "accept"),
    "case_closings.answer": _answered,
    "case_closings.decide": lambda tx: case_closings.decide(tx, PROPOSED, 1, "returned", ZHAO, NOW),
    "case_closings.propose": lambda tx: case_closings.propose(tx, TAKEN, "done", "换好了", "", (), ZHAO, NOW),
    "case_closings.put_on_call_list": lambda tx: case_closings.put_on_call_list(tx, CLOSED, 1, True),
    "case_closings.rate": _answered,
    "case_closings.remark": lambda tx: case_closings.remark(tx, CLOSED, 1, "没有"),
    "case_entries.add": lambda tx: case_entries.add(tx, OPEN, "said", WANG, "楼上也不热", (), NOW),
    "case_entries.move": lambda tx: case_entries.move(tx, 1, OPEN, TAKEN),
    "case_entries.read": lambda tx: case_entries.read(tx, OPEN, ZHAO, 1),
    "cases.add": _new_case,
    "cases.alarm": lambda tx: cases.alarm(tx, OPEN, "急病受伤"),
    "cases.close": lambda tx: cases.close(tx, TAKEN, 1, NOW),
    "cases.decline": lambda tx: cases.decline(tx, PROPOSED, LI),
    "cases.give": lambda tx: cases.give(tx, TAKEN, LI),
    "cases.hurry": lambda tx: cases.hurry(tx, OPEN),
    "cases.merge": lambda tx: cases.merge(tx, TAKEN, OPEN, NOW),
    "cases.next_round": lambda tx: cases.next_round(tx, OPEN),
    "cases.offer": lambda tx: cases.offer(tx, TAKEN, ZHAO, LI),
    "cases.promise": lambda tx: cases.promise(tx, OPEN, date(2026, 12, 9)),
    "cases.release": lambda tx: cases.release(tx, TAKEN),
    "cases.reopen": lambda tx: cases.reopen(tx, CLOSED),
    "cases.snooze": lambda tx: cases.snooze(tx, TAKEN, date(2026, 12, 1)),
    "cases.take": lambda tx: cases.take(tx, OPEN, ZHAO),
    "cases.wait": lambda tx: cases.wait(tx, TAKEN, NOW),
    "days_away.add": lambda tx: days_away.add(tx, WANG, TODAY, TODAY + timedelta(days=9), NOW),
    "days_away.drop": lambda tx: days_away.drop(tx, WANG, TODAY),
    "demonstration.revoke_all_links": lambda tx: demonstration.revoke_all_links(tx, NOW),
    "dialogs.add": lambda tx: dialogs.add(tx, STRANGER, "request", {}, NOW),
    "dialogs.save": lambda tx: dialogs.save(tx, DIALOG),
    "dialogs.save_last": _saved_at_the_end,
    "dialogs.drop_old_drafts": lambda tx: dialogs.drop_old_drafts(tx, NOW, 24),
    "dialogs.prune": lambda tx: dialogs.prune(tx, NOW, 30),
    "entry.add_link": lambda tx: entry.add_link(tx, OF_WANG, "another link", NOW),
    "entry.revoke_links": lambda tx: entry.revoke_links(tx, OF_WANG, NOW),
    "entry.add_session": lambda tx: entry.add_session(tx, OF_WANG, None, "another token", NOW, 100),
    "entry.end_session": lambda tx: entry.end_session(tx, "token", NOW),
    "entry.prune_sessions": lambda tx: entry.prune_sessions(tx, NOW),
    "entry.add_invite": lambda tx: entry.add_invite(tx, LI, "WXYZ6789", None, NOW, 72),
    "entry.use_invite": lambda tx: entry.use_invite(tx, "ABCD2345", OF_ZHAO, NOW),
    "entry.wrong_code": lambda tx: entry.wrong_code(tx, STRANGER, NOW),
    "entry.prune_wrong_codes": lambda tx: entry.prune_wrong_codes(tx, NOW),
    "entry.add_request": lambda tx: entry.add_request(tx, STRANGER, "虚构县水利局", "张三", NOW),
    "entry.decide": lambda tx: entry.decide(tx, 1, "refused", ZHAO, NOW),
    "entry.give_consent": lambda tx: entry.give_consent(tx, WANG, OF_WANG, "2", NOW),
    "entry.withdraw_consent": lambda tx: entry.withdraw_consent(tx, WANG, NOW),
    "gatherings.add": lambda tx: gatherings.add(tx, replace(GATHERING, uid="another"), NOW),
    "gatherings.add_course": lambda tx: gatherings.add_course(tx, "书法班", "2026年秋季", ZHAO, NOW),
    "gatherings.change": lambda tx: gatherings.change(tx, replace(GATHERING, id=1, title="合唱")),
    "inbox.add": lambda tx: inbox.add(tx, [arrival("new")], NOW),
    "inbox.handled": lambda tx: inbox.handled(tx, [1]),
    "inbox.park": lambda tx: inbox.park(tx, 1, "traceback"),
    "inbox.count_start": lambda tx: inbox.count_start(tx),
    "inbox.retry": lambda tx: inbox.retry(tx, 3),
    "inbox.prune": lambda tx: inbox.prune(tx, NOW, 10),
    "marks.put": lambda tx: marks.put(tx, "mark", "after"),
    "media.add": lambda tx: media.add(tx, replace(MEDIUM, id="1" * 32), NOW),
    "media.make": lambda tx: media.make(tx, "2" * 32, "活动.ics", "text/calendar", b"BEGIN:VCALENDAR", NOW),
    "media.kept": lambda tx: media.kept(tx, MEDIUM.id, 1000, "image/png", "照片.png"),
    "media.lost": lambda tx: media.lost(tx, MEDIUM.id, "取不到"),
    "media.later": lambda tx: media.later(tx, MEDIUM.id, NOW + timedelta(minutes=1), "取不到"),
    "media.forbid": lambda tx: media.forbid(tx, MEDIUM.id),
    "media.deleted": lambda tx: media.deleted(tx, MEDIUM.id),
    "media.expire": _expire_medium,
    "mailings.add": lambda tx: mailings.add(tx, MAILING),
    "mailings.rewrite": lambda tx: mailings.rewrite(tx, SENDING, "国庆节放假四天"),
    "mailings.forget_words": lambda tx: mailings.forget_words(tx, 1, "（删掉了）"),
    "mailings.move": lambda tx: mailings.move(tx, SENDING, "paused", was="sending"),
    "mailings.decide": lambda tx: mailings.decide(tx, PROPOSED_MAILING, "returned", LI, NOW, "写错了"),
    "mailings.begin": lambda tx: mailings.begin(tx, APPROVED, NOW),
    "mailings.end": lambda tx: mailings.end(tx, SENDING, "cancelled", NOW, "取消了"),
    "mailings.go_on": lambda tx: mailings.go_on(tx, DONE),
    "mailings.next_round": lambda tx: mailings.next_round(tx, SENDING),
    "mailings.show_progress_at": lambda tx: mailings.show_progress_at(tx, SENDING, [1]),
    "recipients.add_all": lambda tx: recipients.add_all(tx, SENDING, [ZHAO]),
    "recipients.set_states": lambda tx: recipients.set_states(tx, [("out", None, 2)]),
    "recipients.queue_again": lambda tx: recipients.queue_again(tx, DONE),
    "recipients.no_more": lambda tx: recipients.no_more(tx, SENDING, "late"),
    "recipients.wait": lambda tx: recipients.wait(tx, 2, NOW, None),
    "recipient_letters.arrived": lambda tx: recipient_letters.arrived(tx, [1], NOW),
    "recipient_letters.partly_left": _partly_left,
    "recipient_letters.call_back": lambda tx: recipient_letters.call_back(tx, SENDING, NOW),
    "recipients.read": lambda tx: recipients.read(tx, 1, "button", NOW),
    "recipients.read_subject": lambda tx: recipients.read_subject(tx, ["briefing"], 1, WANG, "page", NOW),
    "recipients.answer": lambda tx: recipients.answer(tx, 1, "yes", NOW),
    "recipients.say": lambda tx: recipients.say(tx, 1, "知道了", NOW),
    "recipients.called": lambda tx: recipients.called(tx, 1, "told", ZHAO, NOW),
    "outbox.write": lambda tx: outbox.write(tx, OF_WANG, "您好", NOW),
    "outbox.add": _new_letter,
    "outbox.edit": lambda tx: outbox.edit(tx, 1, "改过的", NOW),
    "outbox.not_edited": lambda tx: outbox.not_edited(tx, 1, 0, "改不了", NOW),
    "outbox.sent": lambda tx: outbox.sent(tx, [Sent(1)], NOW),
    "outbox.doubted": lambda tx: outbox.doubted(tx, 1, NOW + timedelta(minutes=1), "没有回执"),
    "outbox.failed": lambda tx: outbox.failed(tx, 1, "发不出去", NOW),
    "outbox.later": lambda tx: outbox.later(tx, 1, NOW, "发不出去", counts=True),
    "outbox.part_sent": lambda tx: outbox.part_sent(tx, 1, 1, 0, NOW),
    "outbox.fail_all": lambda tx: outbox.fail_all(tx, OF_WANG, "对方停用了机器人", NOW),
    "outbox.prune": _prune_outbox,
    "outbox.take_back": lambda tx: outbox.take_back(tx, 3),
    "people.add": lambda tx: people.add(tx, Person(name="钱局"), NOW),
    "people.change": lambda tx: people.change(tx, Person(name="王老", phone="13800000001", id=WANG), NOW),
    "people.unit_named": lambda tx: people.unit_named(tx, "虚构县林业局"),
    "people.give_role": lambda tx: people.give_role(tx, ZHAO, Role("leader", None)),
    "interests.put": lambda tx: interests.put(tx, WANG, ["art", "chess"]),
    "life_events.add": lambda tx: life_events.add(tx, WANG, "deceased", TODAY, "", ZHAO, NOW),
    "life_events.end": lambda tx: life_events.end(tx, 1, TODAY),
    "life_events.undo": lambda tx: life_events.undo(tx, 1),
    "leaving.end_invites": lambda tx: leaving.end_invites(tx, LI, NOW),
    "people.set_active": lambda tx: people.set_active(tx, ZHAO, False, NOW),
    "people.take_role": lambda tx: people.take_role(tx, ZHAO, Role("staff", None)),
    "people.add_kin": lambda tx: people.add_kin(tx, LI, WANG),
    "quiet_hours.put": lambda tx: quiet_hours.put(tx, WANG, QuietHours(time(21), time(7), True)),
    "reminders.done": lambda tx: reminders.done(tx, 1, "fired", NOW),
    "reminders.drop": lambda tx: reminders.drop(tx, ["accept.warn"], OPEN),
    "reminders.forget": lambda tx: reminders.forget(tx, [1]),
    "reminders.resume": lambda tx: reminders.resume(tx, 3),
    "reminders.prune": lambda tx: reminders.prune(tx, NOW),
    "reminders.set_all": lambda tx: reminders.set_all(tx, [("accept.half", OPEN, 1, NOW)]),
    "reminders.set_due": lambda tx: reminders.set_due(tx, "accept.warn", OPEN, 1, NOW),
    "roster.give_roles": lambda tx: roster.give_roles(tx, [(ZHAO, "administrator")]),
    "roster.add_kin": lambda tx: roster.add_kin(tx, [(LI, WANG)]),
    "signups.add": _new_signup,
    "signups.attend": lambda tx: signups.attend(tx, WANGS, "list", ZHAO, NOW),
    "signups.is_sure": lambda tx: signups.is_sure(tx, LIS, "yes", NOW),
    "signups.offer": lambda tx: signups.offer(tx, WANGS, NOW, NOW),
    "signups.rate": lambda tx: signups.rate(tx, LIS, "good"),
    "signups.set_line": lambda tx: signups.set_line(tx, [LIS, WANGS]),
    "signups.set_state": _no_more,
    "signups.take_leave": lambda tx: signups.take_leave(tx, LIS, "看病", NOW),
    "signups.told": lambda tx: signups.told(tx, LIS, 1),
    "signups.undo_attend": lambda tx: signups.undo_attend(tx, LIS, NOW),
    "talks.begin": _new_talk,
    "talks.end": lambda tx: talks.end(tx, 1, "idle", NOW),
    "talks.said": lambda tx: talks.said(tx, 1, NOW),
}
