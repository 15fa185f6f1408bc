"""A briefing as it is read: the letter with the summary, and the pages of the text, the same on every channel."""

from datetime import datetime
from functools import lru_cache

from handlers.act import Button
from handlers.office import Office
from handlers.readers import short
from handlers.splitting import split_text
from storage.briefings import INTERNAL, PUBLIC, SHARED, Briefing

CLASSES = {PUBLIC: "公开", SHARED: "周知", INTERNAL: "内部"}
LONGEST_TITLE, LONGEST_SOURCE, LONGEST_SUMMARY = 60, 60, 300  # characters
LONGEST_TEXT = 100_000
# A page is at most 400 UTF-16 units, a screen of a telephone in large print, and 2,048 bytes of UTF-8, which the narrowest channel takes: its
# text, the heading that may come over from the page before, and 45 units (135 bytes) of head and foot.
PAGE_UNITS, PAGE_BYTES = 320, 1_780  # of text on a page
LONGEST_HEADING = 30
ENDS = tuple("。！？；，：”’）》…")  # of what is no heading
SUMMARY_UNITS = 120  # of the summary that is proposed
SHORT_TITLE = 12  # characters of the title at the head of a page

NOT_OUTSIDE = "这是局里发给老同志看的，请不要往外转。"  # under what is 周知
INTERNAL_LETTER = (
    "局里有一份文件请您来阅。请到局里阅文，文件不能在这里看，也请不要拍照。\n来以前请先打电话：{phone}（{hours}）。"
)


# ── the letter ──────────────────────────────────────────────────────────────────────────────────────────────────────


def letter(office: Office, briefing: Briefing) -> str:
    """Return what is sent: the summary and where the rest is. Of what is internal it says only where to come."""
    if briefing.is_internal:
        return INTERNAL_LETTER.format(phone=office.phone, hours=office.service_hours)
    head = f"【简报】{briefing.title}\n{office.topic(briefing.topic)}，来源：{briefing.source}"
    keep = NOT_OUTSIDE if briefing.content_class == SHARED else ""
    return f"{head}\n\n{briefing.summary}\n\n全文 {len(pages(briefing))} 页。{keep}{corrected(office, briefing)}"


def letter_buttons(briefing_id: int, recipient_id: int = 0, *, is_internal: bool = False) -> list[Button]:
    """Return what stands under the letter. `recipient_id` is the row of the mailing, which tells who reads on a shared telephone."""
    if is_internal:
        return [Button("1 知道了", _action("briefread", briefing_id, 0, recipient_id))]
    return [
        Button("1 看全文", _action("page", briefing_id, 1, recipient_id)),
        Button("2 听", _action("listen", briefing_id, 0, recipient_id)),
        Button("3 我已阅", _action("briefread", briefing_id, 0, recipient_id)),
        Button("4 有话要说", _action("briefword", briefing_id, 0, recipient_id)),
    ]


def corrected(office: Office, briefing: Briefing) -> str:
    """Return that and when it was corrected, empty when it was not."""
    return f"（{day(office, briefing.corrected_at)}更正过）" if briefing.corrected_at else ""


def day(office: Office, moment: datetime) -> str:
    """Return '11月26日' on the office's wall."""
    local = moment.astimezone(office.zone)
    return f"{local.month}月{local.day}日"


# ── the pages ───────────────────────────────────────────────────────────────────────────────────────────────────────


def pages(briefing: Briefing) -> list[str]:
    """Return the text in pages that end at sentences, with the source at the end of the last: one page at least."""
    return _pages(briefing.text, briefing.source)


@lru_cache(maxsize=256)
def _pages(text: str, source: str) -> list[str]:
    found = split_text(f"{text}\n\n来源：{source}", PAGE_UNITS, PAGE_BYTES)
    for place in range(len(found) - 1):  # a heading belongs to what follows it
        before, _, last = found[place].rpartition("\n")
        if before and len(last) <= LONGEST_HEADING and not last.endswith(ENDS):
            found[place], found[place + 1] = before.rstrip(), f"{last}\n{found[place + 1]}"
    return found


def page(office: Office, briefing: Briefing, number: int) -> str:
    """Return a page as it is shown, from 1: which one it is stands last, beside the buttons. Raises IndexError: there is no such page."""
    every = pages(briefing)
    if not 1 <= number <= len(every):
        raise IndexError(f"briefing {briefing.id} has no page {number}")
    head = f"《{short(briefing.title, SHORT_TITLE)}》{corrected(office, briefing)}"
    return f"{head}\n\n{every[number - 1]}\n\n第 {number} 页，共 {len(every)} 页"


def page_buttons(briefing: Briefing, number: int, recipient_id: int = 0) -> list[Button]:
    """Return what stands under a page, numbered without a gap: 1 leads on, and on the last page it says that it is read."""
    last = len(pages(briefing))
    deeds = [("下一页", "page", number + 1) if number < last else ("我已阅", "briefread", 0)]
    if number > 1:
        deeds.append(("上一页", "page", number - 1))
    deeds.append(("有话要说", "briefword", 0))
    return [
        Button(f"{place} {label}", _action(action, briefing.id, page, recipient_id))
        for place, (label, action, page) in enumerate(deeds, 1)
    ]


def _action(name: str, briefing_id: int, number: int, recipient_id: int) -> str:
    """Return 'a:page:17.2.93': of briefing 17 page 2, for recipient 93."""
    return f"a:{name}:{briefing_id}.{number}.{recipient_id}"


# ── for those who write ─────────────────────────────────────────────────────────────────────────────────────────────


def first_sentences(text: str) -> str:
    """Return the beginning of a text, ending at a sentence where it can: the summary that is proposed."""
    flat = " ".join(text.split("\n"))
    first = split_text(flat, SUMMARY_UNITS)[0]
    return first if first == flat.strip() or first.endswith(tuple("。！？；”")) else f"{first}……"
