"""A witness beside every browser of a test: writes down whatever a page of ours must never do.

Complaints are: an error or a warning on the console (so also everything that the content security policy has stopped), an
error in a script, a request to another server, a dialog box, a window that opens by itself.
"""

import asyncio

from playwright.async_api import BrowserContext, ConsoleMessage, Dialog, Page, Request, WebError

CAP_SECONDS = 30.0  # ends a wait that would hang; decides nothing


class Witness:
    def __init__(self) -> None:
        self.home = ""  # what every address of ours begins with
        self.addresses: list[str] = []  # asked for, in order
        self._complaints: list[str] = []
        self._forgiven: list[str] = []
        self._heard = asyncio.Event()

    def watches(self, computer: BrowserContext) -> None:
        computer.on("console", self._console)
        computer.on("weberror", self._error)
        computer.on("request", self._request)
        computer.on("dialog", self._dialog)
        computer.on("page", lambda page: page.on("popup", self._popup))

    def forgives(self, text: str) -> None:
        """What holds this text is no fault of the page: the test itself brings it about."""
        self._forgiven.append(text)

    @property
    def complaints(self) -> list[str]:
        return [each for each in self._complaints if not any(text in each for text in self._forgiven)]

    async def speaks_up(self, before: int) -> None:
        """Wait until there are more complaints than `before`."""
        async with asyncio.timeout(CAP_SECONDS):
            while len(self.complaints) <= before:
                self._heard.clear()
                await self._heard.wait()

    def _complain(self, complaint: str) -> None:
        self._complaints.append(complaint)
        self._heard.set()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complain(f"console: {message.text}")

    def _error(self, error: WebError) -> None:
        self._complain(f"script: {error.error}")

    def _request(self, request: Request) -> None:
        self.addresses.append(request.url)
        if not request.url.startswith((f"{self.home}/", "blob:", "data:")):
            self._complain(f"request: {request.url}")

    async def _dialog(self, dialog: Dialog) -> None:
        self._complain(f"dialog box: {dialog.message}")
        await dialog.dismiss()

    def _popup(self, page: Page) -> None:
        self._complain(f"window: {page.url}")
