"""Pages of columns as content systems make them, drawn by chance, and what is true of each.

`drawn` puts together one of the field's layouts, one way to write dates, what else stands on such pages, and at
times one thing that is wrong with a row. What the page shows of its posts is known, so that a reading can be
called right or wrong without another reading.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

TODAY = date(2026, 11, 20)
URL = "https://www.example.gov.cn/zwgk/tzgg/"


@dataclass(frozen=True, slots=True)
class Post:
    """One row: what it is called, and when it was published."""

    title: str
    day: date
    number: int


@dataclass(slots=True)
class Column:
    """A page, and what is true of it."""

    markup: str = ""
    days: set[date] = field(default_factory=set)
    """The publication days of all rows, those included whose date cannot be read from the page."""
    is_ordinary: bool = True
    """True if every row has a link and a whole date: such a page is to be read as complete."""
    is_yearless: bool = False
    """True if nothing on the page tells the years."""
    made_of: tuple[str, ...] = ()

    @property
    def newest(self) -> date:
        return max(self.days)


_NAMES = (
    "县政府召开常务会议研究冬春农田水利建设",
    "关于调整城区部分公交线路的公告",
    "示例县组织开展安全生产大检查",
    "关于公开征集民生实事项目的通知",
    "乡镇卫生院改造工程竣工",
    "示例县举办职业技能比赛",
    "关于规范性文件备案审查情况的通报",
    "恶劣天气应急预案发布",
)
_EVENTS = (
    "关于2026年12月1日停水的公告",
    "刚刚，县里传来好消息！",
    "今天，让我们走进示例乡村",
    "11月3日，县领导调研重点项目",
    "2025年度部门决算公开",
    "11月18日起这些路段限行",
    "昨天，示例县第一批苗木出圃",
    "3分钟前的一个电话救了一家人",
    "2026年11月19日示例县新闻发布会实录",
)
_ICON = '<img src="/images/new.gif">'


WAYS = {
    "iso": "{0:%Y-%m-%d}",
    "slash": "{0:%Y/%m/%d}",
    "dots": "{0:%Y.%m.%d}",
    "chinese": "{0.year}年{0.month}月{0.day}日",
    "brackets": "[{0:%Y-%m-%d}]",
    "wide brackets": "（{0:%Y-%m-%d}）",
    "clock": "{0:%Y-%m-%d} 09:{minute:02}",
    "seconds": "{0:%Y-%m-%d} 09:30:{minute:02}",
    "weekday": "{0:%Y-%m-%d} 星期{weekday}",
    "weekday in brackets": "{0:%Y-%m-%d}（周{weekday}）",
    "label": "发布时间：{0:%Y-%m-%d}",
    "bare label": "日期：{0:%Y-%m-%d}",
    "unit": "{0:%Y-%m-%d} 县政府办",
    "unit before": "县政府办 {0:%Y-%m-%d}",
    "source": "{0:%Y-%m-%d} 来源：县融媒体中心",
    "count": "{0:%Y-%m-%d} {count}次",
    "reads": "{0:%Y-%m-%d}&nbsp;&nbsp;阅读：{count}",
    "badge": "{0:%Y-%m-%d}{badge}",
    "wide digits": "{wide}",
    "zero width": "\u200b{0:%Y-%m-%d}\u200b",
    "no-break": "&nbsp;{0:%Y-%m-%d}&nbsp;",
    "long dash": "{0:%Y}—{0:%m}—{0:%d}",
    "short year": "{0:%y-%m-%d}",
    "month over year": "<b>{0:%m-%d}</b><i>{0:%Y}</i>",
    "year over month": "<em>{0:%Y}</em>{0:%m-%d}",
    "day over month": "<h2>{0:%d}</h2><div>{0:%Y-%m}</div>",
    "day over chinese month": "<strong>{0:%d}</strong><span>{0:%Y}年{0:%m}月</span>",
    "chinese numerals": "{spoken}",
    "compact": "{0:%Y%m%d}",
    "english": "{0:%b} {0.day}, {0:%Y}",
    "unit and label": "<i>来源：县教体局</i> <i>发布日期：{0:%Y-%m-%d}</i>",
    "title attribute": '<u title="{0:%Y-%m-%d} 10:00:00">{0:%m-%d}</u>',
    "time element": '<time datetime="{0:%Y-%m-%d}T10:00:00+08:00">{0:%m-%d}</time>',
}
"""Ways to write a date whole."""
SHORT = {
    "month and day": "{0:%m-%d}",
    "month and day in brackets": "[{0.month}-{0.day}]",
    "chinese month and day": "{0.month}月{0.day}日",
    "slashed month and day": "{0.month}/{0.day}",
}
"""Ways that leave the year out."""
WRONG = {
    "year ahead": "{ahead}-{0:%m-%d}",
    "month 13": "{0.year}-13-{0:%d}",
    "no date": "",
    "a word": "NEW",
    "half a date": "{0:%Y}-{0:%m}",
    "three digits": "202-{0:%m-%d}",
    "deadline": "截止：{later:%Y-%m-%d}",
    "edit": "更新于{0:%Y-%m-%d}",
    "range": "{0:%Y-%m-%d}至{later:%Y-%m-%d}",
}
"""What may stand in a row's date box without telling when it was published."""


def _written(way: str, day: date, dice: random.Random) -> str:
    return way.format(
        day,
        minute=dice.randrange(60),
        count=dice.randrange(9000),
        weekday="一二三四五六日"[day.weekday()],
        badge=dice.choice(["", " NEW", " 新", " [置顶]"]),
        wide=f"{day:%Y-%m-%d}".translate({ord(char): ord(char) + 0xFEE0 for char in "0123456789-"}),
        spoken=_spoken(day),
        ahead=day.year + 36,
        later=day + timedelta(days=9),
    )


def _spoken(day: date) -> str:
    digits = "〇一二三四五六七八九"
    year = "".join(digits[int(digit)] for digit in f"{day:%Y}")
    return f"{year}年{_number(day.month)}月{_number(day.day)}日"


def _number(number: int) -> str:
    tens, ones = divmod(number, 10)
    digits = " 一二三四五六七八九"
    return (("" if tens < 2 else digits[tens]) + "十" if tens else "") + (digits[ones] if ones else "")


@dataclass(frozen=True, slots=True)
class Cell:
    """A row's pieces, ready to be put into a layout."""

    link: str
    when: str
    href: str
    title: str
    before: str = ""
    """A category's link, an icon."""
    after: str = ""
    """An icon or a count of comments behind the title."""
    summary: str = ""


def _plain(wrap: str) -> Callable[[list[Cell]], str]:
    """Return a layout of one template per row; `|` parts what stands around the rows."""
    around, _, row = wrap.partition("|")
    opening, _, closing = around.partition("…")
    return lambda cells: (
        opening
        + "".join(
            row.format(
                link=cell.before + cell.link + cell.after,
                when=cell.when,
                href=cell.href,
                title=cell.title,
                text=cell.summary,
            )
            for cell in cells
        )
        + closing
    )


def _pairs(cells: list[Cell]) -> str:
    """Return a table with two posts side by side in each of its rows."""
    halves = [f"<td>{cell.link}</td><td>{cell.when}</td>" for cell in cells]
    rows = ["".join(halves[place : place + 2]) for place in range(0, len(halves), 2)]
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


LAYOUTS: dict[str, Callable[[list[Cell]], str]] = {
    "ul": _plain("<ul class=list>…</ul>|<li>{link}<span>{when}</span>{text}</li>\n"),
    "ul, date left": _plain("<ul class=list>…</ul>|<li><span class=date>{when}</span>{link}{text}</li>\n"),
    "ul, div in li": _plain(
        "<ul>…</ul>|<li><div class=r><div class=t>{link}</div><div class=d>{when}</div></div></li>\n"
    ),
    "ul, date above": _plain("<ul>…</ul>|<li><div class=d>{when}</div><div class=t><h3>{link}</h3>{text}</div></li>\n"),
    "ul, blanks": _plain("<ul>\n…</ul>|<li>\n  {link}\n  <em>{when}</em>\n</li>\n"),
    "unclosed li": _plain("<ul class=list>…</ul>|<li>{link}<span>{when}</span>\n"),
    "table": _plain("<table class=t>…</table>|<tr><td>{link}</td><td width=80>{when}</td></tr>\n"),
    "table, unclosed": _plain("<table class=t>…</table>|<tr><td>{link}<td width=80>{when}\n"),
    "table, numbered": _plain("<table>…</table>|<tr><td>·</td><td>{link}</td><td>{when}</td><td>公开</td></tr>\n"),
    "table with a head": _plain(
        "<table><tr><th>标题</th><th>发布日期</th></tr>…</table>|<tr><td>{link}</td><td>{when}</td></tr>\n"
    ),
    "table in a table": _plain(
        "<table><tr><td>导航</td><td><table>…</table></td></tr></table>|<tr><td>{link}</td><td>{when}</td></tr>\n"
    ),
    "table per post": _plain(
        "<table>…</table>|<tr><td><table><tr><td>{link}</td><td>{when}</td></tr></table></td></tr>\n"
    ),
    "p": _plain("<div class=con>…</div>|<p>{link} <span>{when}</span></p>\n"),
    "div": _plain(
        "<div class=con>…</div>|<div class=item><div class=t>{link}</div><div class=d>{when}</div>{text}</div>\n"
    ),
    "dl": _plain("<dl>…</dl>|<dt>{link}</dt><dd>{when}</dd>\n"),
    "dl, date first": _plain("<dl>…</dl>|<dt>{when}</dt><dd>{link}</dd>\n"),
    "ul per post": _plain("<div>…</div>|<ul class=row><li class=t>{link}</li><li class=d>{when}</li></ul>\n"),
    "dl per post": _plain("<div>…</div>|<dl class=row><dt>{link}</dt><dd>{when}</dd></dl>\n"),
    "card": _plain(
        "<div class=cards>…</div>|"
        "<div class=card><a href='{href}'><img src=/i.jpg></a><h4>{link}</h4>{text}<i>{when}</i></div>\n"
    ),
    "linked card": _plain(
        "<div class=cards>…</div>|<a class=card href='{href}'><h4>{title}</h4>{text}<div class=d>{when}</div></a>\n"
    ),
    "linked card in li": _plain("<ul>…</ul>|<li><a href='{href}'><div>{title}</div><span>{when}</span></a></li>\n"),
    "flat, br": _plain("<div class=con>…</div>|{link} <span>{when}</span><br>\n"),
    "two in a row": _pairs,
    "meta": _plain(
        "<div>…</div>|<div class=i><h3>{link}</h3>{text}"
        "<div class=m><i>县府办</i><i>{when}</i><i>阅读 9</i></div></div>"
    ),
    "date in the link": _plain("<ul>…</ul>|<li><a href='{href}'><span class=date>{when}</span>{title}</a></li>\n"),
    "dated link": _plain("<ul>…</ul>|<li>{link}<a class=date href='{href}'>{when}</a></li>\n"),
    "documents": _plain(
        "<table><tr><th>标题</th><th>文号</th><th>成文日期</th><th>发布日期</th></tr>…</table>|"
        "<tr><td>{link}</td><td>示政发〔2026〕9号</td><td>2020-10-01</td><td>{when}</td></tr>\n"
    ),
    "boxes in turn": _plain("<div>…</div>|<div class=t>{link}</div><div class=d>{when}</div>\n"),
    "flat in a cell": _plain("<table><tr><td>…</td></tr></table>|{link} <i>{when}</i><br>\n"),
    "clock apart": _plain("<ul>…</ul>|<li>{link}<span>{when}</span><span>09:30</span></li>\n"),
    "script": _plain("<ul>…</ul>|<li>{link}<span><script>var day = '2026-11-19'</script>{when}</span></li>\n"),
    "article": _plain(
        "<div class=main>…</div>|"
        "<article><header>x</header><h2>{link}</h2>{text}<div class=meta>{when}</div></article>\n"
    ),
}


def _cells(dice: random.Random, posts: list[Post], way: str, *, adorned: bool) -> list[Cell]:
    cells = []
    for post in posts:
        href = f"/content/{post.number}.html"
        link = f'<a href="{href}" target="_blank">{post.title}</a>'
        before = after = summary = ""
        if adorned:
            before = dice.choice(["", "", '<a class=c href="/kind/3/">[通知]</a> ', _ICON, '<a href="/zd/">置顶</a> '])
            after = dice.choice(["", "", f" {_ICON} ", f' <a href="{href}#c">{dice.randrange(40)}评论</a> '])
            event = post.day - timedelta(days=1)
            summary = dice.choice(
                [
                    "",
                    f"<p class=s>{event.month}月{event.day}日，县里召开会议，研究部署有关工作。</p>",
                    "<p class=s>内容摘要</p>",
                ]
            )
        cells.append(Cell(link, _written(way, post.day, dice), href, post.title, before, after, summary))
    return cells


def _posts(dice: random.Random, first: int, count: int, newest: date) -> list[Post]:
    day, posts = newest, []
    for place in range(count):
        title = dice.choice(_EVENTS if dice.random() < 0.3 else _NAMES) + f"（{first + place}）"
        posts.append(Post(title, day, first + place))
        day -= timedelta(days=dice.choice((0, 1, 1, 2, 5, 9, 30)))
    return posts


_HEADS = (
    "",
    (
        "<div class=top><span>{today:%Y}年{today:%m}月{today:%d}日</span> <span>星期五</span> "
        "<a href=/wx/>官方微信</a></div>"
    ),
    "<div><span>今天是{today:%Y-%m-%d} 星期五</span> <a href=/login>登录</a></div>",
    "<table><tr><td>{today:%Y}年{today:%m}月{today:%d}日 星期五</td><td><a href=/fav>加入收藏</a></td></tr></table>",
    "<ul class=tool><li>{today:%Y-%m-%d}</li><li><a href=/wza>无障碍浏览</a></li><li><a href=/mail/>邮箱</a></li></ul>",
    "<div class=weather><p>{today:%m-%d} 周五 晴 3~12℃</p><p>11-21 周六 多云 2~9℃</p><a href=/w>天气预报</a></div>",
)
_PAGERS = (
    "",
    '<div class="pages">共15条 1/1</div>',
    '<div><a href="?p=1">1</a><a href="?p=2">2</a> <a href="?p=2">下一页</a> 1-10</div>',
    '<div class="pagination"><span>1/12</span><a href="index_2.html">下一页</a></div>',
    "<p>共 12 页 第 1 页 <a href=index_1.html>尾页</a></p>",
)
_SIDES = (
    "",
    (
        "<div class=hot><h3>热点</h3><ul><li><a href=/h/1.html>示例县政务服务大厅办事须知</a></li>"
        "<li><a href=/h/2.html>常见问题解答</a></li></ul></div>"
    ),
    '<div class=links><a href="https://a.example.cn/">省政府网站</a> <a href="https://b.example.cn/">市政府网站</a></div>',
    "<div class=pic><a href=/zt/20dd/><img src=/zt.jpg></a></div>",
)
_FOOT = (
    (
        "<div class=footer>主办：示例县人民政府 <a href=https://beian.example.cn/>示ICP备00000001号</a> "
        "更新日期：{today:%Y-%m-%d}</div>"
    ),
    "<div id=foot>版权所有 2020-2026 <a href=/about>关于我们</a></div>",
    "",
)


def drawn(seed: int) -> Column:
    """Return one page."""
    dice = random.Random(seed)  # noqa: S311 - pages, no secrets
    column = Column()
    is_yearless = dice.random() < 0.15
    way = dice.choice(list(SHORT if is_yearless else WAYS))
    layout = dice.choice(list(LAYOUTS))
    posts = _posts(dice, 1, dice.randint(3, 20), TODAY - timedelta(days=dice.choice((0, 1, 3, 12, 40, 400, 1500))))
    column.days |= {post.day for post in posts}
    cells = _cells(dice, posts, (SHORT if is_yearless else WAYS)[way], adorned=dice.random() < 0.4)
    made_of = [way, layout]
    heading = ""
    if is_yearless:
        column.is_ordinary, column.is_yearless = False, True
        if len({post.day.year for post in posts}) == 1 and dice.random() < 0.5:
            heading, column.is_yearless = f"<h3>{posts[0].day.year}年</h3>", False
    if dice.random() < 0.35:
        column.is_ordinary = False
        made_of.append(_spoil(dice, cells, posts))
    body = heading + LAYOUTS[layout](cells)
    if dice.random() < 0.2:
        side = _posts(dice, 500, dice.randint(3, 6), TODAY - timedelta(days=dice.choice((2, 90, 800))))
        column.days |= {post.day for post in side}
        other = dice.choice(["iso", "clock", "brackets", "dots"])
        body += (
            f"<div class=side><h3>通知公告</h3>{LAYOUTS['ul'](_cells(dice, side, WAYS[other], adorned=False))}</div>"
        )
        made_of.append(f"side {other}")
    parts = [dice.choice(choices) for choices in (_HEADS, _PAGERS, _SIDES, _FOOT)]
    head, pager, side_box, foot = (part.replace("{today:", "{0:").format(TODAY) for part in parts)
    column.markup = (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>通知公告_示例县人民政府</title></head>\n'
        f'<body>{head}<div class=nav><a href="/">首页</a><a href="/zwgk/">政务公开</a></div>\n'
        f'<div class=pos>当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; 通知公告</div>\n'
        f'<div class="main">{body}{pager}</div>{side_box}\n{foot}</body></html>\n'
    )
    column.made_of = (*made_of, *(part[:24] for part in (head, pager, side_box)))
    return column


UNREAD = {
    "empty box": "<span class=date></span>",
    "template": "<span class='pub-time'>{{{{item.day}}}}</span>",
    "day alone": "{0.day}",
    "day and number of the month": "<b>{0:%d}</b><i>{0:%m}</i>",
    "letter in the year": "2O{0:%y-%m-%d}",
    "three digits": "202-{0:%m-%d}",
    "month only": "{0:%Y}年{0.month}月",
    "edit": "更新于{0:%Y-%m-%d}",
    "deadline": "截止：{later:%Y-%m-%d}",
    "week": "上周{weekday}",
}
"""Ways to write dates that no reader can tell."""


def beside(seed: int) -> Column:
    """Return a page whose main list has dates that cannot be read, and beside it an older list that can."""
    dice = random.Random(seed)  # noqa: S311 - pages, no secrets
    way, layout = dice.choice(list(UNREAD)), dice.choice(list(LAYOUTS))
    newest = TODAY - timedelta(days=dice.choice((0, 1, 3, 12)))
    main = _posts(dice, 1, dice.randint(4, 20), newest)
    side = _posts(dice, 500, dice.randint(3, 6), newest - timedelta(days=dice.choice((20, 90, 800))))
    lists = [
        f"<div class=main>{LAYOUTS[layout](_cells(dice, main, UNREAD[way], adorned=False))}</div>",
        f"<div class=side>{LAYOUTS['ul'](_cells(dice, side, WAYS['iso'], adorned=False))}</div>",
    ]
    dice.shuffle(lists)
    markup = f"<html><head><meta charset=utf-8><title>通知公告</title></head><body>{''.join(lists)}</body></html>"
    return Column(markup=markup, days={post.day for post in (*main, *side)}, is_ordinary=False, made_of=(way, layout))


_HEADERS = (
    "<div class=info>发布时间：{0:%Y-%m-%d} 09:30 来源：县府办 浏览：12次</div>",
    "<p><span>来源：县融媒体中心</span> <span>日期：{0:%Y-%m-%d}</span></p>",
    "<ul class=xx><li>信息来源：县府办</li><li>发布日期：{0:%Y年%m月%d日}</li><li>字号：大 中 小</li></ul>",
    "<table><tr><td>发布时间：{0:%Y-%m-%d}</td><td>阅读次数：33</td></tr></table>",
)


def article(seed: int) -> Column:
    """Return one article, with other posts beside it, comments and a clock."""
    dice = random.Random(seed)  # noqa: S311 - pages, no secrets
    day = TODAY - timedelta(days=dice.choice((0, 3, 40, 400, 1500)))
    named = dice.random() < 0.5
    head = f'<meta name=ArticleTitle content="{_NAMES[0]}"><meta name=PubDate content="{day:%Y-%m-%d} 09:30">'
    side = _posts(dice, 500, dice.randint(3, 6), TODAY - timedelta(days=dice.choice((0, 90, 800))))
    beside = f"<div class=side>{LAYOUTS['ul'](_cells(dice, side, WAYS['iso'], adorned=False))}</div>"
    comments = f"<div class=comments><div>网友 {TODAY:%Y-%m-%d} 10:00</div><div>网友 16分钟前</div></div>"
    parts = [
        dice.choice(_HEADS).replace("{today:", "{0:").format(TODAY),
        f"<h1>{_NAMES[0]}</h1>{dice.choice(_HEADERS).format(day)}",
        f"<div class=text><p>{_EVENTS[3]}。</p><p>会议时间：{TODAY:%Y年%m月%d日}上午。</p></div>",
        dice.choice(("", comments)),
        dice.choice(("", beside)) if named else "",
    ]
    markup = (
        f"<html><head><meta charset=utf-8><title>{_NAMES[0]}</title>{head if named else ''}</head>"
        f"<body>{''.join(parts)}</body></html>"
    )
    return Column(markup=markup, days={day}, is_ordinary=False, made_of=("named" if named else "shown",))


def of(layout: str, way: str, posts: list[Post]) -> Column:
    """Return a page of one list and nothing else."""
    dice = random.Random(0)  # noqa: S311 - pages, no secrets
    rows = LAYOUTS[layout](_cells(dice, posts, WAYS[way], adorned=False))
    markup = f"<html><head><meta charset=utf-8><title>通知公告</title></head><body>{rows}</body></html>"
    return Column(markup=markup, days={post.day for post in posts}, made_of=(layout, way))


def _spoil(dice: random.Random, cells: list[Cell], posts: list[Post]) -> str:
    """Make one of the newest rows one that does not tell its day or its link; return what was done."""
    place = dice.choice((0, 0, 0, 1, dice.randrange(len(cells))))
    cell = cells[place]
    what = dice.choice([*WRONG, "no link"])
    if what == "no link":
        cells[place] = Cell(f"<b>{cell.title}</b>", cell.when, "#", cell.title)
    else:
        cells[place] = Cell(
            cell.link,
            _written(WRONG[what], posts[place].day, dice),
            cell.href,
            cell.title,
            cell.before,
            cell.after,
            cell.summary,
        )
    return f"{what} in row {place}"
