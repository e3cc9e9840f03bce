"""Pages as sites serve them again: the same page in other bytes, of which some mean something else, and some not.

What is altered is chosen by chance: what sites change at every answer, what their editors change, and what no one would
write. Half of the alterations are put into the very pieces that a fingerprint leaves out, or beside them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

FIXTURES = Path(__file__).parents[1] / "fixtures"
_TITLES = ("关于停水的公告", "县政府召开常务会议", "2025年度部门决算公开", "乡镇卫生院竣工", "示例县举办职业技能比赛")
_DATES = (
    "2026-{m:02}-{d:02}",
    "{m:02}-{d:02}",
    "2026年{m}月{d}日",
    "[2026-{m:02}-{d:02} 09:12]",
    "发布时间：2026/{m}/{d}",
)
_HOSTILE = (
    "<!--", "-->", "--!>", "->", ">", "<", '"', "'", "</script>", "<script>", "</SCRIPT >", "<style>", "</style>",
    "<svg>", "<math>", "<template>", "<textarea>", "</textarea>", "<title>", "</title>", "<noscript>", "<select>",
    "<option>", "<!-->", "<![CDATA[", "]]>", "<a href='/x/2026.html'>第九条通知今天发布</a>", "<plaintext>", "<p>",
    "<li><a href=/n.html>新的一条消息</a>2026-11-19</li>", "2026-11-19", "11-19", "昨天", "3小时前", "周", "月", "19",
    "2026", "20261119", "\0", "\r", "\n", " ", "&#50;", "&lt;", "\uff1c", "\uff12\uff10\uff12\uff16-11-19", "℃",
    "<base href=/y/>", "<meta name=pubdate content=2026-11-19>", "</html>", "</body>", "<table><tr><td>", "共9页",
    "<!--<script>", "xq", "https://", "作者：", "来源：", "<a ", "请先登录后查看", "更多", '="',
)  # fmt: skip
_TURNING = tuple(
    map(
        re.compile,
        (
            r"(?<=<b>)[0-9]{4,7}(?=</b>)|(?<=第)[0-9]{4,7}(?=位)",
            r"(?<=<!-- )[0-9.]+",
            r"(?<=var t=)[0-9]+|(?<=var now=)[0-9]+",
            r'(?<=value=")[0-9]+(?=")|(?<=nonce=")\w+(?=")|(?<=png\?)[0-9]+(?=")|(?<=gif\?t=)[0-9]+(?=")',
        ),
    )
)
"""What sites write anew into every answer: counts of visits, comments, variables of scripts, values of attributes."""
_LOOSE = re.compile(
    r"<!--.*?-->|<script\b[^<>]*>.*?</script>|(?:nonce|src|value|content)=\"[^\"]*\"|>[^<>]*[0-9]{3}[^<>]*<",
    re.IGNORECASE | re.DOTALL,
)


def fixtures() -> list[str]:
    """Return the pages of the platforms that are kept as examples."""
    pages = [path.read_bytes() for path in sorted(FIXTURES.glob("*/*.html"))]
    return [page.decode("utf-8", "replace") for page in pages if len(page) < 60_000]


def made(dice: random.Random) -> str:
    """Return a page of a site, written by chance."""
    form = dice.choice(_DATES)
    rows = "".join(_row(dice, form, place) for place in range(dice.randrange(2, 12)))
    beside = [_piece(dice) for _ in range(dice.randrange(2, 9))]
    shown = f"<ul class={dice.choice(('list', 'news', 'x'))}>{rows}</ul>"
    body = [*beside, shown]
    dice.shuffle(body)
    if dice.random() < 0.3:
        body = ["<div class=wrap>", *body, "</div>"]
    if dice.random() < 0.1:
        body = [
            f"<h1>{dice.choice(_TITLES)}</h1><p>发布时间：2026-11-0{dice.randrange(1, 10)} 来源：示例县</p>",
            *beside,
        ]
    head = "".join(dice.sample(_HEADS, dice.randrange(len(_HEADS))))
    ends = dice.choice(("</body></html>", "</body></html>", "</body></html>", "", "</html>\n<!-- 0.0123 s -->"))
    opening = f"<!DOCTYPE html><html><head><meta charset=utf-8><title>政务动态</title>{head}</head>"
    return f"{opening}<body>{''.join(body)}{ends}"


_HEADS = (
    '<meta name="csrf-token" content="a8f3b21c">',
    '<meta name="ColumnName" content="政务动态">',
    '<meta name="PubDate" content="2026-11-02 10:00">',
    '<script nonce="Zm9v">var now=1764500000;</script>',
    "<!-- cached 2026-11-20 11:59:58 -->",
    '<script src="/a.js?v=123"></script>',
    "<style>li{margin:0}</style>",
    '<meta content="77" name="request-id">',
)


def _row(dice: random.Random, form: str, place: int) -> str:
    when = form.format(m=dice.randrange(1, 12), d=dice.randrange(1, 29))
    title = f"{dice.choice(_TITLES)}{place}"
    extra = dice.choice(
        (
            "",
            "",
            "",
            "<script>document.write('1234')</script>",
            "<!-- 7 -->",
            f"<i>{dice.randrange(9999)}</i>",
            "<em>阅读 1234 次</em>",
        )
    )
    inner = dice.choice(("", "", "", '<img src="/i.gif?t=1">', "<script>hot(1)</script>"))
    return f'<li><a href="/c/{place}.html">{inner}{title}</a>{extra}<span>{when}</span></li>'


def _piece(dice: random.Random) -> str:
    number = dice.randrange(1_000, 9_999_999)
    return dice.choice(
        (
            f"<div>访问量<b>{number}</b>次</div>",
            f"<p>您是第{number}位访客</p>",
            f"<span>{number}</span>",
            f"<!-- {number} -->",
            f"<script>var t={number};f('<a href=/x>y</a>')</script>",
            f"<script>\nvar t={number};\nf()</script>",
            f'<form><input type=hidden name=t value="{number}"></form>',
            f'<img src="/p.png?{number}">',
            f'<iframe src="/w?{number}"></iframe>',
            "<div class=menu><a href=/a/>政务公开</a><a href=/b/>办事服务</a></div>",
            "<table><tr><td>1234</td><td><script>x(9)</script></td></tr></table>",
            "<h2>2026年</h2>",
            f"<div class=footer>版权所有 备案号 {number}</div>",
            f"<noscript><img src='/n.gif?{number}'></noscript>",
            f"<textarea><!-- {number} --></textarea>",
            "<svg><path d='M0'/><script>1234567</script></svg>",
        )
    )


def harmless(page: str, dice: random.Random) -> str | None:
    """Return the page as its site would serve it again a moment later; None for one that shows nothing of the kind."""
    pieces = list(dice.choice(_TURNING).finditer(page))
    if not pieces:
        return None
    start, end = dice.choice(pieces).span()
    turned = re.sub("[0-9]", lambda _: str(dice.randrange(3, 9)), page[start:end])
    return page[:start] + turned + page[end:] if turned != page[start:end] else None


def any_way(page: str, dice: random.Random) -> str:
    """Return the page altered in one to three places, in any way at all."""
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        page = dice.choice(_WAYS)(page, dice)
    return page


def _place(page: str, dice: random.Random) -> int:
    """Return a place in the page: every other time in a piece that a fingerprint may leave out, or at its edge."""
    pieces = list(_LOOSE.finditer(page)) if dice.random() < 0.6 else []
    if not pieces:
        return dice.randrange(len(page) + 1)
    start, end = dice.choice(pieces).span()
    return dice.choice((start, end, start + 1, max(start, end - 1), dice.randint(start, end), dice.randint(start, end)))


def _inserted(page: str, dice: random.Random) -> str:
    here = _place(page, dice)
    return page[:here] + dice.choice(_HOSTILE) + page[here:]


def _removed(page: str, dice: random.Random) -> str:
    here = _place(page, dice)
    return page[:here] + page[here + dice.choice((1, 1, 2, 5, 40)) :]


def _replaced(page: str, dice: random.Random) -> str:
    here = _place(page, dice)
    return page[:here] + dice.choice(_HOSTILE) + page[here + dice.choice((1, 1, 3)) :]


def _copied(page: str, dice: random.Random) -> str:
    start = _place(page, dice)
    piece = page[start : start + dice.choice((3, 30, 200))]
    here = _place(page, dice)
    return page[:here] + piece + page[here:]


def _counted(page: str, dice: random.Random) -> str:
    numbers = list(re.finditer(r"[0-9]+", page))
    if not numbers:
        return page
    start, end = dice.choice(numbers).span()
    return page[:start] + str(dice.choice((7, 19, 123, 2026, 20261119, 1_002_017, 88_888))) + page[end:]


def _exchanged(page: str, dice: random.Random) -> str:
    """Have the contents of two loose pieces change places."""
    pieces = list(_LOOSE.finditer(page))
    if len(pieces) < 2:
        return page
    one, other = sorted(dice.sample(pieces, 2), key=lambda piece: piece.start())
    return page[: one.start()] + other[0] + page[one.end() : other.start()] + one[0] + page[other.end() :]


_WAYS: Sequence[Callable[[str, random.Random], str]] = (
    _inserted, _inserted, _removed, _replaced, _copied, _counted, _exchanged,
)  # fmt: skip


def pages(seed: int) -> Iterator[tuple[str, random.Random]]:
    """Yield pages without end, made ones and examples, each with the dice to alter it with."""
    kept = fixtures()
    dice = random.Random(seed)  # noqa: S311 - pages, no secrets
    while True:
        yield (made(dice) if dice.random() < 0.8 else dice.choice(kept)), dice
