"""The way in and out: a link becomes a seat's cookie, a stranger gets a seat of its own, a browser leaves its seat."""

import re
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.web.body import read_json
from bot.web.refusal import Refusal
from bot.web.session import give_cookie, home_of, new_seat, new_token, seated, token_of
from bot.web.site import CHANNEL, Site
from bot.web.throttle import Throttle, client_address
from storage import accounts, entry
from storage.accounts import Account
from storage.database import Tx

WRONG_LINKS = 20  # of one client address within WRONG_LINKS_WINDOW; a whole office may share one address
WRONG_LINKS_WINDOW = timedelta(minutes=10)
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,128}")


class Door:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._wrong_links = Throttle(WRONG_LINKS, WRONG_LINKS_WINDOW)
        self._guests = Throttle(site.web.guests_per_hour, timedelta(hours=1))

    async def office(self, request: Request) -> Response:
        """GET /api/office: whose assistant this is, for a page without a seat."""
        return JSONResponse(office_facts(self._site))

    async def enter(self, request: Request) -> Response:
        """POST /api/enter {"secret"}: 200 {"home"} and the seat's cookie. 403: no such link, or not any more."""
        who = client_address(request, self._site.web.trust_proxy)
        self._let_pass(self._wrong_links, who, "链接试的次数太多了")
        secret = (await read_json(request)).get("secret")
        home = await self._enter(secret) if isinstance(secret, str) and _SECRET.fullmatch(secret) else None
        if home is None:
            self._wrong_links.count(who, self._site.now())
            raise Refusal(403, f"这个链接用不了了。请向工作人员要一个新的链接，或者打电话：{self._site.office.phone}。")
        return home

    async def _enter(self, secret: str) -> Response | None:
        async with self._site.database.read() as tx:
            if await _behind(tx, secret) is None:
                return None  # a guess costs no write
        async with self._site.database.write() as tx:
            if (found := await _behind(tx, secret)) is None:
                return None
            link_id, account = found
            token = await self._open_session(tx, account.id, link_id)
        return self._home(account.address, token)

    async def guest(self, request: Request) -> Response:
        """POST /api/guest: a seat of its own for a stranger. 429 when too many came from this address."""
        who = client_address(request, self._site.web.trust_proxy)
        self._let_pass(self._guests, who, "这会儿来访的人太多")
        self._guests.count(who, self._site.now())
        seat = new_seat()
        async with self._site.database.write() as tx:
            account_id = await accounts.find_or_add(tx, CHANNEL, seat, self._site.now())
            token = await self._open_session(tx, account_id, None)
        return self._home(seat, token)

    async def leave(self, request: Request) -> Response:
        """POST /u/SEAT/leave: this browser gives up its seat; others that sit there stay."""
        seat = await seated(self._site, request)
        async with self._site.database.write() as tx:
            await entry.end_session(tx, token_of(request), self._site.now())
        self._site.streams.wake(seat.account_id)  # its streams look for their session and end
        response = JSONResponse({})
        give_cookie(self._site, response, seat.address, "", days=0)
        return response

    def _let_pass(self, throttle: Throttle, who: str, reason: str) -> None:
        wait = throttle.wait_seconds(who, self._site.now())
        if wait > 0:
            minutes = -(-wait // 60)
            sentence = f"{reason}，请过 {minutes} 分钟再试，或者打电话：{self._site.office.phone}。"
            raise Refusal(429, sentence, retry_after_seconds=wait)

    async def _open_session(self, tx: Tx, account_id: int, link_id: int | None) -> str:
        token = new_token()
        await entry.add_session(tx, account_id, link_id, token, self._site.now(), self._site.web.cookie_days)
        return token

    def _home(self, seat: str, token: str) -> Response:
        response = JSONResponse({"home": home_of(seat)})
        give_cookie(self._site, response, seat, token, self._site.web.cookie_days)
        return response


async def _behind(tx: Tx, secret: str) -> tuple[int, Account] | None:
    """Return the link's id and account, or None: no link in force, or somebody who was taken off the roster."""
    link = await entry.link(tx, secret)
    if link is None:
        return None
    link_id, account_id = link
    visitor = await accounts.visitor(tx, account_id)
    account = await accounts.by_id(tx, account_id)
    return (link_id, account) if account is not None and visitor.person_id is not None else None


def office_facts(site: Site) -> dict[str, str]:
    """Return what anybody may know of the office."""
    return {"office": site.office.name, "phone": site.office.phone, "hours": site.office.service_hours}
