"""The cookies of one look: what a host sets is returned to it until the look ends, and never after.

Sites that set a cookie and send the visitor to the same address want it back. Two accounts, or two
looks at one, never share any. Rules: RFC 6265, with host-only cookies where a Domain is a suffix
that many owners share, and no cookie of a host that is an address but for that host.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address

MOST = 50
"""How many cookies one look keeps."""
LONGEST = 4_096
"""Bytes of one cookie; a longer one is not kept."""
LONGEST_HEADER = 7_000
"""Bytes of all that are returned at once: servers refuse heads that are much longer."""
_SHORT_LABEL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cookie:
    host: str
    """Its host; with `is_shared`, also the hosts below."""
    is_shared: bool
    path: str
    is_secure: bool
    value: str = field(repr=False)


class Jar:
    """The cookies of one look."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], _Cookie] = {}

    def take(self, said: Sequence[bytes], *, host: str, path: str, now: datetime) -> None:
        """Keep what an answer's Set-Cookie headers say; what is no cookie, or too much, is not kept."""
        for piece in said:
            try:
                text = piece.decode()
            except UnicodeDecodeError:
                continue
            if len(piece) <= LONGEST:
                self._take(text, host.lower(), path, now)

    def returned(self, *, host: str, path: str, is_secure: bool, besides: Collection[str] = ()) -> str:
        """Return the Cookie header for a request, without the names that the request brings itself; may be empty."""
        host = host.lower()
        found: list[str] = []
        room = LONGEST_HEADER
        for (_, _, name), cookie in sorted(self._kept.items(), key=lambda kept: -len(kept[1].path)):
            if name in besides or not _is_for(cookie, host, path, is_secure=is_secure):
                continue
            pair = f"{name}={cookie.value}"
            room -= len(pair) + 2
            if room < 0:
                break
            found.append(pair)
        return "; ".join(found)

    def _take(self, text: str, host: str, path: str, now: datetime) -> None:
        pair, *rest = text.split(";")
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or not name or not (name + value).isprintable():
            return
        said = {key.strip().lower(): word.strip() for key, _, word in (text.partition("=") for text in rest)}
        domain = said.get("domain", "").lstrip(".").lower()
        if domain and domain != host and not _may_share(host, domain):
            return
        where = said["path"] if said.get("path", "").startswith("/") else path.rpartition("/")[0] or "/"
        cookie = _Cookie(
            host=domain or host,
            is_shared=bool(domain) and _may_share(f"x.{host}", domain),
            path=where,
            is_secure="secure" in said,
            value=value,
        )
        key = (cookie.host, cookie.path, name)
        self._kept.pop(key, None)
        if len(self._kept) < MOST and not _is_over(said, now):
            self._kept[key] = cookie


def _is_for(cookie: _Cookie, host: str, path: str, *, is_secure: bool) -> bool:
    at_home = host == cookie.host or (cookie.is_shared and host.endswith(f".{cookie.host}"))
    below = path == cookie.path or path.startswith(cookie.path.rstrip("/") + "/")
    return at_home and below and (is_secure or not cookie.is_secure)


def _may_share(host: str, domain: str) -> bool:
    """True if a host may set cookies for all hosts of a domain: not for `cn`, `gov.cn` or `zj.cn`."""
    labels = domain.split(".")
    if not host.endswith(f".{domain}") or len(labels) < 2 or _is_address(host):
        return False
    is_suffix = len(labels) == 2 and len(labels[1]) == 2 and len(labels[0]) <= _SHORT_LABEL
    return not is_suffix


def _is_address(host: str) -> bool:
    try:
        ip_address(host.removeprefix("x.").strip("[]"))
    except ValueError:
        return False
    return True


def _is_over(said: dict[str, str], now: datetime) -> bool:
    """True if a cookie is set in order to be dropped."""
    age = said.get("max-age", "")
    if age.removeprefix("-").isdecimal():
        return age.startswith("-") or not age.strip("0")
    try:
        until = parsedate_to_datetime(said.get("expires", ""))
    except (ValueError, TypeError, OverflowError):
        return False
    return (until if until.tzinfo else until.replace(tzinfo=UTC)) <= now
