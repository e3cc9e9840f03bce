"""One address for one article, and who an account is."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import wechat
from collectors.platforms import wechat_album, wechat_article, wechat_official
from monitor.core.collector import Collector, Page
from monitor.core.observation import Timeline

FIXTURES = Path(__file__).parents[1] / "fixtures"
AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
LONG = "https://mp.weixin.qq.com/s?__biz=MzkwMDAwMDAwMQ==&mid=2247480001&idx=1&sn=0123456789abcdef0123456789abcdef"
SHORT = "https://mp.weixin.qq.com/s/Shili0fabu1Huiyi2Zhaokai"


@pytest.mark.parametrize(
    "href",
    [
        LONG,
        f"{LONG}&chksm=e95a41dbde2dc8cd&scene=27#wechat_redirect",
        LONG.replace("https:", "http:").replace("&", "&amp;") + "&amp;chksm=1#rd",
        (
            "http://mp.weixin.qq.com/s?scene=4&sn=0123456789abcdef0123456789abcdef&idx=1&mid=2247480001"
            "&__biz=MzkwMDAwMDAwMQ%3D%3D"
        ),
    ],
)
def test_an_article_has_one_long_address(href: str) -> None:
    assert wechat.permalink("https://mp.weixin.qq.com/", href) == LONG
    assert wechat.is_article(href.replace("&amp;", "&"))


def test_an_article_has_one_short_address() -> None:
    assert wechat.permalink("https://mp.weixin.qq.com/", f"{SHORT}?from=groupmessage#rd") == SHORT
    assert wechat.is_article(SHORT)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "？",
        "http://[",
        "javascript:alert(1)",
        "https://mp.weixin.qq.com/",
        "https://mp.weixin.qq.com/s/",
        "https://mp.weixin.qq.com/s?__biz=MzkwMDAwMDAwMQ==&mid=2247480001",
        "https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=MzkwMDAwMDAwMQ==",
        "https://mp.weixin.qq.com.example.invalid/s/Shili0fabu1Huiyi2Zhaokai",
        "https://example.invalid/s/Shili0fabu1Huiyi2Zhaokai",
        LONG.replace("idx=1", "idx=x"),
    ],
)
def test_what_is_no_articles_address_is_not_taken_for_one(address: str) -> None:
    assert not wechat.is_article(address)


def test_another_address_stays_as_it_is() -> None:
    assert (
        wechat.permalink("https://mp.weixin.qq.com/mp/x", "/mp/y?a=1&amp;b=2")
        == "https://mp.weixin.qq.com/mp/y?a=1&b=2"
    )
    assert wechat.permalink("https://mp.weixin.qq.com/", "ftp://a.invalid/") is None


@given(number=st.integers(min_value=10**8, max_value=10**12))
def test_an_accounts_number_in_base_64_is_its_biz(number: int) -> None:
    assert wechat.is_biz(b64encode(str(number).encode()).decode())


@given(text=st.text(max_size=24))
def test_hardly_anything_else_is(text: str) -> None:
    assert not wechat.is_biz(text)


@pytest.mark.parametrize(
    "collector",
    [wechat_album.COLLECTOR, wechat_article.COLLECTOR, wechat_official.COLLECTOR],
    ids=lambda collector: collector.name,
)
def test_every_way_to_see_an_article_gives_it_the_address_that_its_pasted_link_has(collector: Collector) -> None:
    folder = FIXTURES / collector.name.replace("-", "_")
    addresses = set[str]()
    for fixture in json.loads((folder / "expected.json").read_text("utf-8"))["fixtures"]:
        if fixture["kind"] == "normal":
            body = (folder / fixture["file"]).read_bytes()
            seen = collector.parse(Page(url=fixture["url"], status=200, headers={}, body=body, at=AT))
            assert isinstance(seen, Timeline)
            addresses |= {post.url for post in seen.posts if post.url}
    assert addresses
    for address in addresses:
        assert wechat.is_article(address)
        pasted = f"{address}{'&' if '?' in address else '?'}chksm=0a1b&scene=27#wechat_redirect"
        assert wechat.permalink("", pasted) == address
