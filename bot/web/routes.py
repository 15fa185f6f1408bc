"""Every address of the web chat."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web.attachments import Attachments
from bot.web.briefing import BriefingPage
from bot.web.checkin import Checkin
from bot.web.door import Door
from bot.web.pages import Pages
from bot.web.refusal import Refusal
from bot.web.say import Say
from bot.web.site import Site
from bot.web.talk import Talk

Endpoint = Callable[[Request], Awaitable[Response]]


def make_routes(site: Site) -> list[Route]:
    """Return the table. Adding a page is one file and one line here."""
    pages, door, talk, say, attachments = Pages(), Door(site), Talk(site), Say(site), Attachments(site)
    checkin, briefing = Checkin(site, say), BriefingPage(site)
    return [
        Route("/", pages.page),
        Route("/enter", pages.page),
        Route("/static/{name}", pages.part),
        Route("/api/office", door.office),
        _post("/api/enter", door.enter),
        _post("/api/guest", door.guest),
        Route("/u/{seat}/", pages.room),
        Route("/u/{seat}/events", talk.events),
        Route("/u/{seat}/history", talk.history),
        _post("/u/{seat}/say", say.say),
        _post("/u/{seat}/media", attachments.upload),
        Route("/u/{seat}/media/{media}", attachments.download),
        _post("/u/{seat}/leave", door.leave),
        Route("/c/{code}", checkin.show),
        Route("/c/{code}", checkin.arrive, methods=["POST"]),  # a form: it asks itself where it was sent from
        Route("/b/{secret}", briefing.show),
        Route(
            "/b/{secret}", briefing.note_read, methods=["POST"]
        ),  # whoever knows the secret may: nothing else is needed
        Route("/b/{secret}/media/{media}", briefing.medium),
    ]


def _post(path: str, endpoint: Endpoint) -> Route:
    """A route that changes something: only our own page can send the header, a form elsewhere cannot (CSRF)."""

    async def checked(request: Request) -> Response:
        if request.headers.get("x-yinling") != "1":
            raise Refusal(403, "这个请求不是从我们的网页发来的，没有处理。")
        return await endpoint(request)

    return Route(path, checked, methods=["POST"])
