"""The addresses of imports."""

from __future__ import annotations

from functools import partial

from starlette.routing import Route

from monitor.web.pages.import_blank import blank, roster
from monitor.web.pages.import_result import import_apply, import_marked, import_result, import_terms
from monitor.web.pages.import_upload import upload, upload_form
from monitor.web.pages.import_withdraw import import_kept, import_withdrawn
from monitor.web.pages.imports import imports
from monitor.web.pages.pages import Pages


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses; those of fixed words stand before those of files that wait."""
    return (
        Route("/imports", partial(imports, pages)),
        Route("/imports", partial(upload, pages), methods=["POST"]),
        Route("/imports/new", partial(upload_form, pages)),
        Route("/imports/roster.xlsx", partial(roster, pages)),
        Route("/imports/blank/{kind}.xlsx", partial(blank, pages)),
        Route("/imports/kept/{number}", partial(import_kept, pages)),
        Route("/imports/kept/{number}", partial(import_withdrawn, pages), methods=["POST"]),
        Route("/imports/{upload_id}", partial(import_result, pages)),
        Route("/imports/{upload_id}", partial(import_terms, pages), methods=["POST"]),
        Route("/imports/{upload_id}/apply", partial(import_apply, pages), methods=["POST"]),
        Route("/imports/{upload_id}/marked.xlsx", partial(import_marked, pages)),
    )
