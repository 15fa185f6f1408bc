"""The tables of what people can do: every flow, and every button that works outside a dialog. Adding one is one file and one line here."""

from collections.abc import Awaitable, Callable, Mapping

from handlers import access, answers, consent, menu, report, sharing, strangers
from handlers.desk import (
    answering,
    calls,
    card,
    closing,
    failures,
    helping,
    joining,
    leave,
    lists,
    passing,
    phone,
    promising,
    requests,
)
from handlers.dialog import Flow
from handlers.turn import Turn
from storage.accounts import Visitor

Action = Callable[[Turn, str], Awaitable[None]]

CONSENT, REQUEST_ACCESS, OFFER, HUMAN, WITHDRAW = (
    consent.consent,
    strangers.request_access,
    report.offer_to_register,
    report.human,
    consent.withdraw,
)

CLIENT_FLOWS = (report.report_difficulty, report.offer_to_register, report.human, consent.withdraw, sharing.share)
OFFICE_FLOWS = (
    answering.reply,
    answering.canned,
    answering.ask,
    answering.note,
    promising.extend,
    promising.snooze,
    promising.answered,
    closing.close,
    closing.send_back,
    passing.hand,
    passing.decline,
    joining.merge,
    joining.split,
    helping.aid,
    helping.link,
    calls.called,
    leave.leave,
    phone.phone,
)
FLOWS: Mapping[str, Flow] = {each.name: each for each in (CONSENT, REQUEST_ACCESS, *CLIENT_FLOWS, *OFFICE_FLOWS)}


async def go(turn: Turn, argument: str) -> None:
    """A menu entry that starts a flow."""
    if any(each.name == argument and each.keywords for each in open_to(turn.visitor)):
        turn.follow = (argument, {})
    else:
        menu.show_menu(turn)


ACTIONS: Mapping[str, Action] = {
    "go": go,
    "help": menu.show_help,
    "mine": lists.show_own,
    "todo": lists.show_todo,
    "taken": lists.show_taken,
    "case": card.show_case,
    "more": card.show_more,
    "media": card.show_media,
    "take": card.take_case,
    "reply": card.owner_begins("reply"),
    "canned": answering.canned_reply,
    "ask": card.owner_begins("ask"),
    "note": card.handler_begins("note"),
    "talk": answering.begin_talk,
    "endtalk": answering.end_talk,
    "extend": card.owner_begins("extend"),
    "snooze": card.owner_begins("snooze"),
    "answered": card.owner_begins("answered"),
    "close": closing.close_case,
    "proposed": closing.show_proposed,
    "sign": closing.sign_case,
    "return": closing.return_case,
    "reopen": closing.reopen_case,
    "solved": closing.answer_solved,
    "rate": closing.answer_rated,
    "hand": passing.hand_case,
    "accept": passing.accept_case,
    "decline": passing.decline_case,
    "merge": joining.merge_case,
    "split": joining.split_case,
    "aid": card.handler_begins("aid"),
    "link": card.owner_begins("link"),
    "calls": calls.show_calls,
    "called": calls.enter_call,
    "leave": leave.show_leave,
    "backatwork": leave.back_at_work,
    "phone": phone.write_down,
    "office": menu.show_office_more,
    "requests": requests.show_requests,
    "admit": requests.admit,
    "refuse": requests.refuse,
    "failures": failures.show_failures,
}
KEYWORDS: Mapping[str, str] = {  # words that press a button of the menu
    "待办": "a:todo:",
    "我承办的": "a:taken:",
    "回访": "a:calls:",
    "请假": "a:leave:",
    "更多": "a:office:",
    "我的困难": "a:mine:",
    "进展": "a:mine:",
    "办得怎么样了": "a:mine:",
}

OFFICE_WORDS = frozenset("待办 我承办的 回访 请假 更多".split())  # of a cadre they are words like others


def named(name: str) -> Flow:
    """Return the flow of this name. Raises KeyError: ask `is_known` first for a name that was stored."""
    return FLOWS[name]


def is_known(name: str) -> bool:
    return name in FLOWS


def open_to(visitor: Visitor) -> tuple[Flow, ...]:
    """Return the flows that this person may start."""
    client = CLIENT_FLOWS if visitor.has(*access.CLIENT_ROLES) else ()
    office = OFFICE_FLOWS if access.works_here(visitor) else ()
    return client + office


def choice_for_keyword(visitor: Visitor, words: str) -> str | None:
    """Return the button that exactly these words name (a flow's keyword, a word for a menu entry), or None."""
    plain = answers.plain(words)
    if (
        plain in KEYWORDS
        and visitor.person_id is not None
        and (plain not in OFFICE_WORDS or access.works_here(visitor))
    ):
        return KEYWORDS[plain]
    return next((f"a:go:{each.name}" for each in open_to(visitor) if plain in each.keywords), None)
