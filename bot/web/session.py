"""Who sits here: the cookie of a seat. Its path is the seat's, so several people can use one browser side by side."""

import secrets

from starlette.requests import Request
from starlette.responses import Response

from bot.web.refusal import Refusal
from bot.web.site import Site
from storage import entry
from storage.database import Tx
from storage.entry import Seat

COOKIE = "yl"
SECONDS_A_DAY = 86_400


def home_of(seat: str) -> str:
    return f"/u/{seat}/"


def new_token() -> str:
    """Return a token, or a link's secret, that cannot be guessed: 256 random bits."""
    return secrets.token_urlsafe(32)


def new_seat() -> str:
    """Return the address of a new seat: 128 random bits."""
    return secrets.token_urlsafe(16)


def give_cookie(site: Site, response: Response, seat: str, token: str, days: int) -> None:
    """Set the seat's cookie; 0 days take it away."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=days * SECONDS_A_DAY,
        path=home_of(seat),
        httponly=True,
        samesite="lax",
        secure=site.web.address.startswith("https://"),
    )


def token_of(request: Request) -> str:
    return request.cookies.get(COOKIE, "")


async def look(site: Site, tx: Tx, request: Request) -> Seat | None:
    """Return the seat that the request's cookie opens, or None when that is not the seat in its address."""
    seat = await entry.seat(tx, token_of(request), site.now())
    return seat if seat is not None and seat.address == request.path_params["seat"] else None


async def seated(site: Site, request: Request) -> Seat:
    """Return whose seat it is. Raises Refusal 401 when this browser may not sit there (any more)."""
    async with site.database.read() as tx:
        seat = await look(site, tx, request)
    if seat is None:
        raise Refusal(401, "请重新打开工作人员发给您的链接。")
    return seat
