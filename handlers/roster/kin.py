"""For whom does a relative act? The roster gives names; each must be shown to mean one cadre, in the file or known."""

from handlers.roster.matching import Known, Matches, refusal
from handlers.roster.person import Finding, RosterPerson
from storage.people import Person

Cadre = Person | RosterPerson
"""Somebody in the database, or a row of the file that becomes one."""


def resolve(matches: Matches, known: Known) -> tuple[dict[RosterPerson, tuple[Cadre, ...]], list[Finding]]:
    """Return for whom each relative among the accepted rows acts, and a refusal for each row where that cannot be told.

    A refused row is no cadre for others, so this goes round until no refusal is new.
    """
    refused: dict[RosterPerson, Finding] = {}
    while True:
        resolving = _Resolving(matches, known, refused)
        acting = {row: resolving.cadres(row) for row in resolving.rows if row.acts_for}
        if not resolving.refused:
            return acting, list(refused.values())
        refused |= resolving.refused


class _Resolving:
    def __init__(self, matches: Matches, known: Known, without: dict[RosterPerson, Finding]) -> None:
        self.refused: dict[RosterPerson, Finding] = {}
        self.rows = [row for row in [*matches.found, *matches.new] if row not in without]
        self._known = known
        self._found = matches.found
        self._cadres: dict[str, list[Cadre]] = {}
        rows_of = {person.id: row for row, person in matches.found.items() if row not in without}
        for person in known.persons:
            row = rows_of.get(person.id)
            roles = {role.name for role in known.roles.get(person.id, ())} | set(row.roles if row else ())
            if person.active and "cadre" in roles:
                self._cadres.setdefault(person.name, []).append(person)
        for row in self.rows:
            if row not in matches.found and "cadre" in row.roles:
                self._cadres.setdefault(row.name, []).append(row)

    def cadres(self, row: RosterPerson) -> tuple[Cadre, ...]:
        return tuple(found for name in row.acts_for if (found := self._one(row, name)))

    def _one(self, row: RosterPerson, name: str) -> Cadre | None:
        """Return the only cadre of this name; of several the one for whom the relative acts already, else the one who
        names the relative's telephone, else the one who names the relative."""
        everybody = self._cadres.get(name, [])
        own = self._found.get(row)
        phones = {row.phone, row.home_phone} - {None}
        for choice in (
            everybody,
            [each for each in everybody if acts_already(self._known, own, each)],
            [each for each in everybody if each.family_phone in phones],
            [each for each in everybody if each.family_name == row.name],
        ):
            if len(choice) == 1:
                return choice[0]
        self.refused[row] = refusal(row, self._why(name))
        return None

    def _why(self, name: str) -> str:
        number = len(self._cadres.get(name, []))
        if not number:
            return f"要代办的老同志“{name}”在表里和系统里都没有（或者那一行没有导入）。"
        return f"叫“{name}”的老同志有 {number} 位，分不清代哪一位办理。请在那位老同志的一行写明这位家属的姓名和电话。"


def acts_already(known: Known, relative: Person | None, cadre: Cadre) -> bool:
    """Tell whether the database knows that this relative acts for this cadre."""
    return relative is not None and isinstance(cadre, Person) and (relative.id, cadre.id) in known.kin
