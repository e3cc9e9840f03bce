"""The cookies: one that is a session, and one by which the forms of people without a session are told to be ours."""

from __future__ import annotations

from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import Response

SESSION = "xuncha"
VISIT = "xuncha-visit"
NOTICE = "xuncha-notice"
FLOW = "xuncha-oidc"
_LONGEST = 100
"""Characters of a cookie that could be one of the first two."""
_LONGEST_FLOW = 3000
_LONGEST_NOTICE = 300
"""Characters of what is said once."""


def is_secure(request: Request) -> bool:
    """True if the browser came by https, as itself or a trusted proxy says."""
    return request.url.scheme == "https"


def named(request: Request, name: str) -> str:
    """Return what a cookie is called: by https with the prefix that ties it to this host and nothing else.

    By plain http, which is for the machine itself alone, browsers take no such prefix.
    """
    return f"__Host-{name}" if is_secure(request) else name


def cookie(request: Request, name: str) -> str:
    """Return a cookie of ours, empty where there is none."""
    found = request.cookies.get(named(request, name), "")
    return found if len(found) <= _LONGEST else ""


def flow(request: Request) -> str:
    """Return what the browser keeps of a log-in that is under way at the identity provider; empty for nothing."""
    found = request.cookies.get(named(request, FLOW), "")
    return found if len(found) <= _LONGEST_FLOW else ""


def put(request: Request, answer: Response, name: str, text: str) -> None:
    """Have the browser keep a cookie until it is closed: scripts and other sites' requests do not get it."""
    answer.set_cookie(named(request, name), text, path="/", httponly=True, samesite="strict", secure=is_secure(request))


def drop(request: Request, answer: Response, name: str) -> None:
    """Have the browser forget a cookie."""
    answer.delete_cookie(named(request, name), path="/", httponly=True, samesite="strict", secure=is_secure(request))


def put_notice(request: Request, answer: Response, sentence: str) -> None:
    """Have the next page say what was done."""
    put(request, answer, NOTICE, quote(sentence[:_LONGEST_NOTICE]))


def notice(request: Request) -> str:
    """Return what the page is to say that was done just before; empty for nothing."""
    return unquote(request.cookies.get(named(request, NOTICE), ""))[:_LONGEST_NOTICE]
