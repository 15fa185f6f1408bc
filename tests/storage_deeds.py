"""Everything that storage can write, each on a file where it changes something.

`fill` makes the file; DEEDS names every writing function with a call. `tests/test_storage_obstacles.py` does each against a locked, a
read-only and a full file; a test there fails when a function is missing here.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from storage import (
    accounts,
    audit,
    cases,
    demonstration,
    dialogs,
    entry,
    inbox,
    marks,
    media,
    outbox,
    people,
    roster,
)
from storage.accounts import Role
from storage.database import Tx
from storage.inbox import Arrival
from storage.media import Medium
from storage.people import Person

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
    for state in ("open", "taken", "closed"):
        await _case(tx, state)
    await marks.put(tx, "mark", "before")


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
        await dialogs.save(tx, replace(dialog, state=state))
    await media.add(tx, MEDIUM, NOW)


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
    await cases.add_entry(tx, case.id, "said", WANG, "暖气三天不热了", (), NOW)
    if state != "open":
        await cases.take(tx, case.id, ZHAO)
    if state == "closed":
        await cases.close(tx, case.id, ZHAO, "换好了", NOW)


async def _new_case(tx: Tx) -> None:
    await _case(tx, "open")


async def _new_letter(tx: Tx) -> None:
    outbox.add(tx, OF_WANG, "您好", NOW, media=[MEDIUM.id])


async def _expire_medium(tx: Tx) -> None:
    await media.kept(tx, MEDIUM.id, 1000, "image/png")
    await media.expire(tx, NOW + timedelta(days=1), 10)


async def _prune_outbox(tx: Tx) -> None:
    await outbox.sent(tx, [2], LONG_AGO)
    await outbox.prune(tx, NOW, 10)


async def _saved_at_the_end(tx: Tx) -> None:
    dialogs.save_last(tx, DIALOG)


DIALOG = dialogs.Dialog(3, OF_WANG, "report", {"a": 1}, "a", "open", 0, NOW)
DEEDS: dict[str, Deed] = {
    "accounts.find_or_add": lambda tx: accounts.find_or_add(tx, "telegram", "somebody new", NOW),
    "accounts.bind": lambda tx: accounts.bind(tx, OF_ZHAO, ZHAO, NOW),
    "accounts.mark_unreachable": lambda tx: accounts.mark_unreachable(tx, OF_WANG, "对方停用了机器人"),
    "accounts.mark_reachable": lambda tx: accounts.mark_reachable(tx, OF_ZHAO),
    "audit.add": lambda tx: audit.add(tx, NOW, "case.said", "case:1", actor_id=WANG),
    "cases.add": _new_case,
    "cases.add_entry": lambda tx: cases.add_entry(tx, 1, "said", WANG, "楼上也不热", (), NOW),
    "cases.take": lambda tx: cases.take(tx, 1, ZHAO),
    "cases.close": lambda tx: cases.close(tx, 2, ZHAO, "换好了", NOW),
    "cases.answer": lambda tx: cases.answer(tx, 3, 1, "yes"),
    "cases.reopen": lambda tx: cases.reopen(tx, 3, date(2026, 12, 9)),
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
    "inbox.add": lambda tx: inbox.add(tx, [arrival("new")], NOW),
    "inbox.handled": lambda tx: inbox.handled(tx, [1]),
    "inbox.park": lambda tx: inbox.park(tx, 1, "traceback"),
    "inbox.count_start": lambda tx: inbox.count_start(tx),
    "inbox.retry": lambda tx: inbox.retry(tx, 3),
    "inbox.prune": lambda tx: inbox.prune(tx, NOW, 10),
    "marks.put": lambda tx: marks.put(tx, "mark", "after"),
    "media.add": lambda tx: media.add(tx, replace(MEDIUM, id="1" * 32), NOW),
    "media.kept": lambda tx: media.kept(tx, MEDIUM.id, 1000, "image/png"),
    "media.lost": lambda tx: media.lost(tx, MEDIUM.id, "取不到"),
    "media.later": lambda tx: media.later(tx, MEDIUM.id, NOW + timedelta(minutes=1), "取不到"),
    "media.expire": _expire_medium,
    "outbox.add": _new_letter,
    "outbox.sent": lambda tx: outbox.sent(tx, [1], NOW),
    "outbox.failed": lambda tx: outbox.failed(tx, 1, "发不出去", NOW),
    "outbox.later": lambda tx: outbox.later(tx, 1, NOW, "发不出去", counts=True),
    "outbox.part_sent": lambda tx: outbox.part_sent(tx, 1, 1),
    "outbox.fail_all": lambda tx: outbox.fail_all(tx, OF_WANG, "对方停用了机器人", NOW),
    "outbox.prune": _prune_outbox,
    "people.add": lambda tx: people.add(tx, Person(name="钱局"), NOW),
    "people.change": lambda tx: people.change(tx, Person(name="王老", phone="13800000001", id=WANG), NOW),
    "people.unit_named": lambda tx: people.unit_named(tx, "虚构县林业局"),
    "people.give_role": lambda tx: people.give_role(tx, ZHAO, Role("leader", None)),
    "people.take_role": lambda tx: people.take_role(tx, ZHAO, Role("staff", None)),
    "people.add_kin": lambda tx: people.add_kin(tx, LI, WANG),
    "roster.give_roles": lambda tx: roster.give_roles(tx, [(ZHAO, "administrator")]),
    "roster.add_kin": lambda tx: roster.add_kin(tx, [(LI, WANG)]),
}
