"""The web application: addresses, error pages, and the headers that keep hostile words harmless."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from monitor.store import StoreError
from monitor.web.api import Api
from monitor.web.guard import HostGuard
from monitor.web.page_context import PageContext
from monitor.web.pages import Pages
from monitor.web.queue import RequestQueue
from monitor.web.refusals import Refusals
from monitor.web.signed_links import Keys

_STATIC = Path(__file__).parent / "static"


def create_app(view: PageContext) -> Starlette:
    """Return the application; every page only reads, but for what the desk takes."""
    refusals = Refusals(view.store, view.clock)
    pages, keys, api = Pages(view), Keys(view, refusals), Api(view, refusals)
    return Starlette(
        routes=[
            Route("/", pages.overview),
            Route("/accounts", pages.accounts),
            Route("/accounts/{account_id:path}", pages.account),
            Route("/cases", pages.cases),
            Route("/cases/{number}", pages.case),
            Route("/messages", pages.messages),
            Route("/messages/{message_id}", pages.message),
            Route("/imports", pages.imports),
            Route("/system", pages.system),
            Route("/audit", pages.audit),
            Route("/k/{token}", keys.opened),
            Route("/k/{token}", keys.used, methods=["POST"]),
            *api.routes,
            Route("/healthz", pages.healthz),
            Route("/readyz", pages.readyz),
            Route("/metrics", pages.metrics),
            Route("/metrics/accounts", pages.account_metrics),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        middleware=[
            Middleware(HostGuard, hosts=view.hosts, metrics_token=view.metrics_token),
            Middleware(RequestQueue),
        ],
        exception_handlers={HTTPException: pages.not_answered, StoreError: pages.no_database, Exception: pages.broken},
    )
