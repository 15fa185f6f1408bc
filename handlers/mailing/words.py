"""How a mailing is spoken of to staff."""

from collections.abc import Mapping
from datetime import datetime

from handlers.act import Act, Button
from handlers.briefings.sending import CHASE
from handlers.hall import inviting
from handlers.mailing.kinds import ASKS, KINDS
from handlers.office import Office, day_in_words
from handlers.readers import short
from storage import gatherings, mailings, people
from storage.mailings import Circle, Mailing
from storage.recipients import Figures

STATES: Mapping[str, str] = {
    "proposed": "等批准",
    "returned": "退回了",
    "approved": "批准了，到时候就发",
    "sending": "正在发",
    "paused": "暂停了",
    "done": "发完了",
    "cancelled": "取消了",
}
CARE: Mapping[str, str] = {"alone": "独居、空巢的", "disabled": "失能、不能自理的", "hospital": "正在住院的"}
ANSWERED: Mapping[str, str] = {
    "read": "已阅的",
    "unread": "还没有阅的",
    "yes": "答了参加的",
    "no": "答了不参加的",
    "unanswered": "还没有回答的",
}
LONGEST_NAME = 14
MOST_NAMES = 10


def name_of(mailing: Mailing) -> str:
    """Return '通知“国庆节放假……”'."""
    text = mailing.text.strip().removeprefix(CHASE.strip()).strip().removeprefix("【简报】")
    first = text.splitlines()[0] if text else "照片、文件"
    return f"{KINDS[mailing.kind].label}“{short(first, LONGEST_NAME)}”"


def card_button(mailing: Mailing, place: int = 1) -> list[Button]:
    return [Button(f"{place} 看发送情况", f"a:mailing:{mailing.id}")]


def state_words(mailing: Mailing) -> str:
    """Return how it stands, in a sentence."""
    who = f"（{mailing.decided_by_name}）" if mailing.state in ("approved", "returned") and mailing.decided_by else ""
    return f"{name_of(mailing)}现在：{STATES[mailing.state]}{who}。"


def moment(office: Office, when: datetime) -> str:
    """Return '11月24日 星期二 07:30'."""
    local = when.astimezone(office.zone)
    return f"{day_in_words(local.date())} {local:%H:%M}"


def when_words(office: Office, mailing: Mailing) -> str:
    """Return when it goes out and until when, without a full stop."""
    window = ""
    if mailing.from_time and mailing.until_time:
        window = f"，每天 {mailing.from_time:%H:%M} 到 {mailing.until_time:%H:%M} 之间发"
    now = mailing.starts_at <= mailing.made_at
    begins = "批准了就发" if now else f"{moment(office, mailing.starts_at)} 开始发"
    return f"{begins}{window}，{moment(office, mailing.useful_until)} 以后不再发"


async def circle_words(act: Act, circle: Circle) -> str:
    """Return to whom it goes: '全体老同志', '第一支部，独居、空巢的，去掉王老'."""
    if circle.persons:
        return await names(act, circle.persons) or "没有人"
    base = await inviting.in_words(act.tx, circle.audience)
    parts = [] if base == "全体" else [base]
    if circle.care:
        parts.append("或者".join(CARE[each] for each in circle.care))
    if circle.gathering_id is not None:
        title = (await gatherings.by_id(act.tx, circle.gathering_id)).title
        parts.append(f"报了“{short(title, LONGEST_NAME)}”的")
    if circle.mailing_id is not None:
        earlier = name_of(await mailings.by_id(act.tx, circle.mailing_id))
        parts.append(f"{earlier}{ANSWERED[circle.answered or 'read']}")
    words = "，".join(parts) or "全体老同志"
    if circle.topic is not None:
        words += "（不想收这一类的除外）"
    return f"{words}，去掉{await names(act, circle.without)}" if circle.without else words


async def names(act: Act, person_ids: tuple[int, ...]) -> str:
    """Return at most MOST_NAMES names, and how many there are when these are not all."""
    shown = [(await people.by_id(act.tx, each)).name for each in person_ids[:MOST_NAMES] if each]
    more = f"等 {len(person_ids)} 位" if len(person_ids) > MOST_NAMES else ""
    return f"{'、'.join(shown)}{more}"


def asks_words(mailing: Mailing) -> str:
    return ASKS[mailing.asks]


CHANNELS: Mapping[str, str] = {"web": "网页", "telegram": "Telegram", "wecom": "企业微信"}


def channels_words(by_channel: Mapping[str, int]) -> str:
    """Return '企业微信 30 人，网页 12 人'."""
    return "，".join(f"{CHANNELS.get(each, each)} {count} 人" for each, count in sorted(by_channel.items()))


def duration_words(seconds: float) -> str:
    """Return '一分钟以内', '大约 12 分钟', '大约 3 小时'."""
    if seconds < 60:
        return "一分钟以内"
    minutes = round(seconds / 60)
    return f"大约 {minutes} 分钟" if minutes < 120 else f"大约 {round(minutes / 60)} 小时"


def figures_words(office: Office, mailing: Mailing, figures: Figures, own_quiet: int, opens: datetime | None) -> str:
    """Return the figures, each number one of persons: sent, read, answered, not sent and why."""
    read = f"，已阅 {figures.read} 人" if mailing.asks != "nothing" else ""
    lines = [f"一共 {figures.everybody} 人，已送到 {figures.arrived} 人{read}。"]
    if mailing.asks == "come":
        lines.append(f"参加 {figures.yes} 人，不参加 {figures.no} 人。")
    if figures.words:
        lines.append(f"回了话的 {figures.words} 人。")
    if figures.remaining:
        waits = f"，其中 {own_quiet} 人本人现在不想被打扰，过后发" if own_quiet else ""
        waits = f"，现在先不打扰，{moment(office, opens)}接着发" if opens else waits
        lines.append(f"还没发 {figures.remaining} 人{waits}。")
    missed = {"没送到": figures.failed, "联系不上": figures.unreachable, "过了时间没发": figures.late}
    missed |= {"取消了没发": figures.dropped}
    if any(missed.values()):
        lines.append("，".join(f"{label} {count} 人" for label, count in missed.items() if count) + "。")
    return "\n".join(lines)


def time_left(remaining: int, lately: int, span_seconds: float) -> str:
    """Return how long the rest takes when so many arrived in that span, or nothing while that cannot be told."""
    if not remaining or not lately:
        return ""
    return f"照现在的速度，还要{duration_words(span_seconds / lately * remaining)}。"
