"""The signs of an answer before it is parsed: refused, asked to log in, asked to prove to be human.

A wall often comes with status 200, so its words are looked for where a person would see them: in
the title, and in the text of a page that has next to no text. The same words inside a script, or
in an article about logging in, say nothing. Texts as seen in 2026 (facts of the platforms).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from collectors import json_body
from collectors.json_body import Fields
from monitor.core.collector import Page
from monitor.core.observation import LookFailedError, Reason

_REFUSALS = {
    401: Reason.LOGIN_WALL,
    403: Reason.REFUSED,
    412: Reason.REFUSED,  # nothing sent here carries a precondition that could fail: it is a gate's script challenge
    414: Reason.RATE_LIMITED,  # Weibo's way of saying "too often"
    418: Reason.RATE_LIMITED,
    429: Reason.RATE_LIMITED,
    451: Reason.REFUSED,
}

_CAPTCHA_TITLE = re.compile(
    r"(?:百度|网站|人机|滑块|滑动|身份|访问|环境)?(?:安全)?(?:验证|验证码|校验)(?:中心|中间页|页面|页)?"
    r"|(?:访问)?环境异常|安全检测|just a moment\.*|security check|sina visitor system",
    re.IGNORECASE,
)
_CAPTCHA_TEXT = re.compile(
    r"环境异常|(?:请|去|先|需|进行|完成|通过|继续)[^。，！？]{0,8}(?:安全验证|人机验证|身份验证|滑块验证|图形验证)"
    r"|完成验证后|去验证|请(?:输入|填写)[^。，！？]{0,6}验证码|拖动[^。，！？]{0,6}滑块|向右滑动|百度安全验证|确认你?您?不是机器人"
    r"|verify you are (?:a )?human",
    re.IGNORECASE,
)
_CAPTCHA_URL = re.compile(r"appmsgcaptcha|secitptpage/verify|/captcha\b|/sec_?verify\b|/antispider\b", re.IGNORECASE)

_LOGIN_TITLE = re.compile(
    r"(?:请|请先|用户|会员|账号|帐号|扫码|统一|欢迎)?(?:登录|登陆|身份认证)(?:页面|页|中心|/?注册)?|log ?in|sign ?in",
    re.IGNORECASE,
)
_LOGIN_TEXT = re.compile(
    r"请先?您?(?:登录|登陆)(?:后|才|再|您的|帐号|账号)|请先(?:登录|登陆)|(?:登录|登陆)后[^。，！？]{0,6}(?:查看|继续|访问|可见|浏览)"
    r"|(?:登录|登陆)(?:状态)?已?(?:过期|失效)|(?:扫码|密码|验证码|短信)(?:登录|登陆)|尚未登录|您还没有登录",
)
_LOGIN_WORDS = re.compile(
    r"(?:未|没有|需要?|必须)(?:登录|登陆)|log ?in (?:is )?required|needs? (?:to )?log ?in", re.IGNORECASE
)
"""The same in a message, which is shorter than a page and may be blunter."""
_LOGIN_URL = re.compile(r"//passport\.|/(?:log-?in|sign-?in|sso/signin)(?:[./?#]|$)", re.IGNORECASE)

_TOO_OFTEN = re.compile(r"(?:访问|请求|操作)(?:过于|太|过)?频繁|too many requests", re.IGNORECASE)
_BLOCKED = re.compile(
    r"(?:访问|请求)(?:已|可能)?被(?:拦截|阻断|拒绝|禁止)|禁止访问|网站防火墙|access denied|request blocked",
    re.IGNORECASE,
)

_HEAD_BYTES = 16 * 1024
"""A title later than this is nobody's title."""
_WALL_BYTES = 1_500
"""More text than this (500 Chinese characters) is no wall."""
_WALL_LINKS = 60
"""Nor are more links than this, which is the quickest to see."""
_WALL_TAGS = 4_000
"""Nor are more tags than this: what bounds the work on a hostile page."""
_TITLE_PARTS = re.compile(r"[-_|–—·丨]+")
_CHARSET = re.compile(rb"charset\s{0,20}=\s{0,20}[\"']?\s{0,20}([\w-]{2,20})", re.IGNORECASE)
_NEXT_COOKIE = re.compile(r",(?=\s*[^\s;,=]+=)")
"""Where one cookie ends and the next begins, once their headers are joined; a date has a comma too, but no name."""
_BODY = re.compile(rb"<body\b", re.IGNORECASE)
_TITLE = re.compile(rb"<title[^<>]{0,200}>([^<]{0,2000})</title", re.IGNORECASE)
_UNSEEN = re.compile(rb"<(script|style|noscript|template|title)\b", re.IGNORECASE)
_UNSEEN_ENDS = {
    name: re.compile(rb"</" + name, re.IGNORECASE) for name in (b"script", b"style", b"noscript", b"template", b"title")
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Face:
    """The first view of a visitor: where the way ended, the title, and the text if it is short."""

    address: str
    titles: tuple[str, ...] = ()
    """The title's parts ("登录", "微博"): a wall's title says so in a part of its own."""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wall:
    """How one kind of wall shows; any of the three will do."""

    address: re.Pattern[str]
    title: re.Pattern[str]
    text: re.Pattern[str]

    def fits(self, face: _Face) -> bool:
        return bool(
            self.address.search(face.address)
            or any(self.title.fullmatch(title) for title in face.titles)
            or self.text.search(face.text)
        )


_CAPTCHA = _Wall(address=_CAPTCHA_URL, title=_CAPTCHA_TITLE, text=_CAPTCHA_TEXT)
_LOGIN = _Wall(address=_LOGIN_URL, title=_LOGIN_TITLE, text=_LOGIN_TEXT)


def judge_status(page: Page) -> None:
    """Let an answer below 400 pass.

    Raises LookFailedError for every other one. A platform that knows better what one of its
    statuses means looks at `page.status` first.
    """
    if page.status >= 400:
        raise LookFailedError(_REFUSALS.get(page.status, Reason.HTTP_ERROR), f"HTTP {page.status}")


def refuse_walls(page: Page) -> None:
    """Let a page pass that a visitor could read.

    Raises LookFailedError: CAPTCHA, LOGIN_WALL, RATE_LIMITED or REFUSED. A platform's words about the account itself
    (cancelled, banned) are read before this is asked.
    """
    face = _face(page)
    if _CAPTCHA.fits(face):
        raise LookFailedError(Reason.CAPTCHA, "the answer asks for a proof of being human")
    if _LOGIN.fits(face):
        raise LookFailedError(Reason.LOGIN_WALL, "the answer asks to log in")
    if _TOO_OFTEN.search(face.text):
        raise LookFailedError(Reason.RATE_LIMITED, "the answer says we come too often")
    if _BLOCKED.search(face.text):
        raise LookFailedError(Reason.REFUSED, "the answer says the visit was blocked")


def json_object(page: Page) -> Fields:
    """Return the JSON object that an answer below 400 holds.

    Raises LookFailedError: what the status means, the wall that stands in its place, TRUNCATED where the
    JSON just ends, UNREADABLE for anything else. A platform whose refusals are JSON too reads them itself.
    """
    judge_status(page)
    if not json_body.looks_like_json(page):
        refuse_walls(page)
        raise LookFailedError(Reason.UNREADABLE, "no JSON")
    answer = json_body.load(page)
    if not isinstance(answer, dict):
        raise LookFailedError(Reason.UNREADABLE, "JSON, but no object")
    return answer


def refuse_words(said: str) -> None:
    """Let an answer's own words pass that are no refusal; raises LookFailedError as `refuse_walls` does."""
    for words, reason in (
        (_CAPTCHA_TEXT, Reason.CAPTCHA),
        (_TOO_OFTEN, Reason.RATE_LIMITED),
        (_LOGIN_TEXT, Reason.LOGIN_WALL),
        (_LOGIN_WORDS, Reason.LOGIN_WALL),
        (_BLOCKED, Reason.REFUSED),
    ):
        if words.search(said):
            raise LookFailedError(reason, "the answer says so in its message")


def notice(page: Page) -> str:
    """Return the words of a page that has next to none, its title first; nothing for a page of some length."""
    face = _face(page)
    return " ".join((*face.titles, face.text)) if face.text else ""


def cookies_of(page: Page) -> dict[str, str]:
    """Return the cookies that the answer sets, by name: what a visitor session is made of."""
    cookies: dict[str, str] = {}
    for cookie in _NEXT_COOKIE.split(page.headers.get("set-cookie", "")):
        name, found, value = cookie.partition(";")[0].partition("=")
        if found:
            cookies[name.strip()] = value.strip()
    return cookies


def _face(page: Page) -> _Face:
    address = page.url.partition("?")[0]
    if "json" in page.headers.get("content-type", "") or page.body[:64].lstrip()[:1] in {b"{", b"["}:
        return _Face(address=address)
    title = _title(page.body)
    text = b"" if _has_many_links(page.body) else b" ".join(_visible(page.body))
    encoding = _encoding(page) if title or text else "utf-8"
    return _Face(
        address=address,
        titles=tuple(part.strip() for part in _TITLE_PARTS.split(title.decode(encoding, "replace"))),
        text=text.decode(encoding, "replace"),
    )


def _title(body: bytes) -> bytes:
    found = _TITLE.search(body, 0, _HEAD_BYTES)
    return found[1] if found else b""


def _has_many_links(body: bytes) -> bool:
    here = 0
    for _ in range(_WALL_LINKS):
        here = body.find(b"</a>", here) + 1
        if not here:
            return False
    return True


def _visible(body: bytes) -> list[bytes]:
    """Return the pieces of text between tags; none at all for a page of some length.

    Reads forward only, so no page makes it slow: a tag or a script that never ends ends it.
    """
    pieces: list[bytes] = []
    size = 0
    start = _BODY.search(body)
    here = start.start() if start else 0
    for _ in range(_WALL_TAGS):
        tag = body.find(b"<", here)
        piece = body[here : tag if tag >= 0 else len(body)].strip()
        if piece:
            pieces.append(piece)
            size += len(piece)
        if size > _WALL_BYTES:
            return []
        here = _after_tag(body, tag) if tag >= 0 else -1
        if here < 0:
            return pieces
    return []


def _after_tag(body: bytes, tag: int) -> int:
    """Return where the text goes on after the tag that begins here, -1 if it never does."""
    closing = b"-->" if body.startswith(b"<!--", tag) else b">"
    unseen = _UNSEEN.match(body, tag)
    if unseen:
        closed = _UNSEEN_ENDS[unseen[1].lower()].search(body, tag)
        if not closed:
            return -1
        tag = closed.start()
    end = body.find(closing, tag)
    return end + len(closing) if end >= 0 else -1


def _encoding(page: Page) -> str:
    declared = _CHARSET.search(page.headers.get("content-type", "").encode()) or _CHARSET.search(page.body[:2048])
    name = declared[1].decode().lower() if declared else "utf-8"
    return "gb18030" if name.startswith("gb") else "utf-8"
