"""The databases that `bench.desk` measures: the same office after few cases and after many.

What a case is and what was said in it follows from its age alone (0 is the newest), so the newest cases of a small and of a large file
are the same but for their numbers. Rows are written by SQL: a hundred thousand cases told by turns would take hours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bench.desk_words import RARE, Speech, name
from bot.config import Config
from storage import accounts, entry, people
from storage.accounts import Role
from storage.database import Tx, open_database
from storage.people import Person
from storage.times import to_text

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, ten in the morning at the office
TODAY = date(2026, 11, 23)
CHANNEL = "telegram"
UNITS = 20
PERSONS = 5000
STAFF = 10  # the first of the persons; all others are cadres, of unit 1 + id % UNITS
ALL_UNITS, ONE_UNIT = 1, 2  # the two of the staff who look: one at everything, one limited to the first unit
FALLBACK_OWNER = 3  # who finished what nobody had taken
UNFINISHED = 300  # cases of an office that keeps up
LATELY = timedelta(days=60)  # in which these were opened
YEARS = timedelta(days=3600)  # in which all others were, at an even pace

# What is searched for is there as often in a small file as in a large one, and in the first unit.
SPEAKER = 4 * UNITS  # a cadre whose cases all of these are
NUMBER = "2026-17"
SPEAKER_NAME = "欧阳怀瑾"
SPEAKER_AGES = range(420, 900, 24)  # 20 cases
RARE_AGES = range(433, 900, 75)  # 7 cases in which a rare word is said
OPENED_AGE = 40  # the case that is opened: unfinished, with an owner, much was said


@dataclass(frozen=True)
class File:
    """An office with so many cases, at least a thousand, the newest `unfinished` of which are not finished."""

    path: Path
    cases: int
    unfinished: int

    @property
    def opened(self) -> int:
        """Return the id of the case that is opened."""
        return self.cases - OPENED_AGE

    async def make(self) -> None:
        database = await open_database(self.path)
        try:
            async with database.write() as tx:
                await _add_people(tx)
                await _add_cases(tx, self)
        finally:
            await database.close()


async def _add_people(tx: Tx) -> None:
    for number in range(1, UNITS + 1):
        await people.unit_named(tx, f"虚构县第{number}局")
    for number in range(1, STAFF + 1):
        person = await people.add(tx, Person(name=f"赵科{number}", phone=f"1380000{number:04}"), NOW)
        await people.give_role(tx, person, Role("staff", 1 if number == ONE_UNIT else None))
        account = await accounts.find_or_add(tx, CHANNEL, str(person), NOW)
        await accounts.bind(tx, account, person, NOW)
        await entry.give_consent(tx, person, account, Config().office.consent_version, NOW)
    moment = to_text(NOW)
    cadres = range(STAFF + 1, PERSONS + 1)
    rows = [(each, _name(each), 1 + each % UNITS, f"1390000{each:04}", moment, moment) for each in cadres]
    await tx.run_many(ADD_PERSON, rows)
    await tx.run_many(ADD_ACCOUNT, [(each, CHANNEL, str(each), each, moment, moment) for each in cadres])
    await tx.run_many(ADD_CADRE, [(each,) for each in cadres])


def _name(person: int) -> str:
    return SPEAKER_NAME if person == SPEAKER else name(person)


ADD_PERSON = "INSERT INTO persons (id, name, unit_id, phone, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)"
ADD_ACCOUNT = "INSERT INTO accounts (id, channel, address, person_id, created_at, bound_at) VALUES (?, ?, ?, ?, ?, ?)"
ADD_CADRE = "INSERT INTO roles (person_id, role) VALUES (?, 'cadre')"

CATEGORIES = ("medical", "housing", "care", "benefits", "travel", "other")
PROMISED = "promised_on || 'T09:30:00.000Z'"
ADD_CASE = """
INSERT INTO cases (id, number, person_id, acted_by, account_id, category, urgent, state, owner_id, handed_to, opened_at, promised_on,
    waiting_since, snoozed_until, closed_at, closings, rounds, said_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 3, 0)"""
ADD_ENTRY = "INSERT INTO case_entries (case_id, at, author_id, kind, words) VALUES (?, ?, ?, ?, ?)"
SEARCH = (
    "INSERT INTO case_search (rowid, grams) SELECT id, grams(words) FROM case_entries WHERE words <> '' ORDER BY id"
)
CLOSINGS = """
INSERT INTO case_closings (case_id, number, outcome, words, proposed_by, proposed_at, decision, decided_by, decided_at, solved,
    satisfied, answered_by, answered_at)
SELECT c.id, 1, 'done', e.words, c.owner_id, e.at, 'closed', c.owner_id, e.at, 'yes', 'yes', c.person_id, e.at
FROM cases c JOIN case_entries e ON e.case_id = c.id AND e.kind = 'closed'"""
SAID = (
    "UPDATE cases SET said_id = (SELECT max(e.id) FROM case_entries e WHERE e.case_id = cases.id AND e.kind = 'said')"
)
# Each of the two who look has read six in ten.
READS = (
    "INSERT INTO case_reads (case_id, person_id, entry_id) SELECT id, ?, said_id FROM cases WHERE (id * 7 + ?) % 10 < 6"
)
CLOCKS = f"""
INSERT INTO case_clocks (case_id, kind, round, started_at, due_at)
SELECT c.id, k.value, 1 + k.key, c.opened_at, {PROMISED} FROM cases c, json_each('["accept", "progress", "solve"]') k
WHERE c.closed_at IS NULL AND (c.owner_id IS NULL OR k.key > 0)"""
REMINDERS = """
INSERT INTO reminders (kind, subject_id, round, due_at)
SELECT k.kind || '.' || s.value, k.case_id, k.round, k.due_at FROM case_clocks k, json_each('["warn", "overdue", "leader"]') s"""
ADD_COUNTER = "INSERT INTO counters (name, value) VALUES (?, ?)"


async def _add_cases(tx: Tx, file: File) -> None:
    told = [OldCase(age, file.cases, age >= file.unfinished) for age in range(file.cases - 1, -1, -1)]
    serials: Counter[int] = Counter()
    rows = []
    for each in told:
        serials[each.opened.year] += 1
        rows.append(each.row(f"{each.opened.year}-{serials[each.opened.year]}"))
    await tx.run_many(ADD_CASE, rows)
    await tx.run_many(ADD_ENTRY, (row for each in told for row in each.entries()))
    await tx.run_many(ADD_COUNTER, [(f"case-{year}", serial) for year, serial in serials.items()])
    for sql in (SAID, SEARCH, CLOSINGS, CLOCKS, REMINDERS):
        await tx.run(sql)
    for who in (ALL_UNITS, ONE_UNIT):
        await tx.run(READS, who, who)


class OldCase:
    """One case of an office that has so many."""

    def __init__(self, age: int, count: int, finished: bool) -> None:
        self.id = count - age
        self.finished = finished
        self._age = age
        self._speech = Speech(age)
        self._chance = self._speech.chance
        self.opened = opened_at(age, count)
        self.person = self._whose()
        self.owner = self._who_answers()

    def _whose(self) -> int:
        """Every fifth case comes from the first unit, besides those that come from it by chance."""
        drawn = self._chance.randrange(SPEAKER + 1, PERSONS + 1)
        if self._age in SPEAKER_AGES or self._age in RARE_AGES or self._age == OPENED_AGE:
            return SPEAKER
        return min(drawn // UNITS + 1, PERSONS // UNITS) * UNITS if self._age % 5 == 0 else drawn

    def _who_answers(self) -> int | None:
        """Nobody for one in seven; whoever is limited to the first unit has half of what is there."""
        nobody, drawn = self._chance.random() < 1 / 7, self._chance.random()
        if self._age == OPENED_AGE or (self.person % UNITS == 0 and drawn < 0.5):
            return ONE_UNIT
        return None if nobody else (ALL_UNITS, *range(ONE_UNIT + 1, STAFF + 1))[int(drawn * (STAFF - 1))]

    def row(self, number: str) -> tuple[object, ...]:
        """Return the values of ADD_CASE."""
        chance = self._chance.random
        waits, sleeps, late, soon, urgent, handed = (chance() < share for share in (0.1, 0.05, 0.1, 0.1, 0.05, 0.05))
        days = -self._chance.randrange(1, 20) if late else 0 if soon else self._chance.randrange(2, 20)
        person = SPEAKER if number == NUMBER else self.person
        runs = not self.finished
        return (
            self.id,
            number,
            person,
            person,
            person,
            CATEGORIES[self._chance.randrange(len(CATEGORIES))],
            urgent,
            "closed" if self.finished else "taken" if self.owner else "open",
            self.owner or (FALLBACK_OWNER if self.finished else None),
            ALL_UNITS if runs and handed and self.owner not in (None, ALL_UNITS) else None,
            to_text(self.opened),
            (TODAY + timedelta(days=days)).isoformat(),
            to_text(self.opened) if runs and waits and self.owner else None,
            (TODAY + timedelta(days=3)).isoformat() if runs and sleeps else None,
            to_text(self.opened + timedelta(hours=2)) if self.finished else None,
            int(self.finished),
        )

    def entries(self) -> Iterator[tuple[object, ...]]:
        """Yield the values of ADD_ENTRY for everything that happened, in order."""
        for place, (author, kind, words) in enumerate(self._told()):
            yield self.id, to_text(self.opened + timedelta(minutes=5 * place)), author, kind, words

    def _told(self) -> Iterator[tuple[int, str, str]]:
        speech, owner, talkative = self._speech, self.owner, self._age == OPENED_AGE
        rare = f"，养的{RARE}也受不了" if self._age in RARE_AGES else ""
        yield self.person, "said", speech.trouble() + rare
        if owner is not None:
            yield owner, "taken", ""
            yield owner, "replied", speech.news(_name(self.person))
        if talkative or self._chance.random() < 0.5:
            yield self.person, "said", speech.more()
        if owner is not None and (talkative or self._chance.random() < 0.5):
            yield owner, "note", speech.news("")
            yield owner, "replied", speech.news(_name(self.person))
        if self.finished:
            yield owner or FALLBACK_OWNER, "closed", speech.ending()
            yield self.person, "answered", speech.answer()


def opened_at(age: int, count: int) -> datetime:
    """Return when a case was opened: the newest every few hours, the others evenly over the years before."""
    if age < UNFINISHED:
        return NOW - (age + 1) / UNFINISHED * LATELY
    return NOW - LATELY - (age - UNFINISHED + 1) / (count - UNFINISHED) * YEARS
