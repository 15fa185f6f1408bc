"""电话名单: whoever a notice did not reach is called, and how it went is entered with one press."""

from handlers import access
from handlers.desk.lists import not_yours
from handlers.mailing import calling, words
from handlers.menu import MENU_BUTTON
from handlers.notices.board import opened
from handlers.readers import short
from handlers.turn import Button, Turn, row_id
from storage import recipients
from storage.mailings import Mailing
from storage.recipients import Recipient

PAGE = 6
LONGEST_SAID = 200


async def show_list(turn: Turn, argument: str) -> None:
    """【电话名单】 'MAILING' or 'MAILING.SKIP': whom to call, where, and what to say."""
    number, _, skipped = argument.partition(".")
    mailing = await opened(turn, number)
    if mailing is None:
        return
    found = [each for each in await calling.to_call(turn, mailing) if _mine(turn, each)]
    skip = min(row_id(skipped) or 0, max(0, len(found) - 1))
    page = found[skip : skip + PAGE]
    if not page:
        turn.say(f"{words.name_of(mailing)}没有要打电话的。", [*words.card_button(mailing), MENU_BUTTON])
        return
    lines = [f"要打电话的 {len(found)} 人，请照着说：", f"“{short(mailing.text, LONGEST_SAID)}”"]
    lines += [f"{place}. {await calling.line(turn, each)}" for place, each in enumerate(page, 1)]
    buttons = [Button(f"{place} 填{each.person_name}", f"a:callone:{each.id}") for place, each in enumerate(page, 1)]
    if skip + PAGE < len(found):
        buttons.append(Button("7 下一页", f"a:calllist:{mailing.id}.{skip + PAGE}"))
    turn.say("\n".join(lines), [*buttons, *words.card_button(mailing, 8), MENU_BUTTON])


def _mine(turn: Turn, recipient: Recipient) -> bool:
    scope = access.scope(turn.visitor)
    return scope.everybody or recipient.unit_id in scope.unit_ids


async def _callable(turn: Turn, argument: str) -> tuple[Mailing, Recipient] | None:
    """Return the mailing and the recipient a button names if the speaker may enter a call, else say why not and return None."""
    recipient = await recipients.by_id(turn.tx, row_id(argument) or 0)
    if recipient is None or not _mine(turn, recipient):
        not_yours(turn)
        return None
    mailing = await opened(turn, str(recipient.mailing_id))
    if mailing is not None and not calling.may_enter(mailing, recipient):
        turn.say("这位不用打电话了，或者已经填过了。", [*words.card_button(mailing), MENU_BUTTON])
        return None
    return (mailing, recipient) if mailing is not None else None


async def show_one(turn: Turn, argument: str) -> None:
    """【填】 somebody: how did the call go?"""
    if found := await _callable(turn, argument):
        mailing, recipient = found
        buttons = [
            Button(f"{place} {label}", f"a:callend:{recipient.id}.{key}")
            for place, (key, label) in enumerate(calling.outcomes(mailing).items(), 1)
        ]
        turn.say(f"{await calling.line(turn, recipient)}\n打得怎么样？", [*buttons, MENU_BUTTON])


async def enter(turn: Turn, argument: str) -> None:
    """How it went: 'RECIPIENT.OUTCOME'. The rest of the list follows."""
    number, _, outcome = argument.partition(".")
    found = await _callable(turn, number)
    if found is None:
        return
    mailing, recipient = found
    if outcome not in calling.outcomes(mailing):
        not_yours(turn)
        return
    await calling.enter(turn, mailing, recipient, outcome, turn.person_id)
    turn.say(f"记下了：{recipient.person_name}，{calling.OUTCOMES[outcome]}。")
    await show_list(turn, str(mailing.id))
