"""Serving the pages on the daemon's own loop, which keeps the signals to itself."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette


class Server(uvicorn.Server):
    """The web server; `should_exit` ends it."""

    def __init__(self, application: Starlette) -> None:
        """Serve an application, quietly: requests are not events."""
        super().__init__(
            uvicorn.Config(
                application, lifespan="off", ws="none", log_config=None, access_log=False, server_header=False
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def listening(host: str, port: int) -> socket.socket:
    """Return a listening socket; raises OSError where the port is taken or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)
