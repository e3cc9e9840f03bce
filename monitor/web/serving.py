"""Serving the pages on the daemon's own loop, which keeps the signals to itself."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import Iterator, Sequence

import uvicorn
from starlette.applications import Starlette

from monitor.web.connections import LONGEST_HEAD, Connection, Connections, Limits, Net, Seldom

BACKLOG = 2048
"""Connections that may wait to be taken; the kernel may allow fewer."""
AT_ONCE = 32
"""The number of connections taken before anything else is done; by that many there may be too many for a moment."""
PATIENCE = 5
"""Seconds that answers under way have when the server ends."""
_PAUSE = 0.05
"""Seconds before a connection is tried again that could not be taken: those that were dropped end meanwhile."""
_SCARCE = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_log = logging.getLogger(__name__)


class WebServer(uvicorn.Server):
    """The web server; `should_exit` ends it."""

    def __init__(self, application: Starlette, *, limits: Limits | None = None, trusted: tuple[Net, ...] = ()) -> None:
        """Serve an application, quietly: requests are not events. `trusted` are proxies that may name their clients."""
        super().__init__(
            uvicorn.Config(
                application,
                http=Connection,
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=bool(trusted),
                forwarded_allow_ips=[str(net) for net in trusted],
                h11_max_incomplete_event_size=LONGEST_HEAD,
                timeout_graceful_shutdown=PATIENCE,
            )
        )
        self._limits = limits or Limits.here()
        self._trusted = trusted
        self._tasks: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take connections one at a time, each with its place made before: asyncio's own server takes whatever comes.

        Where no file can be opened any more, that one logs two thousand tracebacks a second and takes nobody.
        """
        loop = asyncio.get_running_loop()
        held: set[Connection] = self.server_state.connections  # type: ignore[assignment]  # of `http` above
        connections = Connections(limits=self._limits, open=held, clock=loop.time, trusted=self._trusted)
        self.servers = []
        with contextlib.ExitStack() as undo:
            for logger in (logging.getLogger("uvicorn.error"), _log):
                seldom = Seldom(loop.time)
                logger.addFilter(seldom)
                undo.callback(logger.removeFilter, seldom)
            self._undo = undo.pop_all()
        self._tasks = [asyncio.create_task(_swept(connections))]
        self._tasks += [asyncio.create_task(self._take(sock, connections)) for sock in sockets or ()]
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nobody any more, and let answers under way end."""
        sweeping, *taking = self._tasks
        await _ended(taking)
        await super().shutdown(sockets)
        await _ended([sweeping])
        for connection in tuple(self.server_state.connections):
            connection.transport.abort()
        self._undo.close()

    async def _take(self, sock: socket.socket, connections: Connections) -> None:
        """Take one connection."""
        loop = asyncio.get_running_loop()
        sock.listen(BACKLOG)
        sock.settimeout(0)
        while True:
            try:
                taken = [(await loop.sock_accept(sock))[0], *_waiting(sock)]
            except OSError as error:
                if error.errno in _SCARCE:
                    _log.warning("no connection can be taken", extra={"reason": errno.errorcode.get(error.errno, "")})
                    connections.shrink()
                    await asyncio.sleep(_PAUSE)
                continue  # else the far side is gone already
            opened = (loop.connect_accepted_socket(self._connection, socket) for socket in taken)
            await asyncio.gather(*opened, return_exceptions=True)  # the client is gone by now
            connections.fit()

    def _connection(self) -> Connection:
        return Connection(config=self.config, server_state=self.server_state, app_state={})

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _waiting(sock: socket.socket) -> Iterator[socket.socket]:
    """Yield who else waits to be taken, as far as that takes no time."""
    with contextlib.suppress(OSError):
        for _ in range(AT_ONCE):
            yield sock.accept()[0]


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _swept(connections: Connections) -> None:
    """Look after the connections again and again."""
    while True:
        await asyncio.sleep(connections.limits.pace)
        connections.sweep()


def listening(host: str, port: int) -> socket.socket:
    """Return a listening socket; raises OSError where the port is taken or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)
