"""How a gathering is called and shown, in words that everybody knows."""

from datetime import datetime

from handlers.gatherings.kinds import KINDS
from handlers.gatherings.places import seed_hash
from handlers.office import Office, day_in_words
from storage.gatherings import Gathering
from storage.signups import Signup

STATES = {
    "in": "报上名了",
    "waiting": "在排队候补",
    "offered": "有空位等您回话",
    "drawing": "报了名，等抽签",
    "no": "说了不来",
    "cancelled": "取消了",
    "lost": "没有排上",
}


def moment(office: Office, at: datetime) -> str:
    """Return '12月4日 星期五 14:30'."""
    local = at.astimezone(office.zone)
    return f"{day_in_words(local.date())} {local:%H:%M}"


def when_and_where(office: Office, gathering: Gathering) -> str:
    ends = gathering.ends_at.astimezone(office.zone)
    return f"时间：{moment(office, gathering.starts_at)} 到 {ends:%H:%M}\n地点：{gathering.place}"


def how_many(signup: Signup) -> str:
    """Return '位子', or '2 个位子' for a party."""
    return "位子" if signup.party == 1 else f" {signup.party} 个位子"


def short(office: Office, gathering: Gathering) -> str:
    """Return '12月4日 合唱排练' for a button."""
    local = gathering.starts_at.astimezone(office.zone)
    return f"{local.month}月{local.day}日 {gathering.title}"


def described(office: Office, gathering: Gathering) -> str:
    """Return everything a person must know before signing up."""
    lines = [f"{KINDS[gathering.kind].label}：{gathering.title}", when_and_where(office, gathering)]
    if gathering.capacity is not None:
        lines.append(f"名额：{gathering.capacity} 人")
    if gathering.companions:
        lines.append(f"可以带家属，最多 {gathering.companions} 位")
    lines.append(f"报名截止：{moment(office, gathering.deadline_at)}")
    if gathering.by_draw and gathering.drawn_at is None:
        lines.append(f"报名的人多就抽签，截止时抽。抽签种子的校验码：{seed_hash(gathering.seed)}")
    if gathering.state == "cancelled":
        lines.append(f"已经取消：{gathering.why_cancelled}")
    return "\n".join(lines)
