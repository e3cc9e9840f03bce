"""The contract of every platform file, found by discovery: its shape, its fixtures, its honesty.

`tests/fixtures/<module>/expected.json` names each fixture's kind, address, status and right reading,
and says in one sentence why a required kind cannot occur there.
"""

from __future__ import annotations

import copy
import importlib
import json
import pickle
import pkgutil
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from collectors import platforms
from monitor.core.account import Account, Platform
from monitor.core.collector import Collector, GrantedCollector, KeyedCollector, LinkCollector, Page
from monitor.core.download import AppFault, Download
from monitor.core.observation import Covers, LookFailedError, Reason, Standing, Timeline

FIXTURES = Path(__file__).parents[1] / "fixtures"
MODULES = {
    module.name: importlib.import_module(f"collectors.platforms.{module.name}")
    for module in pkgutil.iter_modules(platforms.__path__)
    if not module.name.startswith("_")
}
REQUIRED = {
    "normal",
    "pinned_first",
    "empty",
    "banned",
    "cancelled",
    "frozen",
    "login_wall",
    "captcha",
    "rate_limited",
    "changed_shape",
    "truncated",
}
WITH_POSTS = {"normal", "pinned_first"}
ALLOWED: dict[str, set[Reason | Standing]] = {
    "banned": {Standing.BANNED},
    "cancelled": {Standing.CANCELLED, Standing.NOT_FOUND, Standing.MIGRATED, Reason.HTTP_ERROR},
    "frozen": {Standing.FROZEN},
    "not_found": {Standing.NOT_FOUND, Reason.HTTP_ERROR},
    "login_wall": {Reason.LOGIN_WALL, Reason.REFUSED},
    "captcha": {Reason.CAPTCHA},
    "rate_limited": {Reason.RATE_LIMITED},
    "changed_shape": {Reason.UNREADABLE},
    "attack": {Reason.UNREADABLE},
}
"""How fixtures of a kind may be read at all, whatever their manifest says."""
LINK_REQUIRED = {
    "available",
    "unavailable",
    "login_wall",
    "captcha",
    "rate_limited",
    "changed_shape",
    "truncated",
}
"""The kinds of answers that a store, a package's link or a service of an app can give."""
LINKS = [module for module in MODULES.values() if isinstance(module.COLLECTOR, LinkCollector)]
READERS = [module for module in MODULES.values() if module not in LINKS]
"""The platforms of accounts, which have posts."""


def link_of(module: ModuleType) -> LinkCollector:
    collector = module.COLLECTOR
    assert isinstance(collector, LinkCollector)
    return collector


def collector_of(module: ModuleType) -> Collector:
    collector = module.COLLECTOR
    assert isinstance(collector, Collector)
    return collector


def short(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def manifest(module: ModuleType) -> dict[str, Any]:
    path = FIXTURES / short(module) / "expected.json"
    assert path.exists(), f"{path} is missing: write fixtures for the platform"
    manifest: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return manifest


@dataclass(frozen=True)
class Case:
    module: ModuleType
    expected: dict[str, Any]
    at: datetime

    @property
    def page(self) -> Page:
        body = (FIXTURES / short(self.module) / self.expected["file"]).read_bytes()
        return page(
            body, self.at, self.expected["url"], self.expected.get("status", 200), self.expected.get("headers", {})
        )


def page(body: bytes, at: datetime, url: str = "", status: int = 200, headers: dict[str, str] | None = None) -> Page:
    return Page(url=url, status=status, headers=headers or {}, body=body, at=at)


def cases(modules: list[ModuleType] = READERS) -> list[Any]:
    found = []
    for module in modules:
        kept = manifest(module)
        for number, expected in enumerate(kept["fixtures"]):
            at = datetime.fromisoformat(expected.get("at", kept["at"]))
            name = f"{short(module)}-{number}-{expected['file']}"
            found.append(pytest.param(Case(module, expected, at), id=name))
    return found


def normal_pages() -> list[Any]:
    return [case for case in cases() if case.values[0].expected["kind"] in WITH_POSTS]


def seen(module: ModuleType, page: Page) -> Timeline | Reason:
    try:
        found = collector_of(module).parse(page)
    except LookFailedError as error:
        return error.reason
    assert isinstance(found, Timeline)
    return found


def seen_of_link(module: ModuleType, page: Page) -> Download | Reason:
    try:
        return link_of(module).parse(page)
    except LookFailedError as error:
        return error.reason


def shows_no_update(seen: Timeline | Reason) -> bool:
    """True if a look would count as evidence that an account published nothing at all."""
    return isinstance(seen, Timeline) and not seen.posts and seen.covers is Covers.ALL


@pytest.mark.parametrize("module", MODULES.values(), ids=short)
def test_a_platform_offers_a_collector_with_a_name_of_its_own(module: ModuleType) -> None:
    collector = collector_of(module)
    names = [other.COLLECTOR.name for other in MODULES.values()]
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", collector.name)
    assert names.count(collector.name) == 1
    assert collector.version >= 1
    assert all(isinstance(platform, Platform) for platform in collector.platforms)
    assert len((module.__doc__ or "").splitlines()) > 1, "say which page, seen when, needing what, yielding what"


@pytest.mark.parametrize("module", MODULES.values(), ids=short)
def test_a_key_is_told_by_the_roster_or_not_at_all(module: ModuleType) -> None:
    collector = collector_of(module)
    bare = Account(id="A1", name="示例县发布", platform=Platform.WEIBO, unit="示例县政府办", area="示例县")
    assert collector.key_of(bare) is None
    odd = Account(
        id="A1", name="x", platform=Platform.WEIBO, unit="x", area="x", platform_id="？ ", homepage="not an address"
    )
    assert collector.key_of(odd) is None or isinstance(collector.key_of(odd), str)


@pytest.mark.parametrize("module", MODULES.values(), ids=short)
def test_a_key_that_cannot_be_right_is_told_from_one_that_can(module: ModuleType) -> None:
    """Keys of grants are names in the settings, and nobody looks by hand through one."""
    collector = module.COLLECTOR
    if isinstance(collector, GrantedCollector) or collector.name == "manual":
        return
    assert isinstance(collector, KeyedCollector)
    form = collector.key_form
    assert re.search("[\u4e00-\u9fff]", form.said)
    assert not [
        key for key in ("示例发布", "a b", "<script>", "1;2", "https:/", "javascript:alert(1)") if form.fits(key)
    ]


@pytest.mark.parametrize("module", MODULES.values(), ids=short)
def test_another_base_is_a_collector_of_the_same_name(module: ModuleType) -> None:
    if hasattr(module, "at"):
        elsewhere = module.at("http://127.0.0.1:9/")
        assert isinstance(elsewhere, Collector)
        assert elsewhere.name == collector_of(module).name


@pytest.mark.parametrize("module", MODULES.values(), ids=short)
def test_every_required_kind_of_answer_has_a_fixture_or_a_reason_why_it_cannot_occur(module: ModuleType) -> None:
    kept = manifest(module)
    kinds = {expected["kind"] for expected in kept["fixtures"]}
    excused = {kind for kind, why in kept["cannot"].items() if re.fullmatch(r"[^.]{15,}\.", why)}
    assert not kinds & excused, "an answer that cannot occur has a fixture"
    assert kinds | excused >= (LINK_REQUIRED if module in LINKS else REQUIRED)
    files = {path.name for path in (FIXTURES / short(module)).iterdir()} - {"expected.json"}
    assert files == {expected["file"] for expected in kept["fixtures"]}


def test_every_folder_of_account_fixtures_belongs_to_a_platform() -> None:
    folders = {path.parent.name for path in FIXTURES.glob("*/expected.json")}
    assert {short(module) for module in MODULES.values()} <= folders | set(MODULES)


@pytest.mark.parametrize("case", cases())
def test_a_fixture_is_read_as_its_manifest_says(case: Case) -> None:
    expected = case.expected
    got = seen(case.module, case.page)
    if "reason" in expected:
        assert isinstance(got, Reason)
        assert got.value == expected["reason"]
        return
    assert isinstance(got, Timeline)
    newest = got.newest
    assert (got.standing.value, got.covers.value) == (expected["standing"], expected["covers"])
    assert (newest.published_at if newest else None) == _moment(expected["newest"])
    if "precision" in expected:
        assert newest
        assert newest.precision.value == expected["precision"]
    if "oldest" in expected:
        assert got.posts[-1].published_at == _moment(expected["oldest"])
    if "titles" in expected:
        assert [post.title for post in got.posts] == expected["titles"]
    if "urls" in expected:
        assert [post.url for post in got.posts][: len(expected["urls"])] == expected["urls"]
    if "pinned" in expected:
        assert sum(post.is_pinned for post in got.posts) == expected["pinned"]
    for name, value in expected.get("profile", {}).items():
        assert getattr(got.profile, name) == value


@pytest.mark.parametrize("case", cases())
def test_a_kind_of_answer_is_read_as_what_it_is(case: Case) -> None:
    kind = case.expected["kind"]
    got = seen(case.module, case.page)
    if kind in ALLOWED:
        assert (got.standing if isinstance(got, Timeline) else got) in ALLOWED[kind]
    if kind == "empty":
        assert not (isinstance(got, Timeline) and got.posts)
        assert not shows_no_update(got) or (isinstance(got, Timeline) and got.standing is Standing.EMPTY)
    elif kind == "truncated":
        assert got in {Reason.TRUNCATED, Reason.UNREADABLE} or (isinstance(got, Timeline) and got.covers is Covers.SOME)
    else:
        assert not shows_no_update(got)


@pytest.mark.parametrize("case", cases())
def test_what_is_read_keeps_the_vocabulary(case: Case) -> None:
    got = seen(case.module, case.page)
    if not isinstance(got, Timeline):
        return
    moments = [post.published_at for post in got.posts]
    assert moments == sorted(moments, reverse=True)
    assert got.standing.is_present or (not got.posts and got.covers is Covers.SOME)
    for post in got.posts:
        assert post.published_at.utcoffset() == timedelta()
        assert post.published_at <= case.at + timedelta(days=1)
        assert len(post.title) <= 120
        assert post.title.isprintable()
        assert "<" not in post.title
        assert post.url is None or re.match("https?://[^/ ]", post.url)


@pytest.mark.parametrize("case", normal_pages())
def test_the_newest_is_the_greatest_and_not_the_first(case: Case) -> None:
    got = seen(case.module, case.page)
    assert isinstance(got, Timeline)
    if got.posts:
        assert got.newest == max(got.posts, key=lambda post: post.published_at)


@pytest.mark.parametrize("case", normal_pages())
def test_an_answer_cut_off_anywhere_never_shows_that_nothing_is_newer(case: Case) -> None:
    whole = seen(case.module, case.page)
    assert isinstance(whole, Timeline)
    body = case.page.body.rstrip()
    for length in range(0, len(body) - 8, max(1, len(body) // 97)):
        got = seen(case.module, page(body[:length], case.at, case.expected["url"]))
        assert not shows_no_update(got)
        if isinstance(got, Timeline) and got.covers is Covers.ALL:
            assert got.newest
            assert got.newest.published_at == (whole.newest and whole.newest.published_at)


def junk() -> list[Any]:
    size = 2 * 1024 * 1024
    dice = random.Random(7)  # noqa: S311 - the same junk every time
    return [
        pytest.param(b"", id="nothing"),
        pytest.param(b" \n", id="blank"),
        pytest.param(dice.randbytes(size), id="random"),
        pytest.param(b"\x00" * size, id="zeros"),
        pytest.param(b"<div>" * (size // 100), id="nested"),
        pytest.param(b"[" * size, id="brackets"),
        pytest.param(b'{"data":' * 20_000, id="nested-json"),
        pytest.param(b'{"ok":1,"data":{"cards":[1,null,"x",{"mblog":[]}],"list":{}}}', id="wrong-types"),
        pytest.param(b'{"a":' + b"9" * 6000 + b"}", id="long-number"),
        pytest.param("公告".encode() * (size // 6), id="prose"),
        pytest.param(b"null", id="null"),
        pytest.param(b"{}", id="empty-object"),
        pytest.param(b"[]", id="empty-array"),
        pytest.param(b"<html><body>404 page not found</body></html>", id="not-found-words"),
    ]


@pytest.mark.parametrize("body", junk())
@pytest.mark.parametrize("module", READERS, ids=short)
def test_junk_shows_nothing(module: ModuleType, body: bytes) -> None:
    got = seen(module, page(body, datetime(2026, 11, 20, tzinfo=UTC)))
    assert isinstance(got, Reason)


def places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every value that lies in a JSON value, itself included."""
    yield path
    inside: Iterable[tuple[Any, object]] = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    for name, entry in inside:
        yield from places(entry, (*path, name))


def exchanged(value: object, path: tuple[Any, ...], other: object) -> object:
    """Return a JSON value in which another one stands in a place."""
    if not path:
        return other
    changed = copy.copy(value)
    changed[path[0]] = exchanged(changed[path[0]], path[1:], other)  # type: ignore[index]  # a dict or a list
    return changed


OTHERS: tuple[object, ...] = (None, [], {}, "x", -1, True)


@pytest.mark.parametrize("case", normal_pages())
def test_a_value_of_another_kind_is_read_around_or_refused(case: Case) -> None:
    """A crash would be told as a bug of ours, over and over: what a platform changes is UNREADABLE."""
    try:
        answer = json.loads(case.page.body)
    except ValueError:
        return
    for path in places(answer):
        for other in OTHERS:
            body = json.dumps(exchanged(answer, path, other)).encode()
            got = seen(case.module, page(body, case.at, case.expected["url"]))
            assert isinstance(got, Reason | Timeline)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 412, 414, 418, 429, 432, 451])
@pytest.mark.parametrize("module", READERS, ids=short)
def test_an_answer_of_refusal_never_shows_that_an_account_is_silent(module: ModuleType, status: int) -> None:
    for body in (b"", b"<html><body>x</body></html>", b'{"ok":1,"data":{"cards":[]}}', b'{"code":0,"data":[]}'):
        got = seen(module, page(body, datetime(2026, 11, 20, tzinfo=UTC), status=status))
        assert isinstance(got, Reason) or (not got.standing.is_present and got.covers is Covers.SOME)


@pytest.mark.parametrize("module", READERS, ids=short)
def test_a_parser_travels_to_another_process(module: ModuleType) -> None:
    parse = pickle.loads(pickle.dumps(collector_of(module).parse))  # noqa: S301 - our own
    with pytest.raises(LookFailedError):
        parse(page(b"", datetime(2026, 11, 20, tzinfo=UTC)))


# --- links of apps ---


@pytest.mark.parametrize("case", cases(LINKS))
def test_a_fixture_of_a_link_is_read_as_its_manifest_says(case: Case) -> None:
    expected = case.expected
    got = seen_of_link(case.module, case.page)
    if "reason" in expected:
        assert got is Reason.of(expected["reason"])
        return
    assert isinstance(got, Download)
    assert got.link is link_of(case.module).link
    assert (got.fault.value if got.fault else None) == expected["fault"]
    for name in {"package", "version", "is_signed"} & expected.keys():
        assert getattr(got, name) == expected[name]
    if "released_at" in expected:
        assert got.released_at == _moment(expected["released_at"])


@pytest.mark.parametrize("case", cases(LINKS))
def test_a_kind_of_answer_about_a_link_is_read_as_what_it_is(case: Case) -> None:
    kind = case.expected["kind"]
    got = seen_of_link(case.module, case.page)
    if kind in {"available", "unavailable"}:
        assert isinstance(got, Download)
        assert got.is_available == (kind == "available")
    else:
        assert isinstance(got, Reason), "what keeps us out says nothing of the app"
        assert got in ALLOWED.get(kind, set(Reason))


@pytest.mark.parametrize("body", junk())
@pytest.mark.parametrize("module", LINKS, ids=short)
def test_junk_is_no_app(module: ModuleType, body: bytes) -> None:
    got = seen_of_link(module, page(body, datetime(2026, 11, 20, tzinfo=UTC), "https://example.invalid/#marker-text"))
    assert isinstance(got, Reason) or not got.is_available


@pytest.mark.parametrize("status", [400, 401, 403, 412, 414, 416, 418, 429, 432, 451])
@pytest.mark.parametrize("module", LINKS, ids=short)
def test_a_refusal_says_nothing_of_an_app(module: ModuleType, status: int) -> None:
    for body in (b"", b"<html><body>x</body></html>", b'{"resultCount":0,"results":[]}'):
        got = seen_of_link(module, page(body, datetime(2026, 11, 20, tzinfo=UTC), "https://a.invalid/#m", status))
        assert isinstance(got, Reason)


@pytest.mark.parametrize("case", [case for case in cases(LINKS) if case.values[0].expected["kind"] == "available"])
def test_a_cut_answer_never_says_that_an_app_is_not_listed(case: Case) -> None:
    body = case.page.body
    for length in range(0, len(body) - 8, max(1, len(body) // 97)):
        got = seen_of_link(case.module, page(body[:length], case.at, case.expected["url"]))
        assert isinstance(got, Reason) or got.fault is not AppFault.NOT_LISTED


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
