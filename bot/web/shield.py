"""The outermost layer: security headers on every answer, and no answer to a name that is not ours."""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.config import Web
from bot.web.refusal import Refusal

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
# The microphone for recordings, full screen for films; nothing else that a page could ask a phone for.
PERMISSIONS_POLICY = (
    "microphone=(self), fullscreen=(self), camera=(), geolocation=(), display-capture=(), payment=(), usb=(), "
    "serial=(), hid=(), midi=(), magnetometer=(), gyroscope=(), accelerometer=(), xr-spatial-tracking=()"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": PERMISSIONS_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Shield:
    """Wraps the whole application. A header that an answer sets itself is left alone.

    A request must name this server by an IP address or by one of `names`. A page elsewhere whose name was made to lead
    here (DNS rebinding) comes under its own name and is refused; an address in numbers cannot be forged in that way, so
    any is accepted.
    """

    def __init__(self, app: ASGIApp, names: frozenset[str], address: str) -> None:
        self._app = app
        self._names = names
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def shielded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if is_ours(Headers(scope=scope).get("host"), self._names):
            await self._app(scope, receive, shielded)
        else:
            refusal = Refusal(421, f"请用这个网址打开：{self._address}")
            await refusal.response()(scope, receive, shielded)


def known_names(web: Web) -> frozenset[str]:
    """Return the host names under which this server may be called."""
    public = urlsplit(web.public_url).hostname
    return frozenset(name for name in ("localhost", web.host.lower(), public) if name)


def is_ours(host: str | None, names: frozenset[str]) -> bool:
    """Tell whether a Host header names this server. No header at all (HTTP/1.0) comes from no browser: accepted."""
    if host is None:
        return True
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:  # '[::1' and the like
        return False
    return name in names or _is_ip_address(name)


def _is_ip_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
