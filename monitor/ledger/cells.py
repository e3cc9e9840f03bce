"""The meaning of a cell: each reader takes one filled cell, and says in Chinese why it cannot be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from monitor.core.account import Labelled
from monitor.core.calendar import BEIJING, beijing_date, start_of_day
from monitor.core.observation import Precision
from monitor.ledger.book import Cell
from monitor.ledger.fault import BadCellError, did_you_mean
from monitor.ledger.synonyms import member_meant, members_meant

Value = TypeVar("Value")
Word = TypeVar("Word", bound=Labelled)
AnyDay = TypeVar("AnyDay", date, datetime)
Listed = Callable[[Cell], "tuple[str | None, ...]"]
"""A reader of several phones, mails or ids in one cell."""

_SERIALS_BELOW = 100_000
"""Larger numbers are no days of a spreadsheet, but dates such as 20260519."""
_YEARS = range(1994, 2101)
"""Nothing that is kept here is older than the first line of this country to the internet; 1900, 1904 and 1970 are what
programs write for want of a date."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
_EXACT_DIGITS = 15
_PHONE_DIGITS = 11
_LONGEST_ID = 200
ENDINGS_OF_PAGES = frozenset({"deregistration", "edit", "handover.docx", "looks", "posts"})
"""What follows an account's id in addresses of pages about it: no id may end so."""
PAGES_BESIDE_ACCOUNTS = frozenset({"new"})
"""What stands in addresses where an account's id does: no id may be that."""
_LONGEST_SPAN = 100
"""Characters of two days: each mark between them might be the one."""
_SEPARATORS = re.compile(r"[、，,;；/\n]")

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_ENGLISH = re.compile(
    r"(?:(?P<day>\d{1,2})[\s-](?P<name>[a-z]{3,9})|(?P<name_first>[a-z]{3,9})\.?[\s-](?P<day_last>\d{1,2}),?)"
    r"[\s,-]+(?P<year>\d{4})"
)
"""19-May-2026, 19 May 2026 and May 19, 2026; 05/06/2026 might be May or June."""
_DATE = r"(?P<year>\d{4})(?:年|[-/.])(?P<month>\d{1,2})(?:月|[-/.])(?P<day>\d{1,2})日?|(?P<digits>(?:19|20)\d{6})"
_WEEKDAY = r"\(?(?:星期|周)[一二三四五六日天]\)?"
_CLOCK = (
    r"(?P<half>上午|下午|晚上)?\s*(?P<hour>\d{1,2})(?::|时|点)"
    r"(?:(?P<minute>\d{1,2})分?)?(?::?(?P<second>\d{1,2})秒?)?"
)
_MOMENT = re.compile(rf"(?:{_DATE})\s*(?:{_WEEKDAY})?[T\s]*(?:{_CLOCK})?")
_MONTH = re.compile(r"(?P<year>\d{4})(?:年|[-/.])(?P<month>\d{1,2})月?份?|(?P<digits>(?:19|20)\d{4})")
_UNSURE_MONTH = re.compile(r"\d{4}\.1")
_FOR_EVER = frozenset({"长期", "长期有效", "永久", "永久有效", "无期限"})
_NUMERALS = str.maketrans("〇零○一二三四五六七八九", "000123456789")


@dataclass(frozen=True, slots=True)
class CellMoment:
    """A moment in UTC, and how exactly the cell gives it."""

    at: datetime
    precision: Precision


@dataclass(frozen=True, slots=True)
class Hinted(Generic[Value]):
    """A value that a cell does not quite say, and the sentence for people that says so."""

    value: Value
    remark: str


@dataclass(frozen=True, slots=True)
class Week:
    """A week as it was written, and the Monday in it."""

    label: str
    begins_on: date


UNCOUNTED = "是公式，文件里没有保存它的计算结果，请在 Excel 或 WPS 中打开并保存一次，或改填数值、文字"


def is_blank(cell: Cell) -> bool:
    """True if nothing can be seen in the cell."""
    if cell.is_uncounted:
        return False
    return cell.value is None or (isinstance(cell.value, str) and not _clean(cell.value))


def show(cell: Cell) -> str:
    """Return what stands in a cell, short enough for a sentence."""
    value = cell.value
    return one_line(_clean(value) if isinstance(value, str) else str(value))


def one_line(written: str) -> str:
    """Return a text short enough for a sentence."""
    shown = written.replace("\n", " ")
    return shown if len(shown) <= 40 else f"{shown[:40]}…"  # noqa: PLR2004 - about one line


def note(cell: Cell) -> str:
    """Return a text that may have several lines."""
    value = cell.value
    if cell.is_uncounted:
        raise BadCellError(UNCOUNTED)
    if cell.is_error:
        raise BadCellError(f"公式出错（{value}），请填写数值或文字")
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" if cell.has_clock else f"{value:%Y-%m-%d}"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and abs(value) >= 10**_EXACT_DIGITS:
        raise BadCellError(
            f"数字“{one_line(str(value))}”超过{_EXACT_DIGITS}位，Excel 已不能保留全部数字，请把单元格改为文本格式后重填"
        )
    return str(value)


def text(cell: Cell) -> str:
    """Return a text of one line."""
    written = note(cell)
    return "".join(part.strip() for part in written.split("\n")) if "\n" in written else written


def identifier(cell: Cell) -> str:
    """Return an id: half-width, without blanks."""
    found = "".join(unicodedata.normalize("NFKC", text(cell)).split())
    if isinstance(cell.value, str) and re.fullmatch(r"\d(\.\d+)?[Ee]\+\d+", found):
        raise BadCellError(f"“{found}”是科学计数，已丢失原来的数字，请把单元格改为文本格式后重填")
    return found


def account_id(cell: Cell) -> str:
    """Return an account's id: it stands in addresses of pages, where some would lead elsewhere, or nowhere."""
    found = identifier(cell)
    *parents, last = found.replace("\\", "/").split("/")
    if not {".", ".."}.isdisjoint((*parents, last)):
        raise BadCellError(f"“{one_line(found)}”不能作账号ID：用斜线分开的一段不能只是 . 或 ..")
    if parents and "" in (*parents, last):
        raise BadCellError(f"“{one_line(found)}”不能作账号ID：斜线不能在两端，也不能连写")
    if parents and last in ENDINGS_OF_PAGES:
        raise BadCellError(f"“{one_line(found)}”不能作账号ID：不能以 /{last} 结尾")
    if found in PAGES_BESIDE_ACCOUNTS:
        raise BadCellError(f"“{found}”不能作账号ID：页面地址里已有它用")
    if len(found) > _LONGEST_ID:
        raise BadCellError(f"“{one_line(found)}”不能作账号ID：最多{_LONGEST_ID}个字")
    return found


def pairs(cell: Cell) -> str:
    """Return what 采集方式 says: one line, a line break counting as a semicolon."""
    first, *others = note(cell).split("\n")
    lines = [first.rstrip(), *filter(None, (line.strip() for line in others))]
    written = ";".join([*(re.sub(r"[;；]$", "", line) for line in lines[:-1]), lines[-1]])
    return written.replace("＝", "=")


def address(cell: Cell) -> str:
    """Return a web address."""
    found = text(cell)
    try:
        parts = urlsplit(found)
        usable = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or re.search(r"\s", found):
        raise BadCellError(f"网址“{show(cell)}”应以 http:// 或 https:// 开头")
    return found


def count(cell: Cell) -> int:
    """Return a whole number that is not negative; `1.2万` and `12,345` are understood."""
    written = unicodedata.normalize("NFKC", text(cell)).replace(",", "").replace(" ", "")
    match = re.fullmatch(r"(\d{1,12})(?:\.(\d{1,4}))?(万)?[+人个]?", written)
    if match is None or (match[2] and not match[3] and int(match[2])):
        raise BadCellError(f"“{show(cell)}”应为数字")
    tenths = (match[2] or "").ljust(4, "0")
    return int(match[1]) * 10_000 + int(tenths) if match[3] else int(match[1])


def ordinal(cell: Cell) -> int:
    """Return a number from 1 on; `第3期` is understood."""
    written = unicodedata.normalize("NFKC", text(cell))
    match = re.fullmatch(r"第?\s*([1-9]\d{0,8})\s*期?", written)
    if match is None:
        raise BadCellError(f"“{show(cell)}”应为整数，如 3 或 第3期")
    return int(match[1])


def decimal(cell: Cell) -> str:
    """Return a decimal number as it is printed, `85.30` with its zero; Excel's own numbers have no such zeros."""
    value = cell.value
    if isinstance(value, float):
        written = f"{value:.{_EXACT_DIGITS}g}"  # 0.1 + 0.2 is 0.3 in a spreadsheet
    else:
        written = unicodedata.normalize("NFKC", text(cell)).replace(",", "")
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,12})?", written):
        raise BadCellError(f"“{show(cell)}”应为数字，没有数值的请留空")
    return written


def week(cell: Cell) -> Week:
    """Return a week: `2026-W10`, `2026年第10周`, or the seven days from … to …; anything else might be any week."""
    label = text(cell)
    written = re.sub(r"\s", "", unicodedata.normalize("NFKC", label))
    begins_on = _numbered_week(written) or _seven_days(written)
    if begins_on is None:
        raise BadCellError(f"周次“{show(cell)}”应如 2026-W10、2026年第10周，或 2026-03-02至2026-03-08（七天）")
    return Week(label=label, begins_on=begins_on)


def yes_no(cell: Cell) -> bool:
    """Return whether the cell says yes."""
    word = text(cell)
    if word not in {"是", "否"}:
        raise BadCellError(f"“{show(cell)}”应为“是”或“否”")
    return word == "是"


def one_of(kind: type[Word], noun: str) -> Callable[[Cell], Word | Hinted[Word]]:
    """Return a reader of a closed list of words; one that may mean several is asked about, and never guessed."""
    words = [member.label for member in kind]

    def read(cell: Cell) -> Word | Hinted[Word]:
        word = identifier(cell)
        found = kind.labelled(word)
        if found is not None:
            return found
        meant = member_meant(kind, word)
        if isinstance(meant, kind):
            return Hinted(meant, f"“{word}”按“{meant.label}”导入")
        if several := members_meant(kind, word):
            *others, last = (f"“{member.label}”" for member in several)
            raise BadCellError(f"“{word}”可能是{'、'.join(others)}或{last}，请写明是哪一种")
        raise BadCellError(f"没有“{word}”这种{noun}{did_you_mean(word, words)}（可填：{'、'.join(words)}）")

    return read


def day(cell: Cell) -> date:
    """Return a date."""
    return beijing_date(moment(cell).at)


def day_from(cell: Cell) -> date | Hinted[date]:
    """Return a date; year and month alone mean the first day of the month, as spreadsheet programs take them."""
    month = _month(cell)
    return Hinted(month, "只写了年月，按当月1日计") if month else day(cell)


def day_until(cell: Cell) -> date | Hinted[date]:
    """Return the date up to which something holds; year and month alone mean the last day of the month."""
    month = _month(cell)
    if month is None:
        return day(cell)
    return Hinted((month + timedelta(days=31)).replace(day=1) - timedelta(days=1), "只写了年月，按当月最后一日计")


def day_until_or_ever(cell: Cell) -> date | Hinted[date] | Hinted[None]:
    """Return the date up to which something holds; None for what holds for ever."""
    if isinstance(cell.value, str) and text(cell) in _FOR_EVER:
        return Hinted(None, f"“{text(cell)}”按没有到期日计")
    return day_until(cell)


def moment(cell: Cell) -> CellMoment:
    """Return a moment; without a zone it is Beijing's, without a clock it is the day."""
    value = cell.value
    if cell.is_uncounted or cell.is_error:
        note(cell)
    if _month(cell):
        raise BadCellError(f"日期“{show(cell)}”只写到月，请写明是哪一天")
    found: CellMoment | None = None
    if isinstance(value, datetime):
        found = _from_excel(_sensible(value, show(cell)), has_clock=cell.has_clock)
    elif isinstance(value, date):
        found = CellMoment(start_of_day(_sensible(value, show(cell))), Precision.DAY)
    elif (counted := _counted(cell)) is not None:
        found = _from_excel(counted, has_clock=counted.time() != datetime.min.time())
    elif isinstance(value, str | int | float):
        found = _from_text(unicodedata.normalize("NFKC", text(cell)))
    if found is None:
        raise BadCellError(f"日期“{show(cell)}”无法识别，应如 2026-05-19 或 2026年5月19日")
    return found


def _sensible(value: AnyDay, shown: str) -> AnyDay:
    """Return a day unless it can only be a slip."""
    if value.year not in _YEARS:
        raise BadCellError(f"日期“{shown}”不在{_YEARS.start}年至{_YEARS.stop - 1}年之间，请核对")
    return value


def _counted(cell: Cell) -> datetime | None:
    """Return the day that a bare number stands for, if it is one: days since the first day of its workbook."""
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value < _SERIALS_BELOW:
        return None
    found = cell.epoch + timedelta(days=value)
    return found if found.year in _YEARS else None


def _month(cell: Cell) -> date | None:
    """Return the first day of the month, if a cell says no more than that."""
    value = cell.value
    if isinstance(value, datetime):
        return _sensible(value, show(cell)).date().replace(day=1) if cell.shows_month else None
    if isinstance(value, bool) or not isinstance(value, str | int | float) or _counted(cell):
        return None
    written = re.sub(r"\s", "", unicodedata.normalize("NFKC", text(cell)))
    match = _MONTH.fullmatch(_arabic(written))
    if match is None:
        return None
    if _UNSURE_MONTH.fullmatch(written):
        raise BadCellError(f"“{written}”可能是1月也可能是10月，请写成 {written[:4]}年1月 或 {written[:4]}年10月")
    digits = match["digits"]
    year, month = (digits[:4], digits[4:]) if digits else (match["year"], match["month"])
    if not 1 <= int(month) <= 12 or int(year) == 0:  # noqa: PLR2004 - months
        return None
    return _sensible(date(int(year), int(month), 1), show(cell))


def names(cell: Cell) -> tuple[str, ...]:
    """Return the people named in a cell."""
    parts = (part.strip() for part in _SEPARATORS.split(note(cell)))
    return tuple(re.sub(r"^(\w)\s+(\w)$", r"\1\2", part) for part in parts if part)  # 张 三 is one person


def listed(read: Callable[[str], str]) -> Listed:
    """Return a reader of several phones, mails or ids in one cell; what is left out between separators is None."""

    def split(cell: Cell) -> tuple[str | None, ...]:
        parts = [unicodedata.normalize("NFKC", part).strip() for part in _SEPARATORS.split(note(cell))]
        while parts and not parts[-1]:
            parts.pop()
        return tuple(read(part) if part else None for part in parts)

    return split


def phone(written: str) -> str:
    """Return a mobile number as its 11 digits."""
    digits = re.sub(r"[\s()\-\u2010-\u2015]", "", written)
    digits = re.sub(r"^(\+|00)?86(?=1\d{10}$)", "", digits)
    if not (digits.isascii() and digits.isdigit() and len(digits) == _PHONE_DIGITS):
        raise BadCellError(f"手机号“{written[:40]}”应为{_PHONE_DIGITS}位数字")
    if not digits.startswith("1"):
        raise BadCellError(f"手机号“{written[:40]}”应以1开头，请填写手机而不是座机")
    return digits


def mail(written: str) -> str:
    """Return a mail address; its domain may be Chinese."""
    local, _, domain = written.rpartition("@")
    if local and not local.isascii():
        raise BadCellError(f"邮箱“{written[:40]}”的@前面只能用英文字母、数字和符号，请改填英文邮箱")
    try:
        known = f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        known = ""
    if not re.fullmatch(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+", known):
        raise BadCellError(f"邮箱“{written[:40]}”应如 name@example.cn")
    return written


def dingtalk(written: str) -> str:
    """Return a DingTalk id."""
    if not re.fullmatch(r"[A-Za-z0-9_.@$:\-]+", written):
        raise BadCellError(f"钉钉号“{written[:40]}”只能有字母、数字和 _ . - @ $")
    return written


def _clean(written: str) -> str:
    """Return a text without what cannot be seen: zero-width and control characters, outer blanks."""
    if written.isprintable():
        return written.strip()
    lines = written.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\u3000", " ")
    return "".join(mark for mark in lines if mark == "\n" or unicodedata.category(mark) not in _UNSEEN).strip()


def _from_excel(value: datetime, *, has_clock: bool) -> CellMoment:
    rounded = (value + timedelta(milliseconds=500)).replace(microsecond=0)  # Excel counts in fractions of a day
    if not has_clock and rounded.time() == datetime.min.time():
        return CellMoment(start_of_day(rounded.date()), Precision.DAY)
    precision = Precision.SECOND if rounded.second else Precision.MINUTE
    return CellMoment(rounded.replace(tzinfo=BEIJING).astimezone(UTC), precision)


def _from_text(written: str) -> CellMoment | None:
    if re.search(r"(Z|[+-]\d{2}:?\d{2})$", written) and "T" in written:
        return _from_iso(written)
    match = _MOMENT.fullmatch(_arabic(_figures(written)))
    if match is None:
        return None
    digits = match["digits"]
    parts = (digits[:4], digits[4:6], digits[6:]) if digits else (match["year"], match["month"], match["day"])
    try:
        found = date(*(int(part) for part in parts))
    except ValueError:
        return None
    _sensible(found, written)
    try:
        return _at_clock(found, match)
    except ValueError:
        return None


def _from_iso(written: str) -> CellMoment | None:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return CellMoment(_sensible(found, written).astimezone(UTC), Precision.SECOND)


def _at_clock(found: date, match: re.Match[str]) -> CellMoment:
    if match["hour"] is None:
        return CellMoment(start_of_day(found), Precision.DAY)
    hour = int(match["hour"])
    if match["half"] in {"下午", "晚上"} and hour < 12:  # noqa: PLR2004 - noon
        hour += 12
    local = datetime(found.year, found.month, found.day, hour, int(match["minute"] or 0), tzinfo=BEIJING)
    local = local.replace(second=int(match["second"] or 0))
    return CellMoment(local.astimezone(UTC), Precision.SECOND if match["second"] else Precision.MINUTE)


def _numbered_week(written: str) -> date | None:
    """Return the Monday of a week of ISO 8601, which 第10周 is taken for."""
    match = re.fullmatch(r"(\d{4})(?:-?[Ww](\d{1,2})|年第?(\d{1,2})周)", written)
    if match is None or int(match[1]) not in _YEARS:
        return None
    try:
        return date.fromisocalendar(int(match[1]), int(match[2] or match[3]), 1)
    except ValueError:
        return None


def _seven_days(written: str) -> date | None:
    """Return the Monday among the seven days of `2026-03-02至2026-03-08`; the second year and month may be left out."""
    if len(written) > _LONGEST_SPAN:
        return None
    for mark in re.finditer(r"至|到|--?|[~〜\u2010-\u2015]+", written):
        first, second = written[: mark.start()], written[mark.end() :]
        month = re.match(r".*[月/.-]", first)
        ends = (second, first[:5] + second, f"{month[0] if month else ''}{second}")
        begin, end = _from_text(first), next((one for written in ends if (one := _from_text(written))), None)
        if begin and end and begin.precision is end.precision is Precision.DAY:
            return _monday(beijing_date(begin.at), beijing_date(end.at))
    return None


def _monday(first: date, last: date) -> date | None:
    if (last - first).days != 6 or first.year not in _YEARS:  # noqa: PLR2004 - a week
        return None
    return first + timedelta(days=-first.weekday() % 7)


def _figures(written: str) -> str:
    """Return a date with an English month as figures; others are left as they are."""
    match = _ENGLISH.fullmatch(written.strip().lower())
    name = (match["name"] or match["name_first"]) if match else "-"
    month = next((number for number, full in enumerate(_MONTHS, start=1) if full.startswith(name)), None)
    if match is None or month is None:
        return written
    return f"{match['year']}-{month}-{match['day'] or match['day_last']}"


def _arabic(written: str) -> str:
    """Return a date such as 二〇二六年五月十九日 with digits; others are left as they are."""
    if not re.match(r"[〇零○一二三四五六七八九]{4}年", written):
        return written
    tens = re.sub(
        r"([一二三四五六七八九])?十([一二三四五六七八九])?",
        lambda match: f"{match[1] or 1}{match[2] or 0}",
        written,
    )
    return tens.translate(_NUMERALS)
