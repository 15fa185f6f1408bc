"""The tables of what people can do: every flow, and every button that works outside a dialog. Adding one is one file and one line here."""

from collections.abc import Awaitable, Callable, Mapping

from handlers import access, answers, consent, desk, menu, report, strangers
from handlers.dialog import Flow
from handlers.turn import Turn
from storage.accounts import Visitor

Action = Callable[[Turn, str], Awaitable[None]]

CONSENT, REQUEST_ACCESS, OFFER, HUMAN = (
    consent.consent,
    strangers.request_access,
    report.offer_to_register,
    report.human,
)

CLIENT_FLOWS = (report.report_difficulty, report.offer_to_register, report.human, consent.withdraw)
OFFICE_FLOWS = (desk.reply, desk.close)
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
    "mine": desk.show_own,
    "todo": desk.show_todo,
    "taken": desk.show_taken,
    "case": desk.show_case,
    "take": desk.take_case,
    "reply": desk.reply_to_case,
    "close": desk.close_case,
    "solved": desk.answer_solved,
    "requests": desk.show_requests,
    "admit": desk.admit,
    "refuse": desk.refuse,
    "failures": desk.show_failures,
}
KEYWORDS: Mapping[str, str] = {  # words that press a button of the menu
    "待办": "a:todo:",
    "我承办的": "a:taken:",
    "我的困难": "a:mine:",
    "进展": "a:mine:",
    "办得怎么样了": "a:mine:",
}


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
    if plain in KEYWORDS and visitor.person_id is not None:
        return KEYWORDS[plain]
    return next((f"a:go:{each.name}" for each in open_to(visitor) if plain in each.keywords), None)
