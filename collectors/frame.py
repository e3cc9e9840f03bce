"""The parts of a page that are its own and no post: its frame, its pager, its footer, its links to itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from collectors import html

DEPTH = 12
"""How far up from a node its page is looked at."""
_HEAD_WITHIN = 3
"""A post's own header lies no deeper in it."""
FRAME = frozenset({"body", "html", "head", "header", "footer", "nav", "script", "style", "option", "select"})
"""Where a date or link is the page's, not a post's."""

UNREAD = frozenset({"script", "style", "noscript", "template", "option", "textarea", "-comment"})

ROWS = frozenset({"li", "tr", "article", "x-tr"})
"""The elements that hold one post whole."""
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

_PAGING = re.compile(
    r"(?:^|[\s_-])(?:pages?|pager|pag(?:ing|ination)\w*|fenye|turnpage|pagebar|page(?:num|list))(?=$|[\s_-])",
    re.IGNORECASE,
)
"""Classes and ids of a pager; a whole page may be called so too."""

_STRANGE = re.compile(
    r"(?:^|[\s_-])(?:(?:site|page|web)?foot(?:er)?\w*|copyright|bottom-?nav|weather|tianqi|comments?|comment-?list|pinglun|pl|reply|replies|liuyan"
    r"|breadcrumb|crumbs?|clock|calendar|countdown|marquee-?time|site-?time|nowtime|today)(?=$|[\s_-])",
    re.IGNORECASE,
)
"""Classes and ids of what holds no posts."""

HEAD = re.compile(
    r"(?:^|[\s_-])(?:top\w*|head\w*|hd|login|toolbar|banner|topbar|site-?nav|date-?time)(?=$|[\s_-])", re.IGNORECASE
)

_PAGER_TEXT = re.compile(r"共\s?[0-9]+\s?[页条]|第\s?[0-9]+\s?(?:/\s?[0-9]+\s?)?页|[下尾末]一?页|每页")

_CHROME = re.compile(
    r".{0,1}|设为首页|(?:加入|添加)?收藏(?:本站)?|无障碍(?:浏览|阅读|模式|服务)?|.{0,4}(?:登录|注册|首页)|(?:查看)?更多.{0,4}"
    r"|返回(?:首页|顶部|列表|上级|上一级)?|网站地图|联系我们|关于我们|.{0,10}(?:ICP备|网安备).{0,30}|备案号.{0,30}|简体|繁体|English|手机版"
    r"|长者(?:模式|专区|助手|版)?|上一[页篇].{0,2}|下一[页篇].{0,2}|(?:官方)?(?:微信|微博|抖音|APP)|(?:今日|实时|查看)?天气(?:预报|详情)?"
    r"|more.{0,3}|打印(?:本页)?|关闭(?:窗口|本页)?|分享到?|RSS|邮箱|尾页|末页|智能问答",
    re.IGNORECASE,
)
"""The texts of links that lead to no post."""

_CATEGORY = re.compile(
    r"[\[(【<「].{1,10}[\])】>」]|(?:置顶|最新|推荐|热门|评论|阅读|详情"
    r"|(?:发表|添加)(?:评论|回复)|[0-9,]{0,8} ?条?(?:评论|留言|回复)|继续阅读|阅读更多"
    r"|查看详情|查看|全文|阅读全文|详细|\+?new)[!>» ]{0,3}|[0-9,]{1,8}(?:条?评论)?",
    re.IGNORECASE,
)
"""The texts of a row's links beside its title."""

_DAY = re.compile(r"[\[(（【]? ?[0-9][0-9年月日./: -]{3,20}[\])）】]?")
"""A link that is a date leads where the title does."""
_BESIDE = re.compile(r"^(?:[\w ]* )?(?:author|tag|category)(?= )|#(?:comments?|respond|reply)\b")
"""The `rel` and the addresses of links that lead to a post's author, kind or comments."""
_SOURCE_OF = re.compile(r"(?:来源|来自|作者|编辑|发布人|发布者|发布机构|单位|部门|栏目|分类|标签|关键词) ?[:：]\s*$")
_WEATHER = re.compile(
    r"(?:^|[\s日|])(?:晴|阴|多云|[小中大暴阵]雨|雷?阵雨|[小中大暴阵]雪|雨夹雪|雾|霾)(?:[转间到~-](?:晴|阴|多云|.{1,2}[雨雪]))?(?=[\s|,\d]|$)"
)
_ENDING = 60
_NAME = 6
_UNIT = 20
_UNITS = (*"局委办院镇乡村部处科站所队", "街道", "政府", "中心", "公司")
_ANCHOR = "a[href]"


def anchors(node: html.Node) -> list[html.Node]:
    """Return the links in a node, itself included."""
    return node.css(_ANCHOR)


def words(anchor: html.Node) -> str:
    """Return what a link is called, with single blanks."""
    return " ".join(html.text(anchor, " ").split())


def is_title(anchor: html.Node) -> bool:
    """True if a link is called as a post may be, and not as a part of the page."""
    called = words(anchor)
    before = anchor.prev
    if before is not None and before.is_text_node and _SOURCE_OF.search(html.content(before)[-_ENDING:]):
        return False
    relation, address = anchor.attributes.get("rel") or "", anchor.attributes.get("href") or ""
    if _BESIDE.search(f"{relation[:_ENDING]} {address[-_ENDING:]}"):
        return False
    return bool(called) and not (
        len(called) < 60 and (_CHROME.fullmatch(called) or _CATEGORY.fullmatch(called) or _DAY.fullmatch(called))
    )


def is_weather(text: str) -> bool:
    """True if a short text beside a date is a weather forecast's."""
    return "℃" in text or (len(text) < 2 * _ENDING and bool(_WEATHER.search(text)))


def is_name(anchor: html.Node) -> bool:
    """True if a link beside a date may name the author, the unit or the kind of a post and not the post."""
    called = words(anchor)
    return len(called) <= _NAME or (len(called) <= _UNIT and called.endswith(_UNITS))


def is_strange(node: html.Node, pattern: re.Pattern[str] = _STRANGE) -> bool:
    """True if a node lies in what holds no posts, by the classes and ids of its ancestors."""
    one: html.Node | None = node
    for _ in range(DEPTH):
        if one is None or one.tag == "body":
            return False
        attributes = one.attributes
        if pattern.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:200]):
            return True
        one = one.parent
    return False


def is_pager(node: html.Node, text: str) -> bool:
    """True if a sibling of rows is their pager: called so, or with its words."""
    attributes = node.attributes
    named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return bool(_PAGING.search(named[:200]) or _PAGER_TEXT.search(text[:2000]))


def is_head_of_post(node: html.Node) -> bool:
    """True if a header is that of one post and not the page's."""
    return node.tag in {"header", "footer"} and any(
        other_node.tag in ROWS for other_node in islice(_above(node), _HEAD_WITHIN)
    )


def _above(node: html.Node) -> Iterator[html.Node]:
    one = node.parent
    while one is not None:
        yield one
        one = one.parent


def kind(node: html.Node) -> str:
    """Return the first of a node's classes; nothing without one."""
    return ((node.attributes.get("class") or "").split() or [""])[0]


def up(node: html.Node, top: html.Node) -> Iterator[html.Node]:
    """Yield a node and its ancestors up to one of them."""
    one: html.Node | None = node
    for _ in range(DEPTH):
        if one is None:
            return
        yield one
        if one.mem_id == top.mem_id:
            return
        one = one.parent
