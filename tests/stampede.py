"""A crowd of cadres, and the moment in which all of them want the same thing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.channels.channel import Incoming
from bot.intake import Intake
from storage import accounts, entry, people
from storage.accounts import Role
from storage.database import Database
from storage.people import Person

CHANNEL = "telegram"
NEWEST_BUTTONS = """
SELECT account_id, buttons FROM outbox WHERE id IN (SELECT max(id) FROM outbox WHERE answers IS NOT NULL GROUP BY account_id)"""


@dataclass(frozen=True)
class Cadre:
    person_id: int
    account_id: int
    address: str


async def add_crowd(database: Database, count: int, consent_version: str, now: datetime) -> list[Cadre]:
    """Write so many cadres into the roster, known and agreed."""
    crowd = []
    async with database.write() as tx:
        for number in range(1, count + 1):
            person = await people.add(tx, Person(name=f"老{number}", phone=f"139{number:08}"), now)
            await people.give_role(tx, person, Role("cadre", None))
            address = f"crowd {number}"
            account = await accounts.find_or_add(tx, CHANNEL, address, now)
            await accounts.bind(tx, account, person, now)
            await entry.give_consent(tx, person, account, consent_version, now)
            crowd.append(Cadre(person, account, address))
    return crowd


class Crowd:
    """People who press at the same moment: all presses are stored before the first has its turn."""

    def __init__(self, database: Database, intake: Intake, cadres: Sequence[Cadre]) -> None:
        self.database = database
        self.intake = intake
        self.cadres = cadres
        self.presses = 0

    async def presses_choice(self, choice: str, now: datetime) -> None:
        """Let everybody press a button of which everybody has the same."""
        await self._press(dict.fromkeys(self.cadres, choice), now)

    async def presses_label(self, label: str, now: datetime) -> None:
        """Let everybody press the button of this label on the own newest answer."""
        async with self.database.read() as tx:
            shown = {row[0]: json.loads(row[1]) for row in await tx.all(NEWEST_BUTTONS)}
        choices = {}
        for each in self.cadres:
            [choices[each]] = [button[1] for button in shown[each.account_id] if label in button[0]]
        await self._press(choices, now)

    async def _press(self, choices: dict[Cadre, str], now: datetime) -> None:
        self.presses += 1
        incomings = [
            Incoming(each.address, f"{each.address}, press {self.presses}", "choice", "", now, choice)
            for each, choice in choices.items()
        ]
        await self.intake.receive(CHANNEL, incomings)
        while await self.intake.handle_waiting():
            pass
