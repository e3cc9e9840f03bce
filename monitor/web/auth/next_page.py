"""Where a log-in leads: to a page of ours, whatever an address says."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from starlette.requests import Request

_LONGEST = 1000
_ODD = re.compile(r"[\x00-\x20\\\x7f-\x9f\ud800-\udfff]")
"""What browsers leave out of an address or read as a slash."""
HOME = "/"
LOGIN = "/login"
CONFIRM = "/me/confirm"
READ, LOST = "read", "lost"
"""Whether a page was to be read when a session was found over, or a form is lost."""


def own_path(written: str) -> str:
    """Return a path of ours that somebody wrote into an address; the first page for everything else."""
    if len(written) > _LONGEST or not written.startswith("/") or written.startswith("//") or _ODD.search(written):
        return HOME
    try:
        parts = urlsplit(written)
    except ValueError:
        return HOME
    is_elsewhere = bool(parts.scheme or parts.netloc) or ".." in parts.path.split("/")
    return HOME if is_elsewhere or parts.path.startswith((LOGIN, "/logout")) else written


def login_address(request: Request, *, has_expired: bool) -> str:
    """Return the address of the log-in that leads back to where a request was, or, of a form, to its page."""
    is_read = request.method in {"GET", "HEAD"}
    if is_read:
        query = f"?{request.url.query}" if request.url.query else ""
        wanted = own_path(request.url.path + query)
    else:
        wanted = own_path(_path_of_form(request))
    said = f"&expired={READ if is_read else LOST}" if has_expired else ""
    return f"{LOGIN}?next={quote(wanted, safe='/')}{said}"


def confirm_address(request: Request) -> str:
    """Return the address at which somebody proves who they are, which leads back to where a request was made.

    Of a form it names where that was sent, too: it is kept there, to be sent once that is done.
    """
    if request.method in {"GET", "HEAD"}:
        query = f"?{request.url.query}" if request.url.query else ""
        return f"{CONFIRM}?next={quote(own_path(request.url.path + query), safe='/')}"
    said = f"lost={LOST}" if request.headers.get("hx-request") else f"then={quote(request.url.path)}"
    return f"{CONFIRM}?next={quote(own_path(_path_of_form(request)), safe='/')}&{said}"


def _path_of_form(request: Request) -> str:
    """Return the path of the page that a form was on; the first page where the browser says nothing of ours."""
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return HOME
    if parts.netloc != request.headers.get("host", ""):
        return HOME
    return parts.path + (f"?{parts.query}" if parts.query else "")
