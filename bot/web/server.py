"""The web server: uvicorn inside our own loop, without its signal handlers, its access log or its name."""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.config import Web
from bot.web.refusal import HANDLERS
from bot.web.shield import Shield, known_names

log = logging.getLogger(__name__)

STOP_SECONDS = 5
ANSWERS_SECONDS = 3  # of these, for answers that are being given
KEEP_ALIVE_SECONDS = 30  # a connection without a request
STUCK_MILLISECONDS = 60_000  # a reader that takes nothing for so long, or is gone without a word, is let go


class WebAddressError(Exception):
    """`str()` is a Chinese sentence for the operator that says what to change."""


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the process, which stops us by `WebServer.stop`."""
        yield


class WebServer:
    def __init__(
        self,
        web: Web,
        routes: Sequence[BaseRoute],
        stopping: Sequence[Callable[[], None]] = (),
        names: Sequence[str] = (),
    ) -> None:
        """`stopping` is called first when the server stops: whoever gives answers without an end must end them then. `names` are
        further host names under which we are called."""
        self._web = web
        self._stopping = stopping
        self.port = web.port  # after `start` the real one, when config.toml says 0
        self._sockets: list[socket.socket] = []
        self._serving: asyncio.Task[None] | None = None
        app = Starlette(routes=list(routes), exception_handlers=HANDLERS)
        config = uvicorn.Config(
            Shield(app, known_names(web) | set(names), web.address),
            http="h11",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # bot.web.throttle.client_address decides whom to believe
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=STOP_SECONDS - 1,
        )
        self._server = _Server(config)

    @property
    def address(self) -> str:
        """What links begin with. Valid after `start`."""
        return self._web.model_copy(update={"port": self.port}).address

    async def start(self) -> None:
        """Take the address: from now on connections wait for `run`. Raises WebAddressError."""
        try:
            self._sockets = listeners(self._web.host, self._web.port)
        except OSError as error:
            raise WebAddressError(_explained(error, self._web)) from error
        self.port = int(self._sockets[0].getsockname()[1])

    async def run(self) -> None:
        """Serve until stopped; being cancelled stops it as well."""
        self._serving = asyncio.create_task(self._server.serve(self._sockets))
        try:
            await asyncio.shield(self._serving)
        except asyncio.CancelledError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End within STOP_SECONDS: nothing new, answers without an end are ended, the others get ANSWERS_SECONDS."""
        for call in self._stopping:
            call()
        self._server.should_exit = True
        if self._serving is not None:
            await asyncio.wait([self._serving], timeout=ANSWERS_SECONDS)
            self._hang_up()
            await asyncio.wait([self._serving], timeout=STOP_SECONDS - ANSWERS_SECONDS)
        for each in self._sockets:
            each.close()

    def _hang_up(self) -> None:
        """Cut what is still connected: whoever gives an answer hears that its reader has left."""
        for connection in list(self._server.server_state.connections):
            connection.transport.abort()


def listeners(host: str, port: int) -> list[socket.socket]:
    """Return a listening socket for each address of `host`, all on the same port. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    sockets: list[socket.socket] = []
    try:
        for family, address in dict.fromkeys((each[0], str(each[4][0])) for each in found):
            both = family == socket.AF_INET6 and address == "::" and socket.has_dualstack_ipv6()
            number = port or (sockets[0].getsockname()[1] if sockets else 0)
            listener = socket.create_server((address, number), family=family, dualstack_ipv6=both)
            sockets.append(listener)
            _impatient(listener)
    except OSError:
        for each in sockets:
            each.close()
        raise
    return sockets


def _impatient(listener: socket.socket) -> None:
    """Let the kernel end connections whose other side takes nothing; accepted sockets inherit this, see tcp(7)."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STUCK_MILLISECONDS)


def _explained(error: OSError, web: Web) -> str:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"本机没有 {web.host} 这个地址。请检查 config.toml 里 [web] 的 host。"
    if error.errno == errno.EADDRINUSE:
        return f"网页服务的端口 {web.port} 被别的程序占用。请关掉它，或者在 config.toml 的 [web] 里换一个 port。"
    if error.errno == errno.EACCES:
        return f"没有权限使用端口 {web.port}。请在 config.toml 的 [web] 里换一个大于 1023 的 port。"
    return f"网页服务打不开（{web.host} 端口 {web.port}）：{error.strerror}"
