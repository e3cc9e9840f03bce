"""Walls are told from pages by what a visitor would see of them."""

from datetime import UTC, datetime

import pytest

from collectors.answers import cookies_of, judge_status, refuse_walls
from monitor.core.collector import Page
from monitor.core.observation import LookFailedError, Reason

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NEWS = "<li><a href='/1.html'>我县召开春季农业生产会议</a><span>2026-03-01</span></li>" * 60


def page(
    body: str | bytes, *, status: int = 200, url: str = "https://example.cn/list", kind: str = "text/html"
) -> Page:
    raw = body.encode() if isinstance(body, str) else body
    return Page(url=url, status=status, headers={"content-type": kind}, body=raw, at=AT)


def wall_of(answer: Page) -> Reason | None:
    try:
        refuse_walls(answer)
    except LookFailedError as error:
        return error.reason
    return None


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, Reason.LOGIN_WALL),
        (403, Reason.REFUSED),
        (404, Reason.HTTP_ERROR),
        (410, Reason.HTTP_ERROR),
        (412, Reason.REFUSED),
        (414, Reason.RATE_LIMITED),
        (418, Reason.RATE_LIMITED),
        (429, Reason.RATE_LIMITED),
        (432, Reason.HTTP_ERROR),
        (451, Reason.REFUSED),
    ],
)
def test_a_refusing_status_is_a_reason(status: int, reason: Reason) -> None:
    with pytest.raises(LookFailedError) as caught:
        judge_status(page("", status=status))
    assert caught.value.reason is reason


@pytest.mark.parametrize("status", [200, 204, 206, 302])
def test_a_granting_status_passes(status: int) -> None:
    judge_status(page("", status=status))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<title>百度安全验证</title><body></body>", Reason.CAPTCHA),
        ("<title>验证码中间页</title>", Reason.CAPTCHA),
        ("<title>Sina Visitor System</title>", Reason.CAPTCHA),
        ("<body><h2>环境异常</h2><p>当前环境异常，完成验证后即可继续访问。</p><a>去验证</a></body>", Reason.CAPTCHA),
        ("<body>请输入验证码</body>", Reason.CAPTCHA),
        ("<title>登录 - 微博</title>" + NEWS, Reason.LOGIN_WALL),
        ("<TITLE>用户登录</TITLE>", Reason.LOGIN_WALL),
        ("<body>请先登录</body>", Reason.LOGIN_WALL),
        ("<body>登录后即可查看更多内容</body>", Reason.LOGIN_WALL),
        ("访问过于频繁，请稍等再试！（错误码：414）", Reason.RATE_LIMITED),
        ("<body>您的访问被拦截</body>", Reason.REFUSED),
        ("<script>" + "var a=1;" * 40_000 + "</script><body>请输入验证码</body>", Reason.CAPTCHA),
    ],
)
def test_a_wall_is_seen_whatever_its_status(body: str, reason: Reason) -> None:
    assert wall_of(page(body)) is reason


@pytest.mark.parametrize(
    "body",
    [
        f"<title>要闻</title><body>{NEWS}</body>",
        f"<title>居民登录平台即可申领补贴</title><body>{NEWS}</body>",
        f"<title>要闻</title><body>{NEWS}<p>请先登录，访问过于频繁，请输入验证码，环境异常</p></body>",
        "<title>要闻</title><body><a>登录</a> <a>注册</a><p>暂无内容</p></body>",
        "<title>要闻</title><script>tip='请输入验证码'; wall='请先登录'</script><body>暂无内容</body>",
        "<body><!-- 请先登录 --><noscript>请先登录</noscript><style>环境异常{}</style>暂无内容</body>",
        "<script>var s='环境异常'",
        "",
    ],
)
def test_the_same_words_in_scripts_and_articles_say_nothing(body: str) -> None:
    assert wall_of(page(body)) is None


def test_many_links_are_no_wall_but_a_title_still_is() -> None:
    links = "<a href='/'>站</a>" * 61
    assert wall_of(page(f"<title>要闻</title><body>{links}请先登录</body>")) is None
    assert wall_of(page(f"<title>用户登录</title><body>{links}</body>")) is Reason.LOGIN_WALL


def test_json_is_left_to_the_platform() -> None:
    assert wall_of(page('{"msg": "请先登录"}', kind="text/plain")) is None
    assert wall_of(page('[{"msg": "请先登录"}]', kind="application/json; charset=utf-8")) is None


def test_a_wall_in_gbk_is_read() -> None:
    assert wall_of(page("<meta charset=gb2312><body>请先登录</body>".encode("gb18030"))) is Reason.LOGIN_WALL
    assert wall_of(page("<body>请输入验证码</body>".encode("gbk"), kind="text/html; charset=GBK")) is Reason.CAPTCHA


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://passport.weibo.cn/signin/welcome", Reason.LOGIN_WALL),
        ("https://www.toutiao.com/login/?next=/a", Reason.LOGIN_WALL),
        ("https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=x", Reason.CAPTCHA),
        ("https://weixin110.qq.com/security/secitptpage/verify.html", Reason.CAPTCHA),
        ("https://example.cn/news?back=/login", None),
        ("https://example.cn/loginfo/1.html", None),
    ],
)
def test_where_a_redirect_ended_says_it_too(url: str, reason: Reason | None) -> None:
    assert wall_of(page(f"<body>{NEWS}</body>", url=url)) is reason


@pytest.mark.parametrize("hostile", [b"<" * 2_000_000, b"<script" * 280_000, b"<!--" * 500_000, b"<p>" * 600_000])
def test_a_hostile_page_is_no_wall_and_costs_little(hostile: bytes) -> None:
    assert wall_of(page(hostile)) is None


def test_the_cookies_of_an_answer_are_told_apart() -> None:
    joined = "SUB=_2A=; expires=Sun, 01-Mar-2027 08:00:00 GMT; path=/, SUBP=0033; path=/,tid=a|b;HttpOnly"
    answer = Page(url="https://example.cn/", status=200, headers={"set-cookie": joined}, body=b"", at=AT)
    assert cookies_of(answer) == {"SUB": "_2A=", "SUBP": "0033", "tid": "a|b"}
    assert cookies_of(page("")) == {}
