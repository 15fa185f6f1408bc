"""The demonstration office: obviously invented people, so that somebody new can try everything without an account.

It is made only in a database without a single person and marked there; a database with people and without the mark is
never touched. Links are kept as hashes only, so each start makes new ones.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.web.links import make_link
from handlers.briefings.words import first_sentences
from handlers.roster.fields import ROLE_NAMES
from storage import audit, briefing_search, briefings, demonstration, marks, people
from storage.accounts import Role
from storage.briefings import PUBLIC
from storage.database import Tx
from storage.people import Person

WATER, SCHOOLS = "青禾县水利局", "青禾县教育局"


@dataclass(frozen=True)
class Invented:
    person: Person
    role: str
    unit: str | None = None
    limited_to: str | None = None  # staff for this unit only
    acts_for: str | None = None


PEOPLE = (
    Invented(Person("王老", sex="男", birth="1938-07-05", retirement_kind="退休", family_name="小李"), "cadre", WATER),
    Invented(Person("李老", sex="女", birth="1945-03", retirement_kind="退休"), "cadre", SCHOOLS),
    Invented(Person("小李", sex="女"), "relative", acts_for="王老"),
    Invented(Person("赵科", sex="男", home_phone="00008000001"), "staff"),
    Invented(Person("孙姐", sex="女", home_phone="00008000002"), "staff", limited_to=SCHOOLS),
    Invented(Person("钱局", sex="男", home_phone="00008000003"), "leader"),
)
"""Two cadres, a relative, two staff, a leader. The telephones are those of no network: area code 0000."""


TITLE = "医药费报销，今年起改为窗口代办"
ARTICLE = """一、在哪里办。老同志把单据交到局里一楼窗口，由工作人员代办，不用自己跑三个地方。行动不便的打电话0000-8000000，我们上门来取。
二、要带什么。材料有三样：发票原件、费用清单、出院小结。少了哪一样，我们打电话告诉您，不让您白跑。
三、多久办好。材料齐了，十五个工作日以内把钱打到卡上。过了日子没有到账的，请告诉我们，我们去查。
四、家属可以代办。家属代交的，请带上自己的身份证，写明替哪位老同志办。"""
"""An invented briefing, so that 【学习简报】 has something to read and 医药费怎么报销 an answer. It promises nothing of any real office."""


@dataclass(frozen=True)
class Doorplate:
    """Who comes in by which link."""

    role: str  # in words: '工作人员，只管青禾县教育局'
    name: str
    secret: str


async def open_demonstration(tx: Tx, now: datetime, *, may_create: bool) -> list[Doorplate]:
    """Return a new link for everybody of a demonstration office, made now if `may_create` and nobody is there at all.

    The list is empty, and nothing was written, for a database of real people. Links of earlier starts end; browsers that
    came in by one stay in.
    """
    if await marks.get(tx, marks.DEMONSTRATION) is None:
        if not may_create or await people.count(tx) > 0:
            return []
        await _create(tx, now)
    await demonstration.revoke_all_links(tx, now)
    units = await people.units(tx)
    return [
        Doorplate(await _role_words(tx, each, units), each.name, await make_link(tx, each.id, now))
        for each in await people.everybody(tx)
        if each.active
    ]


async def _create(tx: Tx, now: datetime) -> None:
    ids: dict[str, int] = {}
    for each in PEOPLE:
        unit_id = await people.unit_named(tx, each.unit) if each.unit else None
        person_id = ids[each.person.name] = await people.add(tx, replace(each.person, unit_id=unit_id), now)
        limit = await people.unit_named(tx, each.limited_to) if each.limited_to else None
        await people.give_role(tx, person_id, Role(each.role, limit))
        if each.acts_for:
            await people.add_kin(tx, person_id, ids[each.acts_for])
        await audit.add(tx, now, "person.added", f"person:{person_id}", actor_id=None, how="demonstration")
    await _publish(tx, ids["赵科"], now)
    await marks.put(tx, marks.DEMONSTRATION, now.isoformat())


async def _publish(tx: Tx, made_by: int, now: datetime) -> None:
    """Put the invented briefing into the archive and the search."""
    briefing_id = await briefings.add(
        tx,
        content_class=PUBLIC,
        topic="office",
        title=TITLE,
        source="演示用，虚构的",
        summary=first_sentences(ARTICLE),
        text=ARTICLE,
        made_by=made_by,
        now=now,
    )
    await briefings.publish(tx, briefing_id, now)
    await briefing_search.put(tx, await briefings.by_id(tx, briefing_id))
    await audit.add(tx, now, "briefing.published", f"briefing:{briefing_id}", actor_id=None, how="demonstration")


async def _role_words(tx: Tx, person: Person, units: dict[int, str]) -> str:
    roles = await people.roles(tx, person.id)
    words = [ROLE_NAMES[role.name] + (f"，只管{units[role.unit_id]}" if role.unit_id else "") for role in roles]
    cadres = [each.name for each in await people.cadres_of(tx, person.id)]
    return "；".join(words) + (f"，替{'、'.join(cadres)}办事" if cadres else "")
