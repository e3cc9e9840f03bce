import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pytest

from monitor.sample.page import POLICY, drawn, render
from monitor.sample.tray import Sink, TakenMessage
from tests.sample.looking import NOW

HOSTILE = """<script>alert(1)</script><img src=x onerror="alert(2)">"""


def robot(body: str) -> TakenMessage:
    return TakenMessage(at=NOW, sink=Sink.ROBOT, to="值班群", subject="标题", body=body)


MAIL = TakenMessage(
    at=NOW, sink=Sink.MAIL, to="a@example.invalid", sender="b@example.invalid", subject="主题", body="正文"
)


def test_an_empty_page_says_so() -> None:
    page = render((), NOW)
    assert "示例环境：发出的消息" in page
    assert "还没有发出任何消息" in page


def test_the_page_refreshes_itself_by_the_one_script_that_may_run_and_fits_a_phone() -> None:
    page = render((), NOW)
    (script,) = re.findall(r"<script>(.*)</script>", page)
    assert "setInterval(again, 5000)" in script
    assert f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" in POLICY
    assert "'unsafe-inline'" not in POLICY.partition("script-src")[2].partition(";")[0]
    assert 'name="viewport" content="width=device-width' in page


def test_what_is_there_to_be_pasted_stands_above_the_messages_as_text() -> None:
    page = render((robot("### 更新提醒"),), NOW, {"“示例交通”（微博）": HOSTILE})
    assert page.index("“示例交通”（微博）刚发布了一条") < page.index("更新提醒")
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_messages_stand_in_the_order_given_with_their_readers() -> None:
    page = render((replace(MAIL, subject="【预警】“示例教育”12天未更新"), robot("### 更新提醒")), NOW)
    assert page.index("【预警】") < page.index("更新提醒")
    assert "收件人：a@example.invalid" in page
    assert "值班群" in page
    assert "11月22日 21:40:00" in page


@pytest.mark.parametrize(
    "taken",
    [
        robot(HOSTILE),
        robot(f"### {HOSTILE}\n> {HOSTILE}\n- {HOSTILE}\n\n**{HOSTILE}**"),
        robot(f"[{HOSTILE}](https://example.invalid/{HOSTILE})"),
        robot('[点我](javascript:alert(1)) [点我](https://example.invalid/"onmouseover="alert(1))'),
        replace(MAIL, subject=HOSTILE),
        replace(MAIL, body=HOSTILE),
        replace(MAIL, to=HOSTILE),
        replace(MAIL, sender=HOSTILE),
    ],
)
def test_hostile_content_stays_text(taken: TakenMessage) -> None:
    page = render((taken,), NOW)
    assert page.count("<script") == page.count("<script>const again") == 1
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert 'invalid/"' not in page


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("### 【更新提醒】“示例教育”", "<h3>【更新提醒】“示例教育”</h3>"),
        ("#### 已超期（8）", "<h4>已超期（8）</h4>"),
        ("已**10天**未更新", "<p>已<strong>10天</strong>未更新</p>"),
        ("> 联系电话\n> 落款", "<blockquote>联系电话<br>落款</blockquote>"),
        ("- 一\n- 二", "<ul><li>一</li><li>二</li></ul>"),
        ("一行  \n二行\n三行", "<p>一行<br>二行 三行</p>"),
        (r"字面\*星号\*", "<p>字面*星号*</p>"),
        ("[台账](https://example.invalid/a)", '<p><a href="https://example.invalid/a" rel="noreferrer">台账</a></p>'),
        ("@13800000001", '<p><span class="call">@13800000001</span></p>'),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
    ],
)
def test_markdown_is_drawn_as_dingtalk_does(markdown: str, html: str) -> None:
    assert str(drawn(markdown)) == html


def test_a_long_hostile_message_is_drawn_quickly() -> None:
    assert len(drawn("**" * 10_000 + "[" * 5_000 + ">" * 5_000)) > 0
