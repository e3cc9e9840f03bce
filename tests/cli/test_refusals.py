"""What cannot be done: one Chinese sentence for each problem, on stderr, and the exit code of the contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.cli import look
from tests.cli.office import Office, free_port

FIRST = ("A01", "示例发布", "微博", "示例县教育局")

USAGE = [
    (("foo",), "没有命令 foo"),
    (("chek",), "没有命令 chek（是否应为“check”？）"),
    (("message", "foo"), "没有命令 foo"),
    (("check", "--jsn"), "没有选项 --jsn（是否应为“--json”？）"),
    (("evaluate", "--at"), "选项 --at 后面缺少值"),
    (("evaluate", "--json=1"), "选项 --json 不带值"),
    (("evaluate", "--at", "昨天"), "选项 --at 的值不对：“昨天”不是时刻，请写成 2026-05-19"),
    (("evaluate", "--at", "2026-02-30"), "“2026-02-30”不是时刻"),
    (("evaluate", "--at", "0001-01-01"), "“0001-01-01”不是时刻"),
    (("evaluate", "--known-at", "later"), "选项 --known-at 的值不对"),
    (("config", "check", "extra"), "参数过多"),
    (("export",), "缺少参数“内容”"),
    (("export", "roster"), "缺少选项 --out，用 --help 查看用法。"),
    (("export", "secrets", "--out", "x.xlsx"), "参数“内容”的值不对：可以是 roster、template"),
    (("read",), "缺少参数“采集器”"),
    (("read", "myspace", "x"), "没有采集器“myspace”，可填：apk、apple-store、"),
    (("import", "roster"), "缺少参数“文件”"),
    (("import", "roster", "x.csv", "--unit", "甲"), "--unit 要与 --replace 同用"),
    (
        ("import", "roster", "x.csv", "--as-of", "2999-01-01"),
        "选项 --as-of 的值不对：日期2999-01-01晚于今天，请改为今天或以前",
    ),
    (("import", "posts", "x.csv", "--accounts", "all"), "--accounts 要与 --complete 同用"),
    (("message", "retry"), "请写出消息编号"),
    (("message", "release"), "请写出消息编号，或用 --all"),
    (("message", "release", "1", "--all"), "请写出消息编号，或用 --all"),
    (("message", "list", "--state", "飞了"), "没有状态“飞了”，可填：待放行、"),
    (("message", "test"), "缺少参数“渠道”"),
    (("case", "show", "三"), "参数“编号”的值不对：应为整数"),
    (("case", "exempt", "3", "--until", "明天"), "选项 --until 的值不对：“明天”不是日期，请写成 2026-05-19"),
]


@pytest.mark.parametrize(("words", "why"), USAGE, ids=[" ".join(words) for words, _ in USAGE])
def test_what_is_typed_wrongly_is_one_sentence_and_exit_2(office: Office, words: tuple[str, ...], why: str) -> None:
    assert why in office.type(*words).refused(2)
    assert not office.database.exists()


SETTINGS = [
    ("hold: '也许", "xuncha.yaml 第6行：引号没有成对"),
    ("offfice: 甲", "xuncha.yaml 第6行：不认识的设置项“offfice”（是否应为“office”？）"),
    ("web:\n  bnd: 127.0.0.1:80", "xuncha.yaml 第7行：不认识的设置项“web.bnd”（是否应为“bind”？）"),
    ("web:\n  bind: 8080", "xuncha.yaml 第7行：“web.bind”应为“地址:端口”"),
    ("hold: 也许", "xuncha.yaml 第6行：“hold”应为 true 或 false"),
    ("platforms:\n  myspace: {every: 1h}", "第7行：不认识的平台或采集器“platforms.myspace”"),
    ("channels:\n  群: {url: 'dingtalk://f00d'}", "第7行：“channels.群.url”应写作 env:变量名 或 file:文件路径"),
    ("channels:\n  群: {url: 'env:XUNCHA_NOT_SET'}", "第7行：“channels.群.url”环境变量 XUNCHA_NOT_SET 没有设置"),
    ("channels:\n  群: {url: 'file:nowhere'}", "第7行：“channels.群.url”无法读取文件 nowhere"),
    ("roles:\n  liaison: [mail]", "第7行：“roles.liaison”中的“mail”不在 channels 中"),
]


@pytest.mark.parametrize(("written", "why"), SETTINGS, ids=[why for _, why in SETTINGS])
def test_what_is_wrong_with_the_settings_is_told_with_file_line_and_key(office: Office, written: str, why: str) -> None:
    office.settle(written)
    assert why in office.type("config", "check").refused()


def test_every_command_that_needs_settings_says_the_same_of_them(office: Office) -> None:
    office.settle("offfice: 甲")
    table = office.table(FIRST)
    for words in (("check",), ("evaluate",), ("import", "roster", table), ("import", "posts", table), ("run",)):
        assert "不认识的设置项" in office.type(*words).refused()
    for names in (("sample",), ("health",), ("message", "test", "群")):
        assert "不认识的设置项" in office.type(*names).refused()


def test_several_problems_are_one_line_each(office: Office) -> None:
    office.settle("hold: 也许\nweb:\n  bind: 8080\n")
    office.type("config", "check").refused(problems=2)


def test_a_missing_folder_is_one_problem_and_not_three(office: Office) -> None:
    said = office.type("--config", office.folder / "nowhere", "config", "check")
    assert f"找不到设置目录 {office.folder / 'nowhere'}" in said.refused()


@pytest.mark.parametrize("name", ["xuncha.yaml", "rules.yaml", "calendar.yaml"])
def test_a_missing_file_of_the_settings_is_named(office: Office, name: str) -> None:
    (office.folder / "config" / name).unlink()
    assert f"{name}：找不到这个文件" in office.type("config", "check").refused()


def test_a_channel_that_cannot_be_opened_is_named_and_its_secret_is_not(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XUNCHA_TEST_URL", "nosuchthing://f00dfeedf00dfeed")
    office.settle(f"channels:\n  群: {{url: 'env:XUNCHA_TEST_URL'}}\nweb:\n  bind: 127.0.0.1:{free_port()}\n")
    for words in (("config", "check"), ("message", "test", "群"), ("check",), ("run",)):
        why = office.type(*words).refused()
        assert "通知渠道“群”的设置不可用" in why
        assert "f00d" not in why


ROSTERS: list[tuple[Callable[[Office], Path], str]] = [
    (lambda office: office.folder / "没有.xlsx", "没有.xlsx：找不到这个文件"),
    (lambda office: office.folder, "无法读取这个文件"),
    (lambda office: office.table(header=("甲", "乙")), "表头应有列“账号ID”、“账号名称”、“平台”、“主办单位”"),
    (lambda office: office.table(FIRST[:3], header=("账号ID", "账号名称", "平台")), "缺少列“主办单位”"),
    (lambda office: office.table(("A01", "甲", "微薄", "乙")), "第2行“平台”列：没有“微薄”这种平台（是否应为“微博”？）"),
    (lambda office: office.table(("A01", "", "微博", "乙")), "第2行“账号名称”列：不能为空"),
    (lambda office: office.table(FIRST, FIRST), "第3行“账号ID”列：账号ID“A01”与第2行重复"),
    (
        lambda office: office.table(
            (*FIRST, "张三", "1380013800"), header=("账号ID", "账号名称", "平台", "主办单位", "联络员", "联络员手机")
        ),
        "第2行“联络员手机”列：手机号“1380013800”应为11位数字",
    ),
    (
        lambda office: office.table(
            (*FIRST, "myspace=1"), header=("账号ID", "账号名称", "平台", "主办单位", "采集方式")
        ),
        "第2行“采集方式”列：没有采集器“myspace”",
    ),
    (
        lambda office: office.table(
            (*FIRST, "weibo=abc"), header=("账号ID", "账号名称", "平台", "主办单位", "采集方式")
        ),
        "第2行“采集方式”列：“weibo=abc”等号后面应为主页地址里的 uid，只有数字",
    ),
]


@pytest.mark.parametrize(("made", "why"), ROSTERS, ids=[why for _, why in ROSTERS])
def test_a_roster_with_one_fault_is_refused_whole(office: Office, made: Callable[[Office], Path], why: str) -> None:
    office.type("db", "upgrade").done()
    before = office.content()
    refusal = office.type("import", "roster", made(office)).refused()
    assert why in refusal
    assert refusal.endswith("；没有导入任何内容。")
    assert office.content() == before


def test_every_fault_of_a_roster_is_told_at_once(office: Office) -> None:
    office.type("import", "roster", office.table(("", "甲", "微薄", "乙"), ("A02", "", "抖音", ""))).refused(problems=4)


def test_posts_of_unknown_accounts_and_of_days_to_come_are_refused(office: Office) -> None:
    office.type("import", "roster", office.table(FIRST)).done()
    before = office.content()
    header = ("账号ID", "发布时间")
    unknown = office.table(("A02", "2026-01-01"), header=header)
    assert "第2行“账号ID”列" in office.type("import", "posts", unknown).refused()
    future = office.table(("A01", "2099-01-01"), header=header)
    assert "发布时间2099-01-01 00:00晚于现在，请改为已经发布的时间" in office.type("import", "posts", future).refused()
    later = office.table(("A01", "2026-01-03 08:00"), header=header)
    assert "晚于" in office.type("import", "posts", later, "--as-of", "2026-01-02").refused()
    assert office.content() == before


def test_accounts_that_are_not_on_the_roster_are_named(office: Office) -> None:
    office.type("import", "roster", office.table(FIRST)).done()
    posts = office.table(("A01", "2026-01-01"), header=("账号ID", "发布时间"), name="posts.csv")
    before = office.content()
    for words in (
        ("check", "A01", "A99"),
        ("evaluate", "--account", "A99"),
        ("import", "posts", posts, "--complete", "--accounts", "A01,A99"),
    ):
        assert "台账中没有账号“A99”" in office.type(*words).refused()
    assert office.content() == before


def test_an_account_that_was_not_yet_known_then_is_told_apart(office: Office) -> None:
    office.type("import", "roster", office.table(FIRST)).done()
    why = office.type("evaluate", "--account", "A01", "--at", "2026-01-01").refused()
    assert "那一时刻的台账中没有账号“A01”；按现在所知判定过去，请加 --known-at now" in why
    office.type("evaluate", "--account", "A01", "--at", "2026-01-01", "--known-at", "now").done()


@pytest.mark.parametrize("verb", ["retry", "release"])
def test_a_message_that_does_not_exist_is_named(office: Office, verb: str) -> None:
    office.type("message", verb, "m-1", "m-2").refused(problems=2)
    assert office.type("message", verb, "m-1").refused() == "没有编号为m-1的消息，请核对编号。"
    assert office.type("message", "show", "m-1").refused() == "没有编号为m-1的消息，请核对编号。"


def test_a_channel_that_the_settings_do_not_know_is_named(office: Office) -> None:
    assert (
        office.type("message", "test", "群").refused()
        == "设置中没有渠道“群”，现有：无。请在 xuncha.yaml 的 channels 中设置。"
    )


@pytest.mark.parametrize(
    ("out", "why"),
    [("x.pdf", "x.pdf：文件名应以 "), ("no/where/x.xlsx", "x.xlsx：无法写入")],
)
@pytest.mark.parametrize("what", ["template", "roster", "findings", "cases", "messages"])
def test_a_file_that_cannot_be_written_is_named(office: Office, what: str, out: str, why: str) -> None:
    assert why in office.type("export", what, "--out", out).refused()


def test_a_page_that_cannot_be_opened_is_named(office: Office) -> None:
    assert office.type("read", "feed", "nowhere").refused() == "找不到文件 nowhere。"
    assert office.type("read", "feed", "config").refused() == "config 是目录，不是文件。"


DATABASE_COMMANDS = (
    ("evaluate",),
    ("check",),
    ("message", "list"),
    ("message", "retry", "x"),
    ("db", "upgrade"),
    ("export", "roster", "--out", "x.csv"),
    ("run",),
)


@pytest.mark.file
@pytest.mark.parametrize("words", DATABASE_COMMANDS, ids=" ".join)
def test_what_is_not_a_database_is_left_alone(office: Office, words: tuple[str, ...]) -> None:
    office.database.parent.mkdir()
    office.database.write_text("账号ID,账号名称\n" * 1000, encoding="utf-8")
    assert f"文件 {office.database} 不是数据库" in office.type(*words).refused()
    assert office.database.read_text(encoding="utf-8").startswith("账号ID")


@pytest.mark.parametrize("words", DATABASE_COMMANDS, ids=" ".join)
def test_a_database_from_the_future_is_left_alone(office: Office, words: tuple[str, ...]) -> None:
    office.type("db", "upgrade").done()
    with sa.create_engine(office.address, poolclass=sa.NullPool).begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    before = office.content()
    office.type(*words).refused()
    assert office.content() == before


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://root:geheim@db/x", "数据库只支持 SQLite 和 PostgreSQL"),
        ("geheim", "数据库地址无法识别"),
        ("sqlite://", "数据库地址缺少文件名"),
        ("sqlite:////proc/nowhere/geheim/x.db", "无法创建数据库所在的文件夹"),
    ],
)
def test_an_address_of_no_database_is_one_sentence(office: Office, url: str, why: str) -> None:
    assert why in office.type("--db", url, "db", "upgrade").refused()


@pytest.fixture
def sealed(office: Office) -> Iterator[Callable[[Path], None]]:
    """Yield what makes a folder and its files unwritable."""
    sealed: list[Path] = []

    def seal(folder: Path) -> None:
        for path in (*folder.glob("*"), folder):
            path.chmod(0o555 if path.is_dir() else 0o444)
            sealed.append(path)

    yield seal
    for path in sealed:
        path.chmod(0o755)


@pytest.mark.file
@pytest.mark.parametrize("words", [("db", "upgrade"), ("run",), ("sample",)], ids=" ".join)
def test_a_folder_that_cannot_be_written_is_one_sentence(
    office: Office, sealed: Callable[[Path], None], words: tuple[str, ...]
) -> None:
    sealed(office.folder)
    why = office.process(*words, is_mortal=True).refused()
    assert re.search("无法(创建|写入)", why)
    assert "请检查" in why


@pytest.mark.file
@pytest.mark.parametrize("words", [("db", "upgrade"), ("message", "retry", "x"), ("run",)], ids=" ".join)
def test_a_database_that_cannot_be_written_is_one_sentence(
    office: Office, sealed: Callable[[Path], None], words: tuple[str, ...]
) -> None:
    office.type("db", "upgrade").done()
    sealed(office.database.parent)
    assert str(office.database) in office.process(*words, is_mortal=True).refused()


def test_a_bug_is_one_sentence_that_says_where(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Path) -> bytes:
        raise KeyError("access_token=geheim")

    monkeypatch.setattr(look, "_content", broken)
    why = office.type("read", "feed", "x").refused()
    assert why.startswith("程序内部错误（KeyError, ")
    assert "XUNCHA_DEBUG=1" in why
    assert "geheim" not in why


def test_an_interruption_is_one_word(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: Path) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(look, "_content", interrupted)
    said = office.type("read", "feed", "x")
    assert (said.code, said.err.strip()) == (1, "已中止。")
