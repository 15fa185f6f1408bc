"""Who sits here: the cookie of a seat. Its path is the seat's, so several people can use one browser side by side.

A second cookie, by the seat's own name, goes to the check-in pages only: the QR code at a door is the same for everybody.
"""

import secrets

from starlette.requests import Request
from starlette.responses import Response

from bot.web.refusal import Refusal
from bot.web.site import Site
from storage import entry
from storage.database import Tx
from storage.entry import Seat

COOKIE = "yl"
CHECK_IN_COOKIE, CHECK_IN_PATH = "yl-here.", "/c/"  # the name goes on with the seat
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
    """Set the seat's cookies; 0 days take them away."""
    for name, path in ((COOKIE, home_of(seat)), (f"{CHECK_IN_COOKIE}{seat}", CHECK_IN_PATH)):
        response.set_cookie(
            name,
            token,
            max_age=days * SECONDS_A_DAY,
            path=path,
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


async def seats_of(site: Site, request: Request) -> list[Seat]:
    """Return the persons' seats that a browser has, at a check-in page; a stranger's seat is none."""
    found = []
    async with site.database.read() as tx:
        for name, token in request.cookies.items():
            seat = await entry.seat(tx, token, site.now()) if name.startswith(CHECK_IN_COOKIE) else None
            if seat is not None and seat.person_id is not None and name == f"{CHECK_IN_COOKIE}{seat.address}":
                found.append(seat)
    return found
