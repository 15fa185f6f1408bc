"""A briefing in large print, with read-aloud: a page by a personal link, for whoever has the link and nobody else.

The address holds the secret. It is good for some days, ends with the person's other links, and opens this one briefing. Without scripts the
page is read, and 【我看完了】 works, all the same.
"""

from dataclasses import dataclass
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.web.attachments import hand_out
from bot.web.refusal import not_found
from bot.web.site import CHANNEL, Site
from handlers import access
from handlers.act import Act
from handlers.briefings import readers, words
from storage import briefing_links, briefing_reads, briefings, media
from storage.briefings import SHARED, Briefing
from storage.media import Medium

HEADERS = {  # the address is a secret, so it is told to nobody: no referrer, no search engine
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
LOST = "这个链接打不开了：它过期了，作废了，或者这篇简报收回了。请回到对话里，再按一次【听】，就有新的链接。"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opens."""

    briefing: Briefing
    person_id: int
    media: tuple[Medium, ...]
    is_read: bool


class BriefingPage:
    def __init__(self, site: Site) -> None:
        self._site = site

    async def show(self, request: Request) -> Response:
        """GET /b/SECRET: the briefing as it reads now. Looking at it changes nothing."""
        found = await self._opened(request)
        if found is None:
            return HTMLResponse(_frame("简报", f"<p>{LOST}</p>"), 404, HEADERS)
        return HTMLResponse(self._page(request.path_params["secret"], found), 200, HEADERS)

    async def note_read(self, request: Request) -> Response:
        """POST /b/SECRET: the end was seen, or 【我看完了】 pressed. Once a person; again and again without harm."""
        found = await self._opened(request)
        if found is None:
            return HTMLResponse(_frame("简报", f"<p>{LOST}</p>"), 404, HEADERS)
        async with self._site.database.write() as tx:
            act = Act(tx, self._site.office, self._site.now())
            if found.briefing.state == "published":  # who approves it sees it before, which is no reading
                await readers.note_read(act, found.briefing, found.person_id, readers.WEB, CHANNEL)
        if request.headers.get("x-yinling") == "1":
            return Response(status_code=204, headers=HEADERS)
        return RedirectResponse(f"/b/{request.path_params['secret']}#end", 303, HEADERS)

    async def medium(self, request: Request) -> Response:
        """GET /b/SECRET/media/ID: a picture or an attachment of this briefing."""
        found = await self._opened(request)
        wanted = request.path_params["media"]
        medium = next((each for each in found.media if each.id == wanted), None) if found else None
        if medium is None:
            raise not_found()
        return await hand_out(self._site, medium)

    async def _opened(self, request: Request) -> Opened | None:
        """Return what a link in force opens; None to everybody else, whether there ever was such a link or not."""
        async with self._site.database.read() as tx:
            link = await briefing_links.in_force(tx, request.path_params["secret"], self._site.now())
            if link is None:
                return None
            briefing = await briefings.by_id(tx, link.briefing_id)
            if not await access.may_open_page(tx, link.person_id, briefing):
                return None
            found = [await media.by_id(tx, each) for each in await briefings.media_of(tx, briefing.id)]
            is_read = await briefing_reads.has_read(tx, briefing.id, link.person_id)
        return Opened(briefing, link.person_id, tuple(each for each in found if each is not None), is_read)

    def _page(self, secret: str, found: Opened) -> str:
        office, briefing = self._site.office, found.briefing
        out = f"，{words.day(office, briefing.published_at)}" if briefing.published_at else ""
        corrected = words.corrected(office, briefing)
        parts = [
            f"<h2 data-aloud>{escape(briefing.title)}</h2>",
            f"<p>{escape(office.topic(briefing.topic))}，来源：{escape(briefing.source)}{out}</p>",
            f'<p class="warn">{escape(corrected)}</p>' if corrected else "",
            f"<p>{words.NOT_OUTSIDE}</p>" if briefing.content_class == SHARED else "",
            '<button id="read" class="act" hidden>朗读</button>',
            *(_picture(secret, each) for each in found.media if each.kind == "photo"),
            *(f"<p data-aloud>{escape(each)}</p>" for each in briefing.text.split("\n")),
            *(_attachment(secret, each) for each in found.media if each.kind != "photo"),
            _end(office.phone, is_read=found.is_read),
        ]
        return _frame(briefing.title, "\n".join(each for each in parts if each), office.name)


def _picture(secret: str, medium: Medium) -> str:
    return f'<img src="/b/{escape(secret)}/media/{medium.id}" alt="{escape(medium.name)}">'


def _attachment(secret: str, medium: Medium) -> str:
    return f'<a class="link" href="/b/{escape(secret)}/media/{medium.id}">附件：{escape(medium.name)}</a>'


def _end(phone: str, *, is_read: bool) -> str:
    noted = '<p id="noted"{hidden}>记下了，您看过这一篇。</p>'
    form = "" if is_read else '<form id="seen" method="post"><button class="act">我看完了</button></form>'
    ask = f"<p>有话要说，请回到对话里按【有话要说】，或者打电话：{escape(phone)}</p>"
    return f'<div id="end"></div>\n{form}\n{noted.format(hidden="" if is_read else " hidden")}\n{ask}'


def _frame(title: str, body: str, office: str = "服务助手") -> str:
    return f"""<!doctype html>
<html lang="zh-CN" data-size="20" data-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="/static/chat-icon.svg">
<link rel="stylesheet" href="/static/chat.css">
<link rel="stylesheet" href="/static/reading.css">
<script src="/static/chat-look.js"></script>
<script src="/static/reading.js" type="module"></script>
</head>
<body>
<header class="band">
<div class="title"><h1>{escape(office)}</h1></div>
<div id="sizes" class="pick" role="group" aria-label="字号">
<button data-pick="size" value="20">大</button>
<button data-pick="size" value="24">更大</button>
<button data-pick="size" value="30">特大</button>
</div>
</header>
<main id="article">
<section class="card">
{body}
</section>
</main>
</body>
</html>
"""
