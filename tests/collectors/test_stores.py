"""Stores: when one is believed, what each is asked, and how their several answers become one."""

from __future__ import annotations

import asyncio
import importlib
import json
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import platforms, stores
from collectors.platforms import huawei_store, samsung_store, tencent_store, vivo_store, xiaomi_store
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, Page, Session
from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import LookFailedError, Reason
from tests.fakes import Canned, CannedFetch, MemorySession

FIXTURES = Path(__file__).parents[1] / "fixtures"
HERE = Download(link=Link.STORE, package="cn.gov.example")
NOT_HERE = Download(link=Link.STORE, fault=AppFault.NOT_LISTED)
BLOCKED = Download(link=Link.STORE, fault=AppFault.BLOCKED)
LINKS = [
    importlib.import_module(f"collectors.platforms.{found.name}").COLLECTOR
    for found in pkgutil.iter_modules(platforms.__path__)
]
STORES = [collector for collector in LINKS if isinstance(collector, stores.AppStore)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(stores.AppStore):
    """A store that says of each app, in turn, what a test has it say; the last word stays."""

    base: str = ""
    canary: str | None = "canary"
    says: Mapping[str, list[Download | Reason]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    name = "said"
    version = 1
    shop = "示例商店"
    keys = re.compile("([a-z]+)")
    links = ()

    async def ask(self, app: str, fetch: Fetch, session: Session) -> Download:
        self.asked.append(app)
        words = self.says[app]
        word = words.pop(0) if len(words) > 1 else words[0]
        if isinstance(word, Reason):
            raise LookFailedError(word)
        return word

    def parse(self, page: Page) -> Download:
        raise NotImplementedError


async def look(store: stores.AppStore, key: str, fetch: Fetch | None = None) -> Download | Reason:
    source = Source(account="A1", collector=store.name, key=key)
    try:
        return await store.collect(source, fetch or CannedFetch({}), MemorySession())
    except LookFailedError as failed:
        return failed.reason


def fault(seen: Download | Reason) -> AppFault | Reason | None:
    return seen.fault if isinstance(seen, Download) else seen


def canned(name: str) -> Canned:
    """Return a fixture as an answer."""
    headers = {"content-length": "0"} if name.endswith("nothing.txt") else {}
    return Canned(body=(FIXTURES / name).read_bytes(), headers=headers)


# --- when a store is believed ---


async def test_an_app_that_is_there_is_asked_for_once() -> None:
    store = Said(says={"app": [HERE]})
    seen = await look(store, "app")
    assert isinstance(seen, Download)
    assert (seen.is_available, seen.shop, store.asked) == (True, "示例商店", ["app"])


@pytest.mark.parametrize("word", [NOT_HERE, BLOCKED])
async def test_a_store_is_believed_that_has_its_canary_and_says_the_same_again(word: Download) -> None:
    store = Said(says={"app": [word], "canary": [HERE]})
    assert fault(await look(store, "app")) is word.fault
    assert store.asked == ["app", "canary", "app"]


@pytest.mark.parametrize("word", [NOT_HERE, BLOCKED])
@pytest.mark.parametrize(
    ("canary", "reason"),
    [(NOT_HERE, Reason.UNREADABLE), (BLOCKED, Reason.UNREADABLE), (Reason.CAPTCHA, Reason.CAPTCHA)],
)
async def test_a_store_that_has_not_even_its_canary_is_not_believed(
    word: Download, canary: Download | Reason, reason: Reason
) -> None:
    assert await look(Said(says={"app": [word], "canary": [canary]}), "app") is reason


async def test_a_store_without_a_canary_is_believed_only_when_it_has_the_app() -> None:
    assert await look(Said(says={"app": [NOT_HERE]}, canary=None), "app") is Reason.UNREADABLE
    assert fault(await look(Said(says={"app": [HERE]}, canary=None), "app")) is None


@pytest.mark.parametrize(("again", "ends"), [(HERE, None), (Reason.TIMEOUT, Reason.TIMEOUT)])
async def test_what_is_not_said_again_is_not_kept(again: Download | Reason, ends: Reason | None) -> None:
    store = Said(says={"app": [NOT_HERE, again], "canary": [HERE]})
    assert fault(await look(store, "app")) is ends


@given(
    st.lists(st.sampled_from([HERE, NOT_HERE, BLOCKED, Reason.CAPTCHA]), min_size=1, max_size=3),
    st.lists(st.sampled_from([HERE, NOT_HERE, BLOCKED, Reason.CAPTCHA]), min_size=1, max_size=3),
)
def test_nothing_is_said_against_an_app_but_twice_and_by_a_store_that_has_its_canary(
    app: list[Download | Reason], canary: list[Download | Reason]
) -> None:
    said, known = (app * 3)[:2] if len(app) == 1 else app[:2], canary[0]
    seen = asyncio.run(look(Said(says={"app": app, "canary": canary}), "app"))
    if isinstance(seen, Download) and not seen.is_available:
        assert known is HERE
        assert all(isinstance(word, Download) and not word.is_available for word in said)


async def test_the_canary_itself_is_looked_at_as_it_is() -> None:
    store = Said(says={"canary": [NOT_HERE]})
    assert fault(await look(store, "canary")) is AppFault.NOT_LISTED
    assert store.asked == ["canary"]


async def test_a_key_that_is_no_app_asks_nobody() -> None:
    for store in STORES:
        fetch = CannedFetch({})
        assert await look(store, "掌上 示例", fetch) is Reason.UNREADABLE
        assert fetch.urls == []


def test_every_collector_of_a_store_is_one_that_must_prove_itself() -> None:
    assert {store.name for store in STORES} == {
        entry.name for entry in LINKS if getattr(entry, "link", None) is Link.STORE
    }
    assert len({store.shop for store in STORES}) == len(STORES) >= 6


@pytest.mark.parametrize("store", [store for store in STORES if store.canary], ids=lambda store: store.name)
def test_a_canary_is_a_key_of_its_store(store: stores.AppStore) -> None:
    assert store.canary
    assert store.keys.fullmatch(store.canary)


def test_a_page_that_broke_off_has_no_end() -> None:
    def page(body: bytes) -> Page:
        return Page(url="", status=200, headers={}, body=body, at=datetime(2026, 11, 20, tzinfo=UTC))

    stores.refuse_cut(page(b"<html><body></body></html>\n<!-- cached -->"))
    for body in (b"<html><body>", b"", b"<html></html>" + b" " * 5000):
        with pytest.raises(LookFailedError):
            stores.refuse_cut(page(body))


# --- keys and links ---


@pytest.mark.parametrize(
    ("store", "homepage", "key"),
    [
        (huawei_store, "https://appgallery.huawei.com/app/C100000001", "C100000001"),
        (huawei_store, "https://appgallery.huawei.com/#/app/C100000001", "C100000001"),
        (huawei_store, "https://appgallery.cloud.huawei.com/appdl/C100000001?x=1", "C100000001"),
        (huawei_store, "https://appgallery.huawei.com/app/detail?id=cn.gov.a&channelId=SHARE", "cn.gov.a"),
        (huawei_store, "https://url.cloud.huawei.com/abcd", None),
        (tencent_store, "https://sj.qq.com/appdetail/cn.gov.a", "cn.gov.a"),
        (tencent_store, "https://sj.qq.com/myapp/detail.htm?apkName=cn.gov.a", "cn.gov.a"),
        (tencent_store, "https://a.app.qq.com/o/simple.jsp?ckey=1&pkgname=cn.gov.a", "cn.gov.a"),
        (vivo_store, "https://h5.appstore.vivo.com.cn/#/details?appId=1000001", "1000001"),
        (
            vivo_store,
            "https://h5coml.vivo.com.cn/h5coml/appdetail_h5/browser_v2/index.html?appId=1000001&x=1",
            "1000001",
        ),
        (vivo_store, "https://info.appstore.vivo.com.cn/detail/1000001", "1000001"),
        (xiaomi_store, "https://app.mi.com/details?id=cn.gov.a", "cn.gov.a"),
        (xiaomi_store, "https://m.app.mi.com/details?ref=x&id=cn.gov.a#top", "cn.gov.a"),
        (samsung_store, "https://galaxystore.samsung.com/detail/cn.gov.a", "cn.gov.a"),
    ],
)
def test_a_homepage_in_a_store_tells_the_app(store: object, homepage: str, key: str | None) -> None:
    app = Account(id="A1", name="x", platform=Platform.MOBILE_APP, unit="x", area="x", homepage=homepage)
    telling = {store.name: found for store in STORES if (found := store.key_of(app))}
    assert telling == ({store.COLLECTOR.name: key} if key else {})  # type: ignore[attr-defined]  # a module


# --- what each store is asked ---


@pytest.mark.parametrize(
    ("key", "about"),
    [
        ("C1000000000000000001", {"appId": "C1000000000000000001", "locale": "zh_CN"}),
        ("cn.gov.example", {"pkgName": "cn.gov.example", "locale": "zh_CN"}),
        ("https://appgallery.huawei.com/app/C100000001", {"appId": "C100000001", "locale": "zh_CN"}),
    ],
)
async def test_huawei_is_asked_for_a_record_by_number_or_package(key: str, about: dict[str, str]) -> None:
    name = "harmony.json" if "C1000000000000000001" in key else "record.json"
    fetch = CannedFetch({"/appinfo": canned(f"huawei_store/{name}")})
    seen = await look(huawei_store.COLLECTOR, key, fetch)
    assert isinstance(seen, Download)
    assert (seen.shop, seen.package, seen.version, seen.fault) == ("华为应用市场", "cn.gov.example", "3.2.1", None)
    assert [request.json for request in fetch.requests] == [about]


def wechat(name: str) -> Canned:
    """Return Huawei's answer about the canary: a fixture with another package's name."""
    said = (FIXTURES / "huawei_store" / name).read_text("utf-8")
    return Canned(body=said.replace("cn.gov.example", stores.WECHAT))


async def test_huawei_saying_nothing_is_asked_for_the_page_and_believed_when_that_is_empty_too() -> None:
    nothing, empty = canned("huawei_store/nothing.txt"), canned("huawei_store/page_empty.json")
    fetch = CannedFetch({"/appinfo": [nothing, wechat("record.json"), nothing], "/uowap/": empty})
    assert fault(await look(huawei_store.COLLECTOR, "cn.gov.example", fetch)) is AppFault.NOT_LISTED
    assert ["uowap" in url for url in fetch.urls] == [False, True, False, False, True]
    assert "uri=package%7Ccn.gov.example" in fetch.urls[1]


async def test_huawei_saying_nothing_of_an_app_that_its_page_shows_has_it() -> None:
    fetch = CannedFetch({"/appinfo": canned("huawei_store/nothing.txt"), "/uowap/": canned("huawei_store/page.json")})
    assert fault(await look(huawei_store.COLLECTOR, "cn.gov.example", fetch)) is None


async def test_huawei_gets_a_token_when_it_wants_one_and_keeps_it() -> None:
    token = canned("huawei_store/token.json")
    fetch = CannedFetch(
        {
            "/appinfo": [token, canned("huawei_store/record.json")],
            "/getInterfaceCode": Canned(body='"eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmVk"'),
        }
    )
    source, session = Source(account="A1", collector="huawei-store", key="cn.gov.example"), MemorySession()
    for _ in range(2):
        seen = await huawei_store.COLLECTOR.collect(source, fetch, session)
        assert seen.is_available
    assert ["getInterfaceCode" in url for url in fetch.urls] == [False, True, False, False]
    codes = [request.headers.get("Interface-Code", "") for request in fetch.requests]
    assert codes[0] == ""
    assert codes[1].startswith("null_")
    assert codes[2] == codes[3]
    assert re.fullmatch(r"eyJhbGciOiJIUzI1NiJ9\.e30\.c2lnbmVk_1[0-9]{12}", codes[2])


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (Canned(body='"eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmVk"'), Reason.REFUSED),
        (Canned(body="<html><title>安全验证</title></html>"), Reason.CAPTCHA),
        (Canned(body="{}"), Reason.UNREADABLE),
        (Canned(status=403), Reason.REFUSED),
    ],
)
async def test_huawei_taking_no_token_shows_nothing(given: Canned, reason: Reason) -> None:
    fetch = CannedFetch({"/appinfo": Canned(status=403), "/getInterfaceCode": given})
    assert await look(huawei_store.COLLECTOR, "cn.gov.example", fetch) is reason


async def test_tencent_is_asked_by_its_interface_and_looked_up_on_its_page_when_that_has_nothing() -> None:
    record, none = canned("tencent_store/record.json"), canned("tencent_store/none.json")
    fetch = CannedFetch({"/wechat-apkinfo": record})
    seen = await look(tencent_store.COLLECTOR, "cn.gov.example", fetch)
    assert isinstance(seen, Download)
    assert (seen.version, seen.fault) == ("3.2.1", None)
    assert [request.json for request in fetch.requests] == [{"packagename": "cn.gov.example"}]
    fetch = CannedFetch({"/wechat-apkinfo": none, "/appdetail/": canned("tencent_store/page.html")})
    assert fault(await look(tencent_store.COLLECTOR, "cn.gov.example", fetch)) is None


async def test_tencent_without_its_interface_is_read_from_its_page() -> None:
    pages = {"/wechat-apkinfo": Canned(status=404), "/appdetail/": canned("tencent_store/page.html")}
    assert fault(await look(tencent_store.COLLECTOR, "cn.gov.example", CannedFetch(pages))) is None


async def test_tencent_is_believed_when_interface_and_page_agree_and_both_know_the_canary() -> None:
    none, absent = canned("tencent_store/none.json"), canned("tencent_store/page_none.html")
    known = json.loads((FIXTURES / "tencent_store" / "record.json").read_text("utf-8"))
    known["app_detail_records"] = {stores.WECHAT: known["app_detail_records"]["cn.gov.example"]}
    fetch = CannedFetch({"/wechat-apkinfo": [none, Canned(body=json.dumps(known)), none], "/appdetail/": absent})
    assert fault(await look(tencent_store.COLLECTOR, "cn.gov.example", fetch)) is AppFault.NOT_LISTED
    dead = CannedFetch({"/wechat-apkinfo": none, "/appdetail/": absent})
    assert await look(tencent_store.COLLECTOR, "cn.gov.example", dead) is Reason.UNREADABLE


@pytest.mark.parametrize("reason", [Reason.CAPTCHA, Reason.RATE_LIMITED, Reason.TIMEOUT])
async def test_tencent_keeping_us_out_is_not_gone_around(reason: Reason) -> None:
    fetch = CannedFetch({"/wechat-apkinfo": Canned(error=LookFailedError(reason))})
    assert await look(tencent_store.COLLECTOR, "cn.gov.example", fetch) is reason
    assert len(fetch.urls) == 1


@pytest.mark.parametrize(
    ("collector", "key", "piece", "there", "absent"),
    [
        (vivo_store.VivoStore(canary="1000001"), "1000002", "/detailInfo?appId=", "record.json", "none.json"),
    ],
    ids=["vivo"],
)
async def test_a_store_is_asked_by_one_address_and_believed_by_its_canary(
    collector: stores.AppStore, key: str, piece: str, there: str, absent: str
) -> None:
    folder = collector.name.replace("-", "_")
    answers = {f"{piece}{key}": canned(f"{folder}/{absent}"), f"{piece}{collector.canary}": canned(f"{folder}/{there}")}
    assert fault(await look(collector, key, CannedFetch(answers))) is AppFault.NOT_LISTED
    assert collector.canary
    assert fault(await look(collector, collector.canary, CannedFetch(answers))) is None


@pytest.mark.parametrize(
    ("collector", "piece", "there", "absent"),
    [
        (xiaomi_store.XiaomiStore(canary="cn.gov.example"), "/details?id=", "app.html", "front.html"),
        (samsung_store.SamsungStore(canary="cn.gov.example"), "Download.as?appId=", "found.xml", "none.xml"),
    ],
    ids=["xiaomi", "samsung"],
)
async def test_an_answer_that_listed_apps_get_too_never_finds_an_app_delisted(
    collector: stores.AppStore, piece: str, there: str, absent: str
) -> None:
    folder = collector.name.replace("-", "_")
    body = (FIXTURES / folder / absent).read_text("utf-8").replace("cn.gov.example", "cn.gov.b")
    answers = {f"{piece}cn.gov.b": Canned(body=body), f"{piece}cn.gov.example": canned(f"{folder}/{there}")}
    assert await look(collector, "cn.gov.b", CannedFetch(answers)) is Reason.REFUSED
    assert collector.canary
    assert fault(await look(collector, collector.canary, CannedFetch(answers))) is None


@pytest.mark.parametrize(
    "words", ["Application is not approved as stub", "NOT APPROVED AS STUB.", "not approved as stub"]
)
def test_samsung_s_words_about_apps_that_are_not_its_own_say_nothing_of_the_listing(words: str) -> None:
    body = f"<result><appId>cn.gov.b</appId><resultCode>0</resultCode><resultMsg>{words}</resultMsg></result>"
    url = "https://vas.samsungapps.com/?appId=cn.gov.b"
    page = Page(url=url, status=200, headers={}, body=body.encode(), at=datetime(2026, 11, 20, tzinfo=UTC))
    with pytest.raises(LookFailedError) as failed:
        samsung_store.COLLECTOR.parse(page)
    assert failed.value.reason is Reason.REFUSED


@pytest.mark.parametrize("number", ["C5683", "C100000001", "C5765880207852868633"])
def test_a_number_of_huawei_s_store_has_four_digits_or_more(number: str) -> None:
    assert huawei_store.COLLECTOR.key_form.fits(number)
    assert huawei_store.COLLECTOR.key_form.fits(f"https://appgallery.huawei.com/app/{number}")
    assert not huawei_store.COLLECTOR.key_form.fits("C568")
