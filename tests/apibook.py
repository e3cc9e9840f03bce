"""Writes what the interface serves and what it leaves to people into docs/api.md: `python -m tests.apibook`.

What pages show and do is found in the program itself: their addresses, the queries that they read by, the actions.
Each is served by the interface, or has a reason here not to be.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import monitor.web.api
import monitor.web.pages
import monitor.web.public
from monitor.web.api.operation import Acting, Operation
from monitor.web.api.routes import OPERATIONS, ROOT
from monitor.web.auth.needs import NEEDS

DOCUMENT = Path(__file__).parents[1] / "docs" / "api.md"
BEGIN, END = "<!-- operations: python -m tests.apibook -->", "<!-- end of operations -->"
LOGIN = "of people and their browsers: a program shows a token and logs in nowhere"
SECRETS = "who may come in is decided by somebody who has logged in and proved anew who they are"
FILLED = "a form of one row: a program sends a file of one row to `/imports`"
PAPER = "to be filled in, printed or signed by hand"
LISTS = "the same list as the JSON one, as a workbook"
PART = "a part of a page, which browsers fetch anew"
PERSONS = "hands out people by name and phone in bulk, for which somebody proves anew who they are"
FIRST = "leads a person through the first run; `/imports/gaps`, `/system` and `/settings` say the same"
MACHINE = "at the machine's own command line"
LINK = "of the holder of a signed link, who acts for one unit"
SAME = "done by another operation"
PAGES: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "/logout",
            "/me",
            "/me/confirm",
            "/me/password",
            "/me/second-factor",
            "/me/second-factor/remove",
            "/me/sessions/end",
        ),
        LOGIN,
    ),
    **dict.fromkeys(
        (
            "/me/tokens",
            "/me/tokens/{number}/revoke",
            "/system/tokens",
            "/system/tokens/{number}/revoke",
            "/system/hooks/{number}/{act}",
            "/users",
            "/users/new",
            "/users/{number}",
            "/users/{number}/{act}",
            "/users/requests/{number}",
            "/users/requests/{number}/decline",
        ),
        SECRETS,
    ),
    **dict.fromkeys(("/accounts/new", "/accounts/{account_id:path}/edit", "/records/new"), FILLED),
    **dict.fromkeys(
        (
            "/cases/{number}/notice.docx",
            "/imports/blank/{kind}.xlsx",
            "/imports/{upload_id}/marked.xlsx",
            "/orders/sheet.{ending}",
            "/reports/county-sheet",
            "/reports/sample.xlsx",
            "/review/sheet",
            "/review/sheet.{ending}",
        ),
        PAPER,
    ),
    **dict.fromkeys(("/accounts.xlsx", "/cases.xlsx", "/decisions.xlsx", "/messages.xlsx"), LISTS),
    **dict.fromkeys(("/accounts/{account_id:path}/handover.docx", "/imports/roster.xlsx"), PERSONS),
    **dict.fromkeys(("/fresh", "/looks/row", "/reports/making", "/start/progress"), PART),
    **dict.fromkeys(("/start", "/start/own"), FIRST),
    "/messages/test": "whoever tries a channel sits before its far side",
    "/mutes/end": f"{SAME}: `mute` with `until` null",
    "/reports/dictionary": f"{SAME}: `how` of every figure of a report",
    "/rights": "the same for everybody: docs/rights.md",
}
"""The pages that no operation is the counterpart of, and why."""
QUERIES: Mapping[str, str] = {
    "account_year": "what the picture of an account's year is drawn from: `listPosts`, `listObservations`",
    "letters": PAPER,
    "listed": LISTS,
    "logins": LOGIN,
    "paging": "pages by number; the interface goes on by cursors",
    "spot_check": PAPER,
    "start": FIRST,
    "tables": PERSONS,
}
"""The modules of queries that only pages read by, and why."""


def written() -> str:
    """Return the part of the document that is made of the program."""
    return f"{BEGIN}\n\n" + "\n".join((*_served(), "", *_left())) + f"\n\n{END}"


def _served() -> Iterator[str]:
    yield "| Address | As on the page | Scope | |"
    yield "|---|---|---|---|"
    for one in OPERATIONS:
        method = "POST" if isinstance(one, Acting) else "GET"
        scope = f"`{one.scope.value}`" if one.scope else "any"
        page = f"`{one.page}`" if one.page else ""
        yield f"| `{method} {ROOT}{one.path.replace(':path}', '}')}` | {page} | {scope} | {one.summary} |"


def _left() -> Iterator[str]:
    yield "What the interface leaves to people, and why:"
    yield ""
    yield "| Page | Why |"
    yield "|---|---|"
    reasons = dict.fromkeys(PAGES.values())
    for why in reasons:
        pages = dict.fromkeys(_below(page) for page, said in PAGES.items() if said == why)
        yield f"| {', '.join(f'`{page}`' for page in pages)} | {why} |"


def _below(page: str) -> str:
    """Return a page, those of users as one."""
    return "/users" if page.startswith("/users") else page


def pages_served(operations: Sequence[Operation] = OPERATIONS) -> set[str]:
    """Return the addresses of the pages that operations are the counterpart of."""
    return {one.page for one in operations if one.page}


def pages_there() -> set[str]:
    """Return the addresses of all pages for people who have logged in."""
    return set(NEEDS)


def queries_of(*packages: Path) -> set[str]:
    """Return the modules of queries that modules in these folders read by."""
    found: set[str] = set()
    for file in (file for package in packages for file in package.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("monitor.queries"):
                module = (node.module or "").removeprefix("monitor.queries").lstrip(".")
                found |= {module} if module else {name.name for name in node.names}
    return found


def queries_of_pages() -> set[str]:
    """Return the modules of queries that pages read by."""
    return queries_of(*map(Path, (*monitor.web.pages.__path__, *monitor.web.public.__path__)))


def queries_of_interface() -> set[str]:
    """Return those that the interface reads by."""
    return queries_of(*map(Path, monitor.web.api.__path__))


if __name__ == "__main__":
    before, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
    DOCUMENT.write_text(f"{before}{written()}{rest.partition(END)[2]}", "utf-8")
