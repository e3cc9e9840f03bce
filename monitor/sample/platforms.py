"""All platforms of the county behind one function: what is answered to a request at a moment.

Every host lives under the county's address, as `<base_url>/<host>/<path>`; requests to the hosts
themselves are understood too. Used by the server, and by tests and the replay in its stead.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from monitor.core.collector import Page, Request
from monitor.core.observation import LookFailedError, Reason
from monitor.sample import feeds, sites, weibo
from monitor.sample.answers import BodyEnding, SampleAnswer, not_found
from monitor.sample.script import County, FeedPlace, SitePlace


def answer(county: County, request: Request, at: datetime) -> SampleAnswer:
    """Return what the platform asked for answers at this moment; 404 for what is not there."""
    host, path, query = _split(county, request.url)
    if host in weibo.HOSTS:
        return weibo.answer(county, host, path, query, request, at)
    for script in county.scripts:
        match script.place:
            case FeedPlace() as place if (place.host, place.path) == (host, path):
                return feeds.answer(county, script, place, request.headers, at)
            case FeedPlace() as place if place.host == host and (linked := feeds.article(script, path, at)):
                return linked
            case SitePlace() as place if place.host == host and sites.serves(place, path):
                return sites.answer(script, place, path, request.headers, at)
            case _:
                continue
    return not_found()


def fetched(county: County, request: Request, at: datetime) -> Page:
    """Return the answer as `Fetch` would hand it over, without a network; raises LookFailedError as it does."""
    given = answer(county, request, at)
    match given.ending:
        case BodyEnding.STALLS:
            raise LookFailedError(Reason.TIMEOUT, "the sample stalls")
        case BodyEnding.CUT:
            raise LookFailedError(Reason.TRUNCATED, "the sample breaks off")
        case BodyEnding.WHOLE:
            pass
    if given.status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = timedelta(seconds=int(given.headers.get("retry-after", "0")))
        raise LookFailedError(Reason.RATE_LIMITED, "HTTP 429", retry_after=wait)
    if given.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise LookFailedError(Reason.HTTP_ERROR, f"HTTP {given.status}")
    return Page(url=request.url, status=given.status, headers=given.headers, body=given.body, at=at)


def _split(county: County, url: str) -> tuple[str, str, dict[str, str]]:
    """Return the host asked for, its path and the query; of a repeated name the last value counts."""
    parts = urlsplit(url)
    host, path = parts.netloc, parts.path
    if host == urlsplit(county.base_url).netloc:
        host, _, path = path.lstrip("/").partition("/")
        path = f"/{path}"
    return host, path, dict(parse_qsl(parts.query, keep_blank_values=True))
