"""签到 by the QR code at the door: a page with one large button. Looking at it does nothing; pressing it says 签到CODE in the chat.

The page needs no script. Which seats this browser has it learns from cookies of its own (`session.give_cookie`): a seat's other cookie
goes to its conversation only.
"""

import secrets
from html import escape
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.web.body import chunks
from bot.web.say import CLIENT_ID, Say, Saying
from bot.web.session import home_of, seats_of
from bot.web.site import Site
from handlers.act import Act
from handlers.gatherings import code, words
from handlers.gatherings.attendance import why_not_here
from storage.entry import Seat
from storage.gatherings import Gathering

LARGEST_BYTES = 4096  # of the form
HEADERS = {  # the form goes to us and nowhere else; and it must tell where it comes from
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "same-origin",
}


class Checkin:
    def __init__(self, site: Site, say: Say) -> None:
        self._site = site
        self._say = say

    async def show(self, request: Request) -> Response:
        """GET /c/CODE: what it is for and 【我到了】 for everybody who has a seat in this browser; changes nothing."""
        door_code = _code_in(request)
        gathering, refused = await self._gathering(door_code)
        if gathering is None or refused:
            return _page("签到", [refused], status=404 if gathering is None else 200)
        lines = [words.when_and_where(self._site.office, gathering)]
        seats = await seats_of(self._site, request)
        if seats:
            return _page(gathering.title, lines, "".join(_button(each, len(seats)) for each in seats))
        lines += [
            "这台手机还没有打开过您的对话。请把下面几个字发给服务助手，或者请门口的工作人员帮您签到：",
            _typed(door_code),
        ]
        return _page(gathering.title, lines, '<p><a class="link" href="/">打开对话</a></p>')

    async def arrive(self, request: Request) -> Response:
        """POST /c/CODE (form: seat, client_id): the seat says 签到CODE, as if typed; then its conversation, where the answer is.

        The same client_id says it once. A crash before the answer leaves it said or not; pressing again says it once.
        """
        if not _from_our_page(request, self._site.web.address):
            return _page("签到", ["这个请求不是从我们的网页发来的，没有处理。请重新扫一下二维码。"], status=403)
        form = await _form(request)
        seat = next((each for each in await seats_of(self._site, request) if each.address == form.get("seat")), None)
        client_id = form.get("client_id", "")
        if seat is None or not CLIENT_ID.fullmatch(client_id):
            return _page(
                "签到",
                ["没有签上。请重新打开工作人员发给您的链接，再扫一次二维码；也可以请门口的工作人员帮您签到。"],
                status=401,
            )
        await self._say.store(seat, Saying(client_id, f"{code.WORD}{_code_in(request)}", None, ()))
        return RedirectResponse(home_of(seat.address), 303, HEADERS)

    async def _gathering(self, door_code: str) -> tuple[Gathering | None, str]:
        """Return the gathering of a code and why nobody can check in now ('': one can)."""
        now = self._site.now()
        async with self._site.database.read() as tx:
            gathering = await code.gathering_with(Act(tx, self._site.office, now), door_code)
        if gathering is None:
            return None, "没有这个签到码。请重新扫一下二维码，或者请门口的工作人员帮您签到。"
        return gathering, why_not_here(self._site.office, gathering, now) or ""


def _code_in(request: Request) -> str:
    found = code.code_in(request.path_params["code"])
    return found[0] if found else ""


def _typed(door_code: str) -> str:
    return f"{code.WORD} {code.shown(door_code)}"


def _from_our_page(request: Request, address: str) -> bool:
    """Tell whether a form was sent from a page of ours: a browser says so in Origin, one of before 2019 in Referer only (CSRF)."""
    source = urlsplit(request.headers.get("origin") or request.headers.get("referer") or "")
    return source.netloc != "" and source.netloc in (request.headers.get("host"), urlsplit(address).netloc)


async def _form(request: Request) -> dict[str, str]:
    """Return the fields of a form. Raises Refusal 408 or 413."""
    body = b"".join([each async for each in chunks(request, LARGEST_BYTES, "内容太长了。")])
    return {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}


def _button(seat: Seat, seats: int) -> str:
    label = "我到了" if seats == 1 else f"{seat.name}到了"
    who = f"<p>{escape(seat.name)}，您好。</p>" if seats == 1 else ""
    fields = {"seat": seat.address, "client_id": f"door-{secrets.token_hex(8)}"}
    hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in fields.items())
    return f'<form method="post">{who}{hidden}<button class="act">{escape(label)}</button></form>'


def _page(title: str, lines: list[str], more: str = "", *, status: int = 200) -> Response:
    text = "".join(f"<p>{escape(each)}</p>" for each in lines)
    page = f"""<!doctype html>
<html lang="zh-CN" data-size="30" data-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>签到</title>
<link rel="icon" href="/static/chat-icon.svg">
<link rel="stylesheet" href="/static/chat.css">
</head>
<body>
<main id="door">
<section class="card">
<h1>{escape(title)}</h1>
{text}{more}
</section>
</main>
</body>
</html>
"""
    return HTMLResponse(page, status, HEADERS)
