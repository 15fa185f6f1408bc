"""Taking back what waits to be sent to somebody who has died or withdrew consent."""

from handlers.act import Act, name_for
from storage import accounts, outbox, people


async def take_back_pushes(act: Act, person_id: int) -> int:
    """Take back what waits to be sent to somebody, and return how many; what waits on the same telephone for others still goes."""
    gone = 0
    for account in await accounts.of_person(act.tx, person_id):
        others = tuple(name_for(name) for name in (await accounts.shared_by(act.tx, account.id)).values())
        for letter in await outbox.pushes_waiting(act.tx, account.id):
            if not (others and letter.text.startswith(others)):
                gone += await outbox.take_back(act.tx, letter.id)
    own = name_for((await people.by_id(act.tx, person_id)).name)
    for account_id in await accounts.shared_with(act.tx, person_id):
        for letter in await outbox.pushes_waiting(act.tx, account_id):
            if letter.text.startswith(own):
                gone += await outbox.take_back(act.tx, letter.id)
    return gone
