"""Publication records: whose post it is, and when it was published."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.core.account import Platform
from monitor.core.observation import Post, Precision
from monitor.ledger import LedgerError
from monitor.ledger.posts import read_posts
from tests.ledger.making import account, table

HEADER = ("账号ID", "发布时间", "标题", "链接")
NOW = datetime(2026, 5, 20, tzinfo=UTC)
ACCOUNTS = (
    account(),
    account("jy-002", name="缙云旅游", platform=Platform.WEIBO, platform_id="5719123456"),
    account("jy-003", name="缙云旅游", platform=Platform.DOUYIN),
    account("jy-004", name="缙云旅游", platform=Platform.DOUYIN),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "发布记录.xlsx"


def faults(path: Path) -> list[str]:
    with pytest.raises(LedgerError) as caught:
        read_posts(path, ACCOUNTS, not_after=NOW)
    return [str(fault).removeprefix("发布记录.xlsx “Sheet1”") for fault in caught.value.faults]


def test_a_post_has_its_moment_in_utc_its_title_and_its_link(path: Path) -> None:
    table(path, HEADER, ("jy-001", "2026-05-19 08:30", "开会\n了", "https://mp.weixin.qq.com/s/1"))

    assert read_posts(path, ACCOUNTS).by_account == {
        "jy-001": (
            Post(
                published_at=datetime(2026, 5, 19, 0, 30, tzinfo=UTC),
                precision=Precision.MINUTE,
                title="开会了",
                url="https://mp.weixin.qq.com/s/1",
            ),
        )
    }


@pytest.mark.parametrize(
    ("written", "moment", "precision"),
    [
        ("2026-05-19", (2026, 5, 18, 16), Precision.DAY),
        (46161, (2026, 5, 18, 16), Precision.DAY),
        (46161.354166666664, (2026, 5, 19, 0, 30), Precision.MINUTE),
        (datetime(2026, 5, 19), (2026, 5, 18, 16), Precision.MINUTE),  # noqa: DTZ001 - as Excel gives it, with a clock
        (datetime(2026, 5, 19, 8, 30), (2026, 5, 19, 0, 30), Precision.MINUTE),  # noqa: DTZ001 - as above
        (datetime(2026, 5, 19, 8, 30, 1), (2026, 5, 19, 0, 30, 1), Precision.SECOND),  # noqa: DTZ001 - as above
        ("2026/5/19 8:30:15", (2026, 5, 19, 0, 30, 15), Precision.SECOND),
        ("2026年5月19日8时30分", (2026, 5, 19, 0, 30), Precision.MINUTE),
        ("2026年5月19日 下午3点", (2026, 5, 19, 7), Precision.MINUTE),
        ("2026年5月19日 星期二 08：30", (2026, 5, 19, 0, 30), Precision.MINUTE),
        ("20260519 0:05", (2026, 5, 18, 16, 5), Precision.MINUTE),
        ("2026-05-19T08:30:00Z", (2026, 5, 19, 8, 30), Precision.SECOND),
    ],
)
def test_times_are_beijings_and_as_exact_as_they_are_written(
    path: Path, written: object, moment: tuple[int, ...], precision: Precision
) -> None:
    table(path, HEADER, ("jy-001", written, "", ""))
    [post] = read_posts(path, ACCOUNTS).by_account["jy-001"]

    assert (post.published_at, post.precision) == (datetime(*moment, tzinfo=UTC), precision)  # type: ignore[arg-type,misc] # five numbers at most


def test_a_date_cell_without_a_clock_is_known_to_the_day(path: Path) -> None:
    table(path, HEADER, ("jy-001", datetime(2026, 5, 19).date(), "", ""))  # noqa: DTZ001 - a date
    [post] = read_posts(path, ACCOUNTS).by_account["jy-001"]

    assert post.precision is Precision.DAY


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (("账号ID",), ("jy-002",)),
        (("平台", "平台标识"), ("微博", 5719123456)),
        (("平台", "账号名称"), ("微博", "缙云旅游")),
    ],
)
def test_an_account_is_named_by_its_id_or_by_platform_and_id_or_name(
    path: Path, header: tuple[str, ...], row: tuple[object, ...]
) -> None:
    table(path, (*header, "发布时间"), (*row, "2026-05-19"))

    assert read_posts(path, ACCOUNTS).named == {"jy-002"}


def test_posts_come_newest_first_and_a_post_given_twice_is_one(path: Path) -> None:
    link = "https://x.gov.cn/1"
    rows = [
        ("jy-001", "2026-05-01", "一", ""),
        ("jy-001", "2026-05-03", "三", link),
        ("jy-001", "2026-05-03", "三", link),
    ]
    table(path, HEADER, *rows)

    assert [post.title for post in read_posts(path, ACCOUNTS).by_account["jy-001"]] == ["三", "一"]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("jy-01", "", "", "2026-05-19"), "第2行“账号ID”列：台账中没有账号ID“jy-01”（是否应为“jy-001”？）"),
        (("", "微博", "县府办", "2026-05-19"), "第2行“账号名称”列：台账中该平台没有账号名称为“县府办”的账号"),
        (
            ("", "抖音", "缙云旅游", "2026-05-19"),
            "第2行“账号名称”列：台账中有2个账号的账号名称是“缙云旅游”（jy-003、jy-004），请填写账号ID",
        ),
        (("", "", "缙云旅游", "2026-05-19"), "第2行：没有写明账号：请填写账号ID，或平台和平台标识，或平台和账号名称"),
        (("jy-001", "", "", ""), "第2行“发布时间”列：不能为空"),
        (("jy-001", "", "", "11-18"), "第2行“发布时间”列：日期“11-18”无法识别，应如 2026-05-19 或 2026年5月19日"),
        (("jy-001", "", "", "昨天"), "第2行“发布时间”列：日期“昨天”无法识别，应如 2026-05-19 或 2026年5月19日"),
        (
            ("jy-001", "", "", "2027-05-19 08:30"),
            "第2行“发布时间”列：发布时间2027-05-19 08:30晚于现在，请改为已经发布的时间",
        ),
    ],
)
def test_each_bad_row_gets_one_sentence(path: Path, row: tuple[str, ...], sentence: str) -> None:
    assert faults(table(path, ("账号ID", "平台", "账号名称", "发布时间"), row)) == [sentence]


def test_an_unknown_platform_is_told_once(path: Path) -> None:
    [said] = faults(table(path, ("平台", "账号名称", "发布时间"), ("博客", "缙云旅游", "2026-05-19")))

    assert said.startswith("第2行“平台”列：没有“博客”这种平台")


def test_a_file_of_posts_needs_an_account_and_a_time(path: Path) -> None:
    assert faults(table(path, ("标题", "链接"), ("一", "https://x"))) == ["第1行：缺少列“账号ID”、“发布时间”"]


def test_a_file_without_posts_says_so(path: Path) -> None:
    posts = read_posts(table(path, HEADER), ACCOUNTS)

    assert (posts.named, posts.warnings) == (
        frozenset(),
        ("发布记录.xlsx：文件中没有可导入的发布记录，请核对是否选错文件或表头位置",),
    )
