"""The date box of a row on a page: what its whole text says, and how surely it is when the row was published.

A box holds one date and little else. Left out are a label (发布时间：), the clock, the weekday, the
source and the unit, counts (阅读 1123次), badges (NEW, 置顶). A box in which the date is part of a
sentence (`12月30日，市指挥中心揭牌`), ends a range (`至2026-11-28`) or has another label (截止、活动时间、
更新) tells no publication.

The parts may be written in any order and in elements of their own: `2026-11-27`, `26-11-27`,
`27 2026-11` (the day above year and month), `11-27 2026`, `2026 11-27`, `27 11月`, `11-27`. Texts are
read as they are seen: full-width digits, long dashes, no-break and zero-width blanks are ordinary ones.
Every pattern is bounded, and no text longer than LONGEST is a box.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from collectors import dates
from collectors.dates import Stamp
from monitor.core.calendar import beijing, beijing_date

LONGEST = 120
"""No date box is longer than this, in characters; a longer text is prose."""
_WORD = 16
"""How long a unit's name beside a date may be."""
_WORDS = 5
_LABEL_LENGTH = 8
_JOINTS = frozenset({"信息", "于", "至", "到", "~"})
_LOUD = re.compile(r"(?:new|hot)!{1,3}", re.IGNORECASE)
_SENTENCE = re.compile(r"[,。!?;、…“”\"'《》]")
_UNSEEN = re.compile(r"[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]")
_THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3})")
_DASHES = re.compile(r"[‐‑‒–—―−﹘]{1,2}|--")  # noqa: RUF001 - what keyboards and word processors write

DATE_LIKE = re.compile(
    r"[0-9]{1,4} ?[-/.年月] ?[0-9]|[0-9一二三四五六七八九十]月|[0-9一二三四五六七八九]年|[0-9]{8}|[0-9]日"
    r"|[前今昨]天|[天时钟秒]前|刚刚|[0-9]{1,2}[ /][0-9]{1,2}[ /]20[0-9]{2}|20[0-9]{2} [0-9]{1,2} [0-9]"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.?,?[ -][0-9]"
    r"|[0-9][ -](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
"""The form of a text that may be a date, made plain by `clean`."""
WEEKDAY = re.compile(
    r"[(\[]?(?:星期|周|礼拜)[一二三四五六日天](?![一-鿿])[)\]]?"
    r"|\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\b\.?,?",
    re.IGNORECASE,
)
_CLOCK = (
    r"(?:(?:T|,? ?(上午|下午|中午|晚上|晚|凌晨|早上|AM|PM)? ?)([0-9]{1,2}) ?[:时点] ?([0-9]{2})"
    r"(?:分|:([0-9]{2})(?:\.[0-9]{1,9})?)?(?:[0-9]{1,2}秒)?(?: ?(AM|PM)\b)?)?"
)
_YEAR = r"((?:19|20)[0-9]{2})"
_BEGIN, _END = r"(?<![0-9./\-])(?<![0-9]:)", r"(?![0-9])"
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_MONTH_NAMES = tuple(name[:3].lower() for name in _MONTHS.split("|"))


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(_BEGIN + pattern + _CLOCK + _END, re.IGNORECASE)


_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (_form(_YEAR + r" ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2})(?![0-9])(?: ?[日号])?"), "ymd"),
    (_form(_YEAR + r" ?[-/.年] ?([0-9]{1,2})(?![0-9])(?: ?月)? ([0-9]{1,2})(?![0-9:次人条])(?: ?[日号])?"), "ymd"),
    (_form(_YEAR + r" ([0-9]{1,2}) ([0-9]{1,2})(?![0-9:次人条])(?: ?[日号])?"), "ymd"),
    (_form(_YEAR + r"([01][0-9])([0-3][0-9])(?![0-9])"), "ymd"),
    (
        _form(r"([0-9]{1,2})(?![0-9])(?: ?[日号])?(?: |/|-) ?" + _YEAR + r" ?[-/.年] ?([0-9]{1,2})(?![0-9:])(?: ?月)?"),
        "dym",
    ),
    (_form(_YEAR + r" ?年?度? ([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2})(?![0-9])(?: ?[日号])?"), "ymd"),
    (
        _form(r"([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2})(?![0-9])(?: ?[日号])?[ /.-]{1,3}" + _YEAR + r"(?![0-9:次人条])年?"),
        "mdy",
    ),
    (
        _form(r"([0-9]{1,2})(?![0-9])(?: ?[日号])?(?: |/) ?([0-9]{1,2})月?[ /]{1,3}" + _YEAR + r"(?![0-9:次人条])年?"),
        "dmy",
    ),
    (_form(r"([0-9]{2})-([0-9]{1,2})-([0-9]{1,2})(?![0-9])"), "smd"),
    (_form(rf"({_MONTHS})[a-z]{{0,6}}\.? ([0-9]{{1,2}})(?:st|nd|rd|th)?(?:,| ) ?" + _YEAR), "mdy"),
    (_form(rf"([0-9]{{1,2}})[ -]({_MONTHS})[a-z]{{0,6}}\.?,?[ -]" + _YEAR), "dmy"),
    (_form(rf"([0-9]{{1,2}})(?:st|nd|rd|th)?[ -]({_MONTHS})[a-z]{{0,6}}\.?(?![a-z])"), "dm"),
    (_form(rf"\b({_MONTHS})[a-z]{{0,6}}\.?[ -]([0-9]{{1,2}})(?:st|nd|rd|th)?(?![0-9])"), "md"),
    (_form(r"([0-9]{1,2})(?![0-9])(?: ?[日号])?(?: |/) ?([0-9]{1,2}) ?月"), "dm"),
    (_form(r"([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2})(?![0-9次人条年月%./]|-[0-9])(?: ?[日号])?"), "md"),
)
"""Each way to write a date, the surest first, with what its groups are; `s` is a year of two digits."""
_USUAL = re.compile(r"[\[(]?[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2}(?: [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?[\])]?")
"""How most boxes are written: nothing in them needs to be taken apart."""
_SPOKEN = re.compile(r"[〇零○一二三四五六七八九]{4}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十廿卅]{1,3}日")
_SPOKEN_MONTH = re.compile(
    r"(?<![一-鿿])(十[一二]?|[一二三四五六七八九])月(?![一-鿿])(?: ?([0-9]{1,2})[日号]?)?"
    r"|(?<![一-鿿])(十[一二]?|[一二三四五六七八九])月([一二三四五六七八九十廿卅]{1,3})[日号]"
)
"""`18 十一月`, and 十一月十八日 without a year."""
_RELATIVE = re.compile(
    r"[0-9]{1,7} ?(?:秒钟?|分钟?|个?小时|天)(?:之|以)?前"
    r"|(?:今[天日]|昨[天日]|前天)(?![一-鿿])(?: ?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
)
_JUST_NOW = re.compile(r"(?:刚刚|刚才)(?:发布)?")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}[0-9:.]{0,16}(?:Z|[+-][0-9:]{4,6})")

_PUBLISHED = re.compile(
    r"(?:发布|发表|发稿|发文|刊发|刊登|上传|上线|公布|公示|挂网|登载|录入|添加|发帖|投稿|开始)(?:时间|日期|于|:)?"
    r"|首发于?|公开(?:时间|日期|于)|published|posted|release",
    re.IGNORECASE,
)
_NEUTRAL = re.compile(r"时间|日期|(?<![a-z])(?:date|time)\b", re.IGNORECASE)
_OTHER = re.compile(
    r"截止|截至|截稿|结束|到期|有效|期限|失效|活动|会议|考试|报名|开标|投标|开庭|举办|举行|召开|演出|展出|成文|生效|实施|施行"
    r"|印发|签发|预约|出生|成立|修订|更新|编辑|修改|最后|回复|答复|评论|今天是|今日|当前|现在|deadline|expires?|updated?|modified|edited",
    re.IGNORECASE,
)
"""Labels of what a date beside a row may be besides its publication; an edit is none."""
_RANGE = re.compile(r" ?(?:至|到|~|-|起|止|前|以前|之前|后|截止(?! ?[:时日])|为止|编辑|修改|edited)", re.IGNORECASE)
_SOURCE = re.compile(
    r"(?:信息)?(?:来源|来自|作者|供稿|撰稿|编辑|责编|责任编辑|发布人|发布者|发布机构|发布单位|单位|部门|栏目|分类|标签)(?![一-鿿]{0,8}[0-9])"
)
_COUNT = re.compile(
    r"(?:(?:浏览|点击|阅读|访问|查看|评论|人气|热度|点赞|转发|收藏)(?:次数|人数|量|数)?:? ?)?"
    r"[0-9][0-9,.]{0,9}[万亿w]?\+?"
    r" ?(?:次|人次|人|条|浏览|点击|阅读|评论|℃)?(?:浏览|点击|阅读|访问)?"
    r"|(?:浏览|点击|阅读|访问|查看|评论|人气|热度)(?:次数|人数|量|数)?:?"
)
_BADGE = re.compile(
    r"new!?|hot!?|top|新|热|顶|荐|精|图|置顶|最新|推荐|热门|原创|图文|视频|图|附件|公告|更多|详情|查看详情|查看|已发布|pm|am",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"[\s()\[\]{}<>【】「」|·•/:\-_►▶»›>★☆●■◆]+")  # noqa: RUF001
_ATTACHED = re.compile(r"(?:发布|来源|作者|浏览|点击|阅读|编辑:|新$|new|hot)", re.IGNORECASE)
_NOT_WORDS = re.compile(r"[\W\d_年月日号时分秒点前天]")
_FEW = 4
_SHORT = 16
_TAIL = re.compile(r"[\[(【]([^\[\]()【】]{4,30})[\])】] ?$")
_HEAD = re.compile(r"^ ?[\[(【]([^\[\]()【】]{4,30})[\])】]")
_ONLY_YEAR = re.compile(r"[(\[【]? ?((?:19|20)[0-9]{2}) ?(?:年度?)?[)\]】]?")
_MONTH_IN_HEADING = re.compile(
    r"[\[(【]? ?(?:((?:19|20)[0-9]{2}) ?[-/.年] ?)?(?:([0-9]{1,2}|十[一二]?|[一二三四五六七八九]) ?月(?:份)?"
    r"|(?<=[-/.])([0-9]{1,2})|(?<=[-/.] )([0-9]{1,2})) ?[\])】]?"
)
_DAY_IN_HEADING = re.compile(r"[0-9] ?[-/.月] ?[0-9]")
_IN_HEADING = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2}) ?年?(?![0-9])")


class Trust(IntEnum):
    """How surely a date is the row's publication; the greater, the surer."""

    TITLE = 0
    """It stands in the title's own words, at their end or beginning."""
    WORDS = 1
    """Words stand beside it that say nothing of it: a unit, a column."""
    ALONE = 2
    """The box is the date."""
    LABELLED = 3
    """The box calls it the publication."""


@dataclass(frozen=True, slots=True)
class Box:
    """The meaning of the text of a box. Without a stamp: it is like a date, but tells no publication."""

    stamp: Stamp | None
    trust: Trust = Trust.ALONE
    yearless: tuple[int, int] | None = None
    """Month and day, where no year is written."""
    is_doubtful: bool = False
    """True if it holds dates of two days, and nothing says which of them is the publication."""


NO_PUBLICATION = Box(None)


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    stamp: Stamp | None
    yearless: tuple[int, int] | None = None


def clean(text: str) -> str:
    """Return a text as it is seen: ordinary digits, dashes and single blanks; nothing invisible."""
    if not text.isascii():
        text = _DASHES.sub("-", _UNSEEN.sub("", unicodedata.normalize("NFKC", text)))
    return " ".join(text.split())


def read(text: str, at: datetime, year: int | None = None) -> Box | None:
    """Return what a box says, seen at `at`; None for a text that holds no date, or is prose. Never raises.

    `year` is one that stands elsewhere: a date without a year is then of that year.
    """
    if len(text) > 4 * LONGEST:
        return None
    text = clean(text)
    if _USUAL.fullmatch(text):
        stamp = dates.read(text, at)
        return Box(stamp) if stamp else NO_PUBLICATION
    if not text or len(text) > LONGEST or not DATE_LIKE.search(text):
        return None
    if iso := _ISO.search(text):
        stamp = dates.read(iso[0], at)
        return Box(stamp) if stamp else NO_PUBLICATION
    if "," in text:
        text = _THOUSANDS.sub("", text)
    if "月" in text and not _SPOKEN.search(text):
        text = _SPOKEN_MONTH.sub(_in_figures, text)
    text = " ".join(WEEKDAY.sub(" ", text).split()) if _has_weekday(text) else text
    found = list(_found(text, at, year))
    if not found:
        return NO_PUBLICATION if _is_date_like_alone(text) else None
    return _judged(text, found)


def tail(text: str, at: datetime) -> Box | None:
    """Return the date at the end or the beginning of a title's words: in brackets, or in full figures; else None."""
    text = clean(text[:20] + text[-60:] if len(text) > 200 else text)
    for bracketed in (_TAIL.search(text), _HEAD.search(text)):
        if bracketed and (box := read(bracketed[1], at)) and box.stamp and box.trust > Trust.WORDS:
            return Box(box.stamp, Trust.TITLE, box.yearless)
    for piece in (text.rpartition(" ")[2], text.partition(" ")[0]):
        if len(piece) >= 8 and piece[:1].isdigit() and piece[-1:].isdigit() and (box := read(piece, at)) and box.stamp:
            return Box(box.stamp, Trust.TITLE)
    return None


def only_year(text: str) -> int | None:
    """Return the year that a text is, and nothing else; else None."""
    match = _ONLY_YEAR.fullmatch(clean(text)) if len(text) < 40 else None
    return int(match[1]) if match else None


def year_in(heading: str) -> int | None:
    """Return the one year that a heading names; None for none, several or a text too long for a heading."""
    if (alone := only_year(heading)) is not None:
        return alone
    if len(heading) > 80 or len(text := clean(heading)) > 24:
        return None
    if _DAY_IN_HEADING.search(text):
        return None
    years = {int(match[1]) for match in _IN_HEADING.finditer(text)}
    return years.pop() if len(years) == 1 else None


def month_in(heading: str) -> tuple[int | None, int] | None:
    """Return the month that a heading is, with its year where it names one: `2026年11月`, `2026-11`, `11月`."""
    match = _MONTH_IN_HEADING.fullmatch(clean(heading)) if len(heading) < 80 else None
    if match is None:
        return None
    month = match[2] or match[3] or match[4]
    number = int(month) if month.isdigit() else dates.spoken_number(month)
    return (int(match[1]) if match[1] else None, number) if 1 <= number <= 12 else None


def has_weekday(text: str) -> bool:
    """True if a text names a day of the week, as the clock of a site does."""
    return len(text) < 4 * LONGEST and _has_weekday(text)


def is_date_like(text: str) -> bool:
    """True if something in a short text may be meant as a date."""
    return len(text) < 4 * LONGEST and bool(DATE_LIKE.search(clean(text)))


def is_unread(text: str, at: datetime) -> bool:
    """True if a text is a date, or so short that what looks like one in it is meant as one."""
    return read(text, at) is not None or (len(clean(text[:LONGEST])) <= _SHORT and is_date_like(text))


def label_of(text: str) -> Trust | None:
    """Return what a column's heading says of the dates below it; None where they are no publications."""
    text = clean(text)
    if _OTHER.search(text) and not _PUBLISHED.search(text):
        return None
    return Trust.LABELLED if _PUBLISHED.search(text) else Trust.ALONE


def in_year(box: Box, year: int, at: datetime) -> Stamp | None:
    """Return a box's date in a year that stands elsewhere; None where it cannot be, or would lie ahead."""
    if box.yearless is None or box.stamp is None:
        return None
    shown = beijing(box.stamp.moment)
    try:
        moment = shown.replace(year=year)
    except ValueError:  # the 29th of February
        return None
    return dates.plausible(Stamp(moment.astimezone(box.stamp.moment.tzinfo), box.stamp.precision), at)


def _has_weekday(text: str) -> bool:
    return (
        "星期" in text or "周" in text or "礼拜" in text or "day" in text or "," in text or text[:1].isalpha()
    ) and bool(WEEKDAY.search(text))


def _in_figures(match: re.Match[str]) -> str:
    day = match[2] or (str(dates.spoken_number(match[4])) if match[4] else "")
    return f"{dates.spoken_number(match[1] or match[3])}月" + (f"{day}日" if day else "")


def _is_date_like_alone(text: str) -> bool:
    """True if a text is little else than what may be meant as a date."""
    return len(_NOT_WORDS.sub("", text)) <= _FEW


def _found(text: str, at: datetime, year: int | None) -> Iterator[_Found]:
    """Yield the dates of a text, in its order; three are more than any box holds."""
    start = 0
    for _ in range(3):
        found = _next(text, start, at, year)
        if found is None:
            return
        yield found
        start = found.end


def _next(text: str, start: int, at: datetime, year: int | None) -> _Found | None:
    for pattern, order in _FORMS:
        if match := pattern.search(text, start):
            stamp, yearless = _stamp(match, order, at, year)
            if stamp or order in {"ymd", "md", "smd"}:
                return _Found(match.start(), match.end(), stamp, yearless)
    if match := _SPOKEN.search(text, start) or _RELATIVE.search(text, start):
        return _Found(match.start(), match.end(), dates.read(match[0], at))
    if start == 0 and (match := _JUST_NOW.fullmatch(text)):
        return _Found(0, len(text), dates.read("刚刚", at))
    return None


def _stamp(
    match: re.Match[str], order: str, at: datetime, year: int | None
) -> tuple[Stamp | None, tuple[int, int] | None]:
    groups = match.groups()
    parts = dict(zip(order, groups[: len(order)], strict=True))
    half, hour, minute, second, half_after = groups[len(order) :]
    month, day = _month(parts["m"]), int(parts["d"])
    if order == "mdy" and month > 12 >= day:
        month, day = day, month
    clock = _clock(half or half_after, hour, minute, second)
    if "y" in parts or "s" in parts:
        full = int(parts["y"]) if "y" in parts else 2000 + int(parts["s"])
        return dates.read(f"{full:04}-{month:02}-{day:02}{clock}", at), None
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None, None
    if year is not None:
        return dates.read(f"{year:04}-{month:02}-{day:02}{clock}", at), None
    return dates.read(f"{month:02}-{day:02}{clock}", at), (month, day)


def _month(text: str) -> int:
    return int(text) if text.isdigit() else _MONTH_NAMES.index(text[:3].lower()) + 1


def _clock(half: str | None, hour: str | None, minute: str | None, second: str | None) -> str:
    if hour is None:
        return ""
    hours = int(hour)
    if half and half.upper() in {"下午", "晚上", "晚", "PM"} and hours < 12:
        hours += 12
    elif half and half.upper() in {"AM", "凌晨"} and hours == 12:
        hours = 0
    return f" {hours:02}:{minute}" + (f":{second}" if second else "")


def _judged(text: str, found: list[_Found]) -> Box | None:
    """Return what the dates of a box say together: the publication if one is called so, else the earlier."""
    edges = [0, *(entry.end for entry in found)]
    befores = [text[edge : entry.start] for edge, entry in zip(edges, found, strict=False)]
    rest = text[edges[-1] :]
    between = [*befores[1:], rest]
    words = _words(text, befores, rest, found)
    if words is None:
        return None
    stamps: list[tuple[Trust, Stamp, tuple[int, int] | None]] = []
    for place, (entry, before) in enumerate(zip(found, befores, strict=True)):
        after = between[place]
        is_range = bool(_RANGE.match(after)) or (place > 0 and bool(_RANGE.fullmatch(before.strip())))
        trust = _trust(before, after if place == len(found) - 1 else "")
        if is_range or trust is None or entry.stamp is None:
            continue
        stamps.append((Trust.WORDS if words and trust is Trust.ALONE else trust, entry.stamp, entry.yearless))
    if not stamps:
        return NO_PUBLICATION
    best = max(trust for trust, _, _ in stamps)
    likely = [row for row in stamps if row[0] is best]
    trust, stamp, yearless = min(likely, key=lambda entry: entry[1].moment)
    is_doubtful = len({beijing_date(row[1].moment) for row in likely}) > 1
    return Box(stamp, trust, yearless, is_doubtful)


def _trust(before: str, after: str) -> Trust | None:
    """Return how surely a date between two texts is a publication; None if it is something else's."""
    label = before[-24:]
    published, other = _last(_PUBLISHED, label), _last(_OTHER, label)
    if other and (published is None or other.start() > published.start()):
        return None
    if (published and not _NOT_OF_LABEL.search(label, published.end())) or re.match(r" ?发布", after):
        return Trust.LABELLED
    return Trust.ALONE


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return max(pattern.finditer(text), key=lambda match: match.start(), default=None)


def _words(text: str, befores: list[str], rest: str, found: list[_Found]) -> int | None:
    """Return how many words beside the dates say nothing of them; None where they are parts of a sentence."""
    for entry, before in zip(found, befores, strict=True):
        is_free = not before or before[-1] in " :([【「<|·•/,>" or _LABEL_ENDS.search(before)
        after = text[entry.end :]
        is_free_after = not after or after[0] in " )]】」>|·•/" or _ATTACHED.match(after) or _RANGE.match(after)
        if not (is_free and is_free_after):
            return None
    count = 0
    for piece in (*befores, rest):
        if _SENTENCE.search(_LOUD.sub("", piece)):
            return None
        source = _SOURCE.search(piece)
        for word in _SPLIT.split(piece[: source.start()] if source else piece):
            if not word or _BADGE.fullmatch(word) or _COUNT.fullmatch(word) or _is_label(word):
                continue
            count += 1
            if len(word) > _WORD or count > _WORDS:
                return None
    return count


_NOT_OF_LABEL = re.compile(r"(?!date|time|on\b|at\b)\b[\w]|[)\]】》」]", re.IGNORECASE)
"""Marks by which a word is no label of what follows: of `应急预案发布（2）2026-11-15` it ends a title."""
_LABEL_ENDS = re.compile(r"(?:时间|日期|于|发布|发表|on|at|date) ?$", re.IGNORECASE)


def _is_label(word: str) -> bool:
    """True if a word beside a date is the label of one, and not a word with a label's in it."""
    if word in _JOINTS:
        return True
    ends = word.endswith(("时间", "日期", "于")) and len(word) <= _LABEL_LENGTH
    return ends or any(pattern.fullmatch(word) for pattern in (_NEUTRAL, _PUBLISHED, _OTHER))
