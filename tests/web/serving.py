"""Pages on a real port, for a real browser."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.applications import Starlette

from monitor.store import Store
from monitor.web import WebServer, create_app
from monitor.web.connections import Net
from monitor.web.serving import listening
from tests.web.county import Surroundings


@contextmanager
def served(store: Store, around: Surroundings) -> Iterator[str]:
    """Serve the pages on a free port of the loopback; the value is their address."""
    with listened(create_app(around.view(store))) as address:
        yield address


@contextmanager
def listened(app: Starlette, trusted: tuple[Net, ...] = ()) -> Iterator[str]:
    """Serve an application on a free port of the loopback; the value is its address. `trusted` are its proxies."""
    server = WebServer(app, trusted=trusted)
    with listening("127.0.0.1", 0) as sock:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[sock])))
        thread.start()
        try:
            yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
