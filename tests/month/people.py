"""Who they are: 200 cadres, relatives of some, 8 staff, 2 leaders. The same people in every month, whatever its seed."""

from dataclasses import dataclass
from datetime import datetime

from storage import accounts, entry, people
from storage.accounts import Role
from storage.database import Database, Tx
from storage.people import Person

CHANNEL = "telegram"
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗"
GIVEN = "建国 秀英 志强 玉兰 德福 桂芳 永年 淑珍 长海 凤霞".split()
CADRES = [surname + given for given in GIVEN for surname in SURNAMES]
UNITS = ["虚构县水利局", "虚构县农业局", "虚构县粮食局", None]
SCHOOL = "虚构县教育局"  # its five cadres are looked after by two members of staff who see nobody else's

OF_SCHOOL = CADRES[:5]
BY_TELEPHONE = [*CADRES[4:5], *CADRES[181:]]  # 20 without an account
WITH_KIN = [*CADRES[3:13], *CADRES[181:184]]  # a daughter or son of each acts for them; some telephone otherwise
ON_ONE_TELEPHONE = dict(zip(CADRES[184:188], CADRES[20:24], strict=True))  # the first uses the second's account

EVERYWHERE = ["赵科", "孙姐", "周工", "郑科"]
LIMITED = ["韩教", "魏教"]
LEADS_AND_HANDLES, ADMINISTRATOR, LEADER = "冯主任", "吴工", "钱局"
STAFF = [*EVERYWHERE, *LIMITED, LEADS_AND_HANDLES, ADMINISTRATOR]
OFFICE = [*STAFF, LEADER]


def kin_of(cadre: str) -> str:
    return f"{cadre}家的"


OFTEN = [
    *CADRES[:24:3],
    *ON_ONE_TELEPHONE.values(),
    *map(kin_of, WITH_KIN[::3]),
]  # who have something to say again and again


@dataclass(frozen=True)
class Someone:
    name: str
    roles: tuple[tuple[str, str | None], ...]  # with the unit that it is limited to
    unit: str | None
    has_account: bool


def everybody() -> list[Someone]:
    """Return everybody on the roster; the place in the list is the address of the account."""
    cadres = [
        Someone(
            name,
            (("cadre", None),),
            SCHOOL if name in OF_SCHOOL else UNITS[place % len(UNITS)],
            name not in BY_TELEPHONE,
        )
        for place, name in enumerate(CADRES)
    ]
    relatives = [Someone(kin_of(name), (("relative", None),), None, True) for name in WITH_KIN]
    office = [
        *(Someone(name, (("staff", None),), None, True) for name in EVERYWHERE),
        *(Someone(name, (("staff", SCHOOL),), SCHOOL, True) for name in LIMITED),
        Someone(LEADS_AND_HANDLES, (("staff", None), ("leader", None)), None, True),
        Someone(ADMINISTRATOR, (("administrator", None),), None, True),
        Someone(LEADER, (("leader", None),), None, True),
    ]
    return [*cadres, *relatives, *office]


async def fill(database: Database, consent_version: str, now: datetime) -> None:
    """Write everybody into the roster, with their accounts and consents."""
    async with database.write() as tx:
        ids = {}
        account_ids = {}
        for place, each in enumerate(everybody()):
            unit_id = await people.unit_named(tx, each.unit) if each.unit else None
            ids[each.name] = await people.add(tx, Person(each.name, phone=f"138{place:08}", unit_id=unit_id), now)
            for role, limit in each.roles:
                await people.give_role(
                    tx, ids[each.name], Role(role, await people.unit_named(tx, limit) if limit else None)
                )
            if each.has_account:
                account_ids[each.name] = await _account(tx, str(place), ids[each.name], consent_version, now)
        for name in WITH_KIN:
            await people.add_kin(tx, ids[kin_of(name)], ids[name])
        for name, other in ON_ONE_TELEPHONE.items():
            await accounts.share(tx, account_ids[other], ids[name], now)
            await entry.give_consent(tx, ids[name], account_ids[other], consent_version, now)


async def _account(tx: Tx, address: str, person_id: int, consent_version: str, now: datetime) -> int:
    account_id = await accounts.find_or_add(tx, CHANNEL, address, now)
    await accounts.bind(tx, account_id, person_id, now)
    await entry.give_consent(tx, person_id, account_id, consent_version, now)
    return account_id
