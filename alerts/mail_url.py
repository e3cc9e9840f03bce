"""The addresses that a mail URL names, read here: Apprise reads no domain in other letters, and cuts one short.

Seen in Apprise 2.2.0 (2026-11): of `to=a@xn--fsqu00a.xn--fiqs8s` it keeps `a@xn--fsqu00a.xn`, a `from` in other letters
becomes a name, a host in other letters none at all. Domains in other letters are known to servers in their ASCII form
(IDNA), mailboxes in other letters to few.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from alerts.grammar import BadChannelError, host_in_ascii

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9][A-Za-z0-9.-]*")
_WORD = re.compile(r"[^\s<>,;\"'()]+")
_HOSTS = ("smtp",)
_ADDRESSES = ("from", "to", "reply", "cc", "bcc")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailUrl:
    """A mail URL, with the addresses that it names."""

    url: str
    """The same with every domain in ASCII."""
    sender: str | None
    readers: tuple[str, ...]
    reply_to: tuple[str, ...]


def in_ascii(address: str) -> str | None:
    """Return an address with its domain as servers know it (IDNA); None where what stands before it is not ASCII.

    Mailboxes of other letters need a server that speaks SMTPUTF8 all the way, and few do.
    """
    local, at, domain = address.rpartition("@")
    if not at or address.isascii():
        return address
    if not local.isascii():
        return None
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def read(url: str) -> MailUrl:
    """Return what a mail URL names; raises BadChannelError for an address or a host that cannot be written to."""
    before, mark, written = url.strip().partition("?")
    schema, _, rest = before.partition("://")
    place, slash, path = rest.partition("/")
    if not unquote(place.rpartition("@")[0]).isascii():
        raise BadChannelError("邮箱的用户名和密码只能用英文字母、数字和符号")
    options = [_in_ascii(*option.partition("=")) for option in written.split("&")]
    path = "/".join(map(_addresses_in_ascii, path.split("/")))
    asked = {name: unquote(value) for name, value in options}
    rewritten = "&".join(f"{name}={value}" if value else name for name, value in options)
    return MailUrl(
        url=f"{schema}://{place}{slash}{path}{mark}{rewritten}",
        sender=next(iter(_addresses(asked.get("from", ""))), None),
        readers=(*_addresses(unquote(path)), *_addresses(asked.get("to", ""))),
        reply_to=_addresses(asked.get("reply", "")),
    )


def _addresses(written: str) -> tuple[str, ...]:
    return tuple(word for word in _WORD.findall(written.replace("/", " ")) if "@" in word)


def _in_ascii(name: str, _: str, value: str) -> tuple[str, str]:
    if name.lower() in _ADDRESSES:
        return name.lower(), _addresses_in_ascii(value)
    if name.lower() in _HOSTS:
        return name.lower(), host_in_ascii(unquote(value))
    return name, value


def _addresses_in_ascii(value: str) -> str:
    """Return a part of a URL with its addresses in ASCII, as it was where they are."""
    written = unquote(value)
    if all(text.isascii() for text in _addresses(written)):
        return value
    return quote(_WORD.sub(lambda found: _usable(found[0]) if "@" in found[0] else found[0], written), safe="@,<>")


def _usable(address: str) -> str:
    known = in_ascii(address)
    if known is None:
        raise BadChannelError("邮箱地址的@前面只能用英文字母、数字和符号")
    if not ADDRESS.fullmatch(known):
        raise BadChannelError("邮箱地址的域名写法不对")
    return known
