"""The web application: addresses, error pages, and the headers that keep hostile words harmless."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from monitor.store import StoreError
from monitor.web.api.routes import Api
from monitor.web.auth.gate import LoginGate
from monitor.web.guard import HostGuard
from monitor.web.guarded import guarded
from monitor.web.ops.health import healthz, readyz
from monitor.web.ops.metrics import account_metrics, metrics
from monitor.web.page_context import PageContext
from monitor.web.pages import (
    case,
    cases,
    closing_steps,
    confirm,
    contacts,
    decisions,
    hooks,
    import_routes,
    login,
    login_requests,
    looks,
    me,
    message,
    messages,
    mutes,
    orders,
    own_tokens,
    proposals,
    provider_login,
    reports,
    review,
    rights,
    row_forms,
    start,
    system,
    tokens,
    units,
    users,
)
from monitor.web.pages.account import account
from monitor.web.pages.accounts import accounts, accounts_xlsx
from monitor.web.pages.audit import audit
from monitor.web.pages.contacts import ShownNumbers
from monitor.web.pages.errors import broken, no_database, not_answered
from monitor.web.pages.handover import handover_docx
from monitor.web.pages.overview import fresh, overview
from monitor.web.pages.pages import Pages
from monitor.web.pages.spot_check import sample_xlsx
from monitor.web.public.signed_links import Keys
from monitor.web.queue import RequestQueue
from monitor.web.refusals import Refusals

_STATIC = Path(__file__).parent / "static"


def create_app(view: PageContext) -> Starlette:
    """Return the application; every page only reads, but for what signed links let people do."""
    refusals = Refusals(view.store, view.clock)
    pages, keys = Pages(view), Keys(view, refusals)
    api = Api(view, refusals, pages.html)
    return Starlette(
        routes=[
            *guarded(_pages(pages), view.clock),
            Route("/k/{token}", keys.opened),
            Route("/k/{token}", keys.used, methods=["POST"]),
            Route("/k/{token}/calendar.ics", keys.calendar),
            *api.routes,
            Route("/healthz", healthz),
            Route("/readyz", partial(readyz, view)),
            Route("/metrics", partial(metrics, view)),
            Route("/metrics/accounts", partial(account_metrics, view)),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        middleware=[
            Middleware(HostGuard, hosts=view.hosts, metrics_token=view.metrics_token),
            Middleware(RequestQueue),
            Middleware(LoginGate, view=view),
        ],
        exception_handlers={
            HTTPException: partial(not_answered, pages),
            StoreError: partial(no_database, pages),
            Exception: partial(broken, pages),
        },
    )


def _pages(pages: Pages) -> Iterator[Route]:
    """Yield the pages; what each asks of its visitor stands in `auth/needs.py`."""
    shown = ShownNumbers()
    yield from (
        Route("/", partial(overview, pages)),
        Route("/fresh", partial(fresh, pages)),
        Route("/accounts", partial(accounts, pages)),
        Route("/accounts.xlsx", partial(accounts_xlsx, pages)),
        *closing_steps.routes(pages),
        *row_forms.routes(pages),
        Route("/accounts/{account_id:path}/handover.docx", partial(handover_docx, pages)),
        Route("/accounts/{account_id:path}", partial(account, pages, shown)),
        *contacts.routes(pages, shown),
        *cases.routes(pages),
        *case.routes(pages),
        *review.routes(pages),
        *messages.routes(pages),
        *message.routes(pages),
        *mutes.routes(pages),
        *orders.routes(pages),
        *decisions.routes(pages),
        Route("/reports/sample.xlsx", partial(sample_xlsx, pages)),
        *reports.routes(pages),
        *start.routes(pages),
        *system.routes(pages),
        *tokens.routes(pages),
        *hooks.routes(pages),
        Route("/audit", partial(audit, pages)),
        *rights.routes(pages),
        *looks.routes(pages),
        *login.routes(pages),
        *provider_login.routes(pages),
        *confirm.routes(pages),
        *me.routes(pages),
        *own_tokens.routes(pages),
        *login_requests.routes(pages),
        *users.routes(pages),
        *import_routes.routes(pages),
        *units.routes(pages),
        *proposals.routes(pages),
    )
