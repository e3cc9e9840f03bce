"""What an office may write in config/, and what it is told when it is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.account import Platform
from monitor.core.calendar import at_beijing
from monitor.core.finding import Strength
from monitor.settings import Settings, SettingsError, load

SHIPPED = Path(__file__).parents[1] / "config"

OFFICE = "office:\n  name: 县府办\n  areas: [缙云县]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the shipped settings."""
    for name in ("xuncha.yaml", "rules.yaml", "calendar.yaml"):
        shutil.copy(SHIPPED / name, tmp_path / name)
    return tmp_path


def loaded(folder: Path, text: str, env: Mapping[str, str] | None = None) -> Settings:
    (folder / "xuncha.yaml").write_text(OFFICE + text, encoding="utf-8")
    return load(folder, env or {})


def complaints(folder: Path, text: str, *, name: str = "xuncha.yaml", head: str = OFFICE) -> list[str]:
    """Return what is said about a file, without the folder in front of its name."""
    (folder / name).write_text(head + text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(folder, {})
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_the_shipped_settings_load_as_they_are_and_hold_every_message() -> None:
    settings = load(SHIPPED, {})

    assert settings.hold
    assert settings.office.areas == ("示例县",)
    assert settings.office.signature == "示例县政府信息公开中心"
    assert settings.channels == {}


def test_the_commented_examples_of_the_shipped_settings_are_valid(folder: Path) -> None:
    lines = (SHIPPED / "xuncha.yaml").read_text(encoding="utf-8").splitlines()
    opened = [line.replace(": {}", ":") if line.endswith(": {}") else line for line in lines]
    examples = [line[1:] if line.startswith("#  ") else line.replace("  # phone", "  phone") for line in opened]
    (folder / "xuncha.yaml").write_text("\n".join(examples).replace("file:/run/secrets/mail", "env:MAIL"), "utf-8")

    settings = load(folder, dict.fromkeys(("XUNCHA_DINGTALK", "XUNCHA_WECHAT_SECRET", "XUNCHA_HEARTBEAT", "MAIL"), "x"))

    assert settings.platforms["weibo"].every == timedelta(hours=6)
    assert settings.grants["shili-fabu"].collector == "wechat-official"
    assert set(settings.channels) == {"dingtalk", "mail"}
    assert settings.office.phone == "0578-0000000"


@pytest.mark.parametrize("name", ["key", "api_token", "metrics_token"])
def test_a_key_or_token_that_could_be_guessed_is_refused(folder: Path, name: str) -> None:
    (folder / "xuncha.yaml").write_text(f"{OFFICE}web: {{{name}: 'env:KEY'}}\n", encoding="utf-8")
    for short in ("x", "x" * 31, f" {'x' * 31} "):
        with pytest.raises(SettingsError, match=f"“web.{name}” 太短"):
            load(folder, {"KEY": short})
    assert getattr(load(folder, {"KEY": "x" * 32}).web, name)
    assert getattr(load(folder, None).web, name)


def test_what_is_not_written_has_the_documented_default(folder: Path) -> None:
    settings = loaded(folder, "")

    assert settings.hours.windows == ((time(8, 45), time(11, 30)), (time(14, 30), time(17, 0)))
    assert settings.hours.digest == time(8, 45)
    assert settings.hold
    assert settings.dispatch == "embedded"
    assert settings.web.bind == ("127.0.0.1", 8080)
    assert settings.office.signature == "县府办"


def test_everything_that_can_be_set_is_read(folder: Path) -> None:
    settings = loaded(
        folder,
        """
hours: {windows: ["0:00-24:00"], digest: 7:30, every_day: true}
platforms:
  weibo: {every: 90m, per_minute: 5, base_url: "http://127.0.0.1:9000/", canary: "1"}
channels:
  dingtalk: {url: "env:D", base_url: "http://127.0.0.1:9001"}
  mail: {url: "env:M", per_minute: 60}
roles: {liaison: [dingtalk, mail, group], leader: [mail], operator: [mail]}
network: {allow: [10.0.0.0/8, "fd00::/8"], proxy: "http://10.0.0.1:3128", timeout: 5s}
review: {steps: [propose], workdays: 2}
hold: false
heartbeat: {url: "https://hc.example/abc", peer: mail}
dispatch: procrastinate
retention: {evidence: 30d}
web: {bind: "[::1]:80", base_url: "https://x.gov.cn/", trusted_proxies: [10.0.0.1/32]}
""",
        {"D": "dingtalk://token", "M": "mailto://u:p@x"},
    )

    assert settings.hours.every_day
    assert settings.platforms["weibo"].every == timedelta(minutes=90)
    assert settings.platforms["weibo"].base_url == "http://127.0.0.1:9000"
    assert settings.channels["dingtalk"].url.reveal() == "dingtalk://token"
    assert settings.roles.liaison == ("dingtalk", "mail", "group")
    assert [str(network) for network in settings.network.allow] == ["10.0.0.0/8", "fd00::/8"]
    assert settings.network.timeout == timedelta(seconds=5)
    assert settings.heartbeat.peer == "mail"
    assert settings.heartbeat.url
    assert settings.heartbeat.url.reveal() == "https://hc.example/abc"
    assert settings.web.bind == ("::1", 80)
    assert settings.web.base_url == "https://x.gov.cn"


def test_a_group_left_empty_counts_as_not_written(folder: Path) -> None:
    assert loaded(folder, "channels:\nroles:\nheartbeat:\n").channels == {}


def test_settings_saved_by_windows_notepad_load(folder: Path) -> None:
    (folder / "xuncha.yaml").write_text(OFFICE.replace("\n", "\r\n"), encoding="utf-8-sig")

    assert load(folder, {}).office.name == "县府办"


def test_a_misspelt_key_is_refused_with_its_line_and_the_nearest_word(folder: Path) -> None:
    assert complaints(folder, "chanels:\n") == ["xuncha.yaml 第4行：不认识的设置项“chanels”（是否应为“channels”？）。"]


def test_a_misspelt_key_deep_inside_is_named_by_its_whole_place(folder: Path) -> None:
    text = "platforms:\n  weibo:\n    evry: 6h\n"

    assert complaints(folder, text) == [
        "xuncha.yaml 第6行：不认识的设置项“platforms.weibo.evry”（是否应为“every”？）。"
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("hold: yes\n", "xuncha.yaml 第4行：“hold”应为 true 或 false。"),
        ("hours:\n  every_day: 1\n", "xuncha.yaml 第5行：“hours.every_day”应为 true 或 false。"),
        ("hours: 08:45-11:30\n", "xuncha.yaml 第4行：“hours”应为一组“名称: 值”。"),
        ("hours:\n  windows: 08:45-11:30\n", "xuncha.yaml 第5行：“hours.windows”应为列表，每项前加“- ”。"),
        ("hours:\n  windows: []\n", "xuncha.yaml 第5行：“hours.windows”不能为空。"),
        (
            'hours:\n  windows:\n    - "08:45-11:30"\n    - 下午\n',
            "xuncha.yaml 第7行：“hours.windows 第2项”应为时段，如 08:45-11:30。",
        ),
        (
            'hours:\n  windows: ["17:00-08:00"]\n',
            "xuncha.yaml 第5行：“hours.windows 第1项”时段 17:00-08:00 的结束时刻应晚于开始时刻。",
        ),
        (
            'hours:\n  windows: ["08:00-12:00", "11:00-17:00"]\n',
            "xuncha.yaml 第4行：“hours”windows 中的时段应按先后排列，不能重叠。",
        ),
        ("hours:\n  digest: 25:00\n", "xuncha.yaml 第5行：“hours.digest”应为时刻，如 08:45。"),
        ("hours:\n  digest: 24:01\n", "xuncha.yaml 第5行：“hours.digest”时刻不能晚于 24:00。"),
        ("platforms:\n  weibo: 6h\n", "xuncha.yaml 第5行：“platforms.weibo”应为一组“名称: 值”。"),
        (
            "platforms:\n  weibo:\n    every: 6\n",
            "xuncha.yaml 第6行：“platforms.weibo.every”应为时长，如 30s、30m、6h、1d。",
        ),
        (
            "platforms:\n  weibo:\n    every: 0h\n",
            "xuncha.yaml 第6行：“platforms.weibo.every”应为时长，如 30s、30m、6h、1d。",
        ),
        ("platforms:\n  weibo:\n    per_minute: 0\n", "xuncha.yaml 第6行：“platforms.weibo.per_minute”不能小于 1。"),
        (
            "platforms:\n  weibo:\n    per_minute: 1.5\n",
            "xuncha.yaml 第6行：“platforms.weibo.per_minute”应为整数。",
        ),
        (
            "platforms:\n  weibo:\n    base_url: weibo.com\n",
            "xuncha.yaml 第6行：“platforms.weibo.base_url”应为以 http:// 或 https:// 开头、不含用户名和密码的网址。",
        ),
        (
            "platforms:\n  weibo:\n    canary: 1234567890\n",
            "xuncha.yaml 第6行：“platforms.weibo.canary”应为文字（纯数字或日期请加引号）。",
        ),
        (
            "platforms:\n  wei bo: {}\n",
            "xuncha.yaml 第5行：“platforms.wei bo”含有不能使用的字符，不能有空格、句点、逗号、分号、顿号和斜线。",
        ),
        ("channels:\n  mail: {per_minute: 5}\n", "xuncha.yaml 第5行：缺少设置项“channels.mail.url”。"),
        ("dispatch: celery\n", "xuncha.yaml 第4行：“dispatch”应为 embedded 或 procrastinate。"),
        (
            "network:\n  allow: [10.0.0.1/8]\n",
            "xuncha.yaml 第5行：“network.allow 第1项”应为网段，如 10.0.0.0/8（主机位须为 0）。",
        ),
        ("web:\n  bind: 8080\n", "xuncha.yaml 第5行：“web.bind”应为“地址:端口”，如 127.0.0.1:8080。"),
        ("web:\n  bind: x:99999\n", "xuncha.yaml 第5行：“web.bind”应为“地址:端口”，如 127.0.0.1:8080。"),
        (
            "roles:\n  leader: [dingtalk]\n",
            "xuncha.yaml 第5行：“roles.leader”中的“dingtalk”不在 channels 中。",
        ),
        (
            "roles:\n  operator: [group]\n",
            "xuncha.yaml 第5行：“roles.operator”不能写 group：操作员没有单位通知群，请写渠道名称。",
        ),
        *(
            (
                f"review:\n  workdays: {workdays}\n",
                "xuncha.yaml 第5行：“review.workdays”应为 1 到 60 的整数，或 never（不自动放行）。",
            )
            for workdays in ("100", "0", "三天", "2.5", "true")
        ),
        (
            "heartbeat: {url: hc}\n",
            "xuncha.yaml 第4行：“heartbeat.url”应写作 env:变量名 或 file:文件路径，密钥不要直接写在设置文件里。",
        ),
        ("web:\n  key: env:SHORT\n", "xuncha.yaml 第5行：“web.key”环境变量 SHORT 没有设置。"),
        ("heartbeat: env:HC\n", "xuncha.yaml 第4行：“heartbeat”应为一组“名称: 值”。"),
        (
            "heartbeat:\n  peer: mial\n",
            "xuncha.yaml 第5行：“heartbeat.peer”中的“mial”不在 channels 中。",
        ),
        ("hold: true\nhold: false\n", "xuncha.yaml 第5行：设置项“hold”写了两次，第4行已经有了。"),
        ("hold: [true\n", "xuncha.yaml 第4行：方括号没有成对。"),
        ("hold: a: b\n", "xuncha.yaml 第4行：冒号用法有误：一行只能写一个“名称: 值”，含冒号的文字请加引号。"),
        ("web：\n  x: 1\n", "xuncha.yaml 第5行：缺少冒号：应写作“名称: 值”，用英文冒号，冒号后空一格。"),
        (
            "web:\n\tbind: x\n",
            "xuncha.yaml 第5行：有不能使用的字符：缩进请用空格，不要用制表符（Tab）；以特殊符号开头的文字请加引号。",
        ),
        ('hold: "true\n', "xuncha.yaml 第4行：引号没有成对。"),
        ("hours: &x\n  windows: *x\n", "xuncha.yaml 第4行：“hours.windows”引用了它自己。"),
        ("heartbeat: *x\n", "xuncha.yaml 第4行：以 * 开头的文字请加引号。"),
        ("---\nhold: true\n", "xuncha.yaml 第4行：只能有一份内容，请删去“---”。"),
        ("hold: !!python/name:os.system\n", "xuncha.yaml 第4行：“hold”的值以特殊符号开头，请加引号。"),
    ],
)
def test_each_mistake_gets_one_sentence_with_file_line_and_key(folder: Path, text: str, sentence: str) -> None:
    assert complaints(folder, text) == [sentence]


def test_an_empty_file_lacks_its_office(folder: Path) -> None:
    assert complaints(folder, "", head="") == ["xuncha.yaml 第1行：缺少设置项“office”。"]


def test_an_office_needs_a_name_and_areas_that_differ(folder: Path) -> None:
    assert complaints(folder, 'office: {name: " ", areas: []}', head="") == [
        "xuncha.yaml 第1行：“office.name”不能为空。",
        "xuncha.yaml 第1行：“office.areas”不能为空。",
    ]
    assert complaints(folder, "office: {name: 办, areas: [甲, 甲]}", head="") == [
        "xuncha.yaml 第1行：“office”areas 中有重复的地区。"
    ]


def test_a_file_that_is_a_list_is_refused(folder: Path) -> None:
    assert complaints(folder, "- 1\n", head="") == ["xuncha.yaml 第1行：文件内容应为一组“名称: 值”。"]


def test_all_mistakes_of_all_files_are_told_at_once(folder: Path) -> None:
    (folder / "rules.yaml").unlink()
    (folder / "calendar.yaml").write_text("workdays: [2027-02-30]\n", "utf-8")

    assert complaints(folder, "hold: 是\nchanels: {}\n") == [
        "xuncha.yaml 第4行：“hold”应为 true 或 false。",
        "xuncha.yaml 第5行：不认识的设置项“chanels”（是否应为“channels”？）。",
        "rules.yaml：找不到这个文件。",
        "calendar.yaml 第1行：“workdays 第1项”没有 2027-02-30 这一天。",
    ]


def test_a_missing_folder_is_told_by_its_files(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path / "nowhere", {})

    assert str(caught.value).count("找不到这个文件。") == 3


def test_a_file_in_another_encoding_is_refused(folder: Path) -> None:
    (folder / "xuncha.yaml").write_bytes(OFFICE.encode("gb18030"))
    with pytest.raises(SettingsError, match="不是 UTF-8 编码的文本"):
        load(folder, {})


def test_a_file_that_cannot_be_read_is_told(folder: Path) -> None:
    (folder / "xuncha.yaml").unlink()
    (folder / "xuncha.yaml").mkdir()
    with pytest.raises(SettingsError, match="无法读取这个文件"):
        load(folder, {})


def test_an_unset_variable_or_unreadable_file_is_told_by_its_name(folder: Path) -> None:
    secret_file(folder / "empty", "\n")
    text = "channels:\n  a: {url: 'env:NOT_SET'}\n  b: {url: 'file:no/such'}\n  c: {url: 'file:empty'}\n"

    assert complaints(folder, text) == [
        "xuncha.yaml 第5行：“channels.a.url”环境变量 NOT_SET 没有设置。",
        "xuncha.yaml 第6行：“channels.b.url”无法读取文件 no/such。",
        "xuncha.yaml 第7行：“channels.c.url”文件 empty 是空的。",
    ]


def test_a_secret_in_a_file_beside_the_settings_is_read_without_its_line_end(folder: Path) -> None:
    secret_file(folder / "mail.txt", "mailto://u:p@x\n")

    assert loaded(folder, "channels: {mail: {url: 'file:mail.txt'}}").channels["mail"].url.reveal() == "mailto://u:p@x"


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o601, 0o644, 0o666])
def test_a_secret_in_a_file_that_others_may_read_or_write_is_refused(folder: Path, mode: int) -> None:
    secret_file(folder / "mail.txt", "mailto://u:p@x\n", mode)
    (said,) = complaints(folder, "channels: {mail: {url: 'file:mail.txt'}}")
    assert "文件 mail.txt 其他用户也能读写，请执行 chmod o= 收回权限" in said
    assert "u:p" not in said


def secret_file(path: Path, content: str, mode: int = 0o640) -> None:
    path.write_text(content, "utf-8")
    path.chmod(mode)


def test_a_secret_written_into_the_settings_is_refused_and_not_repeated(folder: Path) -> None:
    said = complaints(folder, "channels:\n  d: {url: 'dingtalk://s3cret'}\nnetwork: {proxy: 'http://u:s3cret@p'}\n")

    assert len(said) == 2
    assert "s3cret" not in "".join(said)


def test_no_secret_shows_in_what_settings_print(folder: Path) -> None:
    settings = loaded(folder, "channels: {mail: {url: 'env:M'}}", {"M": "mailto://s3cret"})

    assert "s3cret" not in repr(settings) + str(settings) + settings.model_dump_json(include={"office"})
    assert "env:M" in repr(settings)


def test_without_an_environment_secrets_stay_closed_and_nothing_is_missed(folder: Path) -> None:
    (folder / "xuncha.yaml").write_text(OFFICE + "channels: {a: {url: 'env:A'}, b: {url: 'file:b'}}\n", "utf-8")
    settings = load(folder, None)

    with pytest.raises(LookupError, match="env:A"):
        settings.channels["a"].url.reveal()


def test_names_of_collectors_are_checked_when_they_are_known(folder: Path) -> None:
    text = "platforms: {weibbo: {}}\ngrants: {g: {collector: wechat, id: x, secret: 'env:S'}}\n"
    (folder / "xuncha.yaml").write_text(OFFICE + text, "utf-8")

    load(folder, {"S": "x"})
    with pytest.raises(SettingsError) as caught:
        load(folder, {"S": "x"}, collectors={"weibo", "wechat-official"})

    assert [problem.text for problem in caught.value.problems] == [
        "不认识的平台或采集器“platforms.weibbo”（是否应为“weibo”？）。",
        "“grants.g.collector”不认识的采集器“wechat”（是否应为“wechat-official”？）。",
    ]


def test_a_channel_cannot_take_the_word_for_the_units_group(folder: Path) -> None:
    (folder / "xuncha.yaml").write_text(OFFICE + "channels: {group: {url: 'env:S'}}\n", "utf-8")
    with pytest.raises(SettingsError, match="渠道不能叫“group”"):
        load(folder, {"S": "x"})


KEYS = st.sampled_from(
    ["office", "hours", "platforms", "channels", "roles", "network", "review", "hold", "retention", "web"]
)


@given(key=KEYS, letter=st.sampled_from("abcxyz"), place=st.integers(min_value=0, max_value=9))
def test_a_settings_file_with_any_key_misspelt_is_refused(
    tmp_path_factory: pytest.TempPathFactory, key: str, letter: str, place: int
) -> None:
    folder = tmp_path_factory.getbasetemp()
    wrong = key[:place] + letter + key[place:]
    text = (SHIPPED / "xuncha.yaml").read_text(encoding="utf-8").replace(f"\n{key}:", f"\n{wrong}:")

    assert f"不认识的设置项“{wrong}”" in "".join(complaints(folder, text, head=""))


# --- rules.yaml -----------------------------------------------------------------------------------------------------


def test_the_shipped_rules_have_the_settled_numbers_and_the_words_of_the_plan() -> None:
    book = load(SHIPPED, {}).rule_book(date(2026, 11, 1))

    assert [book.number("UPD-01", name) for name in ("warn_from", "violated_from")] == [10, 15]
    steps = ("remind", "warn", "last_day", "overdue", "escalate", "propose")
    assert [book.number("UPD-01", step) for step in steps] == [10, 12, 14, 15, 18, 21]
    assert [book.number("UPD-01", name) for name in ("repeat_every", "move_back_at_most")] == [7, 3]
    assert (book.number("UPD-03", "gap_from"), book.number("UPD-03", "window_days")) == (21, 90)
    assert book.strengths["UPD-03"] is Strength.IN_PRINCIPLE
    assert "一位联络员及一位责任领导" in book.clauses["PER-01"]
    assert book.update_applies_to == frozenset()


def test_a_day_is_judged_by_the_version_that_held_then(folder: Path) -> None:
    text = (SHIPPED / "rules.yaml").read_text(encoding="utf-8")
    version = text[text.index("  - id: UPD-03") : text.index("  # 联络员和责任领导")]
    later = version.replace("2022-05-16", "2027-01-01").replace("gap_from: 21", "gap_from: 31")
    (folder / "rules.yaml").write_text(f"{text}\n{later}", "utf-8")
    settings = load(folder, {})

    assert settings.rule_book(date(2026, 12, 31)).number("UPD-03", "gap_from") == 21
    assert settings.rule_book(date(2027, 1, 1)).number("UPD-03", "gap_from") == 31


def test_a_rule_without_force_yet_is_not_in_the_book() -> None:
    book = load(SHIPPED, {}).rule_book(date(2022, 5, 15))

    assert "UPD-01" in book.clauses
    assert not {"UPD-02", "UPD-03", "APP-03"} & set(book.clauses)


@pytest.mark.parametrize("word", ["网站", "website"])
def test_platforms_that_must_update_are_named_by_their_word_or_their_value(folder: Path, word: str) -> None:
    text = (SHIPPED / "rules.yaml").read_text(encoding="utf-8")
    (folder / "rules.yaml").write_text(text.replace("update_applies_to: []", f"update_applies_to: [{word}]"), "utf-8")

    assert load(folder, {}).rule_book(date(2026, 1, 1)).update_applies_to == {Platform.WEBSITE}


def test_a_rule_that_has_ended_asks_nothing_any_more_and_its_past_stays(folder: Path) -> None:
    text = (SHIPPED / "rules.yaml").read_text(encoding="utf-8")
    named = "  - id: PLT-01\n    effective_from: 2022-05-16\n"
    assert named in text
    (folder / "rules.yaml").write_text(text.replace(named, f"{named}    effective_until: 2026-12-31\n"), "utf-8")
    settings = load(folder, {})
    assert "PLT-01" in settings.rule_book(date(2026, 12, 31)).clauses
    assert "PLT-01" not in settings.rule_book(date(2027, 1, 1)).clauses


@pytest.mark.parametrize(
    ("before", "after", "on"),
    [
        ("exclude_main: false", "exclude_main: true", {"exclude_main"}),
        ("by_platform: false", "by_platform: true", {"by_platform"}),
        ("      exclude_main: false    # 主账号不计入平均值\n", "", set()),
    ],
)
def test_a_variant_of_a_rule_is_off_unless_it_is_called_on(folder: Path, before: str, after: str, on: set[str]) -> None:
    text = (SHIPPED / "rules.yaml").read_text(encoding="utf-8")
    assert before in text
    (folder / "rules.yaml").write_text(text.replace(before, after), "utf-8")
    book = load(folder, {}).rule_book(date(2026, 1, 1))
    assert {name for name in ("exclude_main", "by_platform") if book.is_on("WEAK-01", name)} == on


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("id: UPD-03", "id: UPD-3", "不认识的规则“UPD-3”（是否应为“UPD-03”？）。"),
        ("gap_from: 21", "gap_form: 21", "规则“UPD-03”没有数值“gap_form”（是否应为“gap_from”？）。"),
        ("gap_from: 21", 'gap_from: "21"', "“rules 第2项.numbers.gap_from”应为整数。"),
        ("gap_from: 21", "gap_from: 7", "规则“UPD-03”的“gap_from”不能小于 8。"),
        ("gap_from: 21", "gap_from: 0", "“rules 第2项.numbers.gap_from”不能小于 1。"),
        (
            "exclude_main: false",
            "exclude_man: true",
            "规则“WEAK-01”没有开关“exclude_man”（是否应为“exclude_main”？）。",
        ),
        ("last_day: 14", "last_day: 16", "规则“UPD-01”的“violated_from”应大于“last_day”。"),
        ("warn: 12 ", "warn: 9 ", "规则“UPD-01”的“warn”应大于“remind”。"),
        (
            "strength: in_principle",
            "strength: 随便",
            "应为 mandatory（一律）、in_principle（原则上）或 advisory（参考）。",
        ),
        (
            "effective_from: 2022-05-16",
            "effective_from: 明天",
            "“rules 第2项.effective_from”应为日期，如 2027-02-20。",
        ),
        (
            "effective_from: 2022-05-16",
            "effective_from: 2022-05-16\n    effective_until: 2022-05-15",
            "effective_until 2022-05-15 早于 effective_from 2022-05-16。",
        ),
        ("applies_to: []", "applies_to: [网战]", "“update_applies_to 第1项”不认识的平台“网战”（是否应为“网站”？）。"),
        ("strength: in_principle", "strength:", "缺少设置项“rules 第1项.strength”。"),
        ("  - id: PER-01", "  - id: UPD-03", "自 2022-05-16 起的版本写了两次。"),
    ],
)
def test_mistakes_in_the_rules_are_told_with_their_line(folder: Path, before: str, after: str, sentence: str) -> None:
    text = (SHIPPED / "rules.yaml").read_text(encoding="utf-8")
    line = text[: text.index(before)].count("\n") + 1

    said = complaints(folder, text.replace(before, after), name="rules.yaml", head="")

    assert any(sentence in problem for problem in said)
    assert all(problem.startswith("rules.yaml 第") for problem in said)
    assert abs(int(said[0].split("第")[1].split("行")[0]) - line) <= 9


def test_a_number_that_is_missing_is_named(folder: Path) -> None:
    text = (SHIPPED / "rules.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if "repeat_every" not in line]

    said = complaints(folder, "\n".join(lines), name="rules.yaml", head="")

    assert [problem.split("：")[1] for problem in said] == ["规则“UPD-01”缺少数值“repeat_every”。"]


def test_an_older_file_without_a_newer_rule_will_do_and_nobody_is_judged_by_it(folder: Path) -> None:
    text = (SHIPPED / "rules.yaml").read_text(encoding="utf-8")
    start, end = text.index("  # 单次"), text.index("  # 移动客户端无法")
    (folder / "rules.yaml").write_text(text[:start] + text[end:], encoding="utf-8")

    settings = load(folder, {})

    assert settings.rule_versions.absent == ("UPD-03",)
    assert settings.rule_book(date(2026, 5, 20)).clauses.keys() == load(SHIPPED, {}).rule_book(
        date(2026, 5, 20)
    ).clauses.keys() - {"UPD-03"}


def test_no_file_is_without_the_ladder(folder: Path) -> None:
    text = (SHIPPED / "rules.yaml").read_text(encoding="utf-8")
    start, end = text.index("  - id: UPD-01"), text.index("  # 单次超过20天未更新")

    said = complaints(folder, text[:start] + text[end:], name="rules.yaml", head="")

    assert [problem.split("：")[1] for problem in said] == ["缺少规则“UPD-01”。"]


# --- the working-day calendar ---------------------------------------------------------------------------------------


def test_make_up_saturdays_are_worked_and_statutory_days_are_not() -> None:
    calendar = load(SHIPPED, {}).work_calendar()

    makeup_2026 = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]
    assert all(calendar.is_workday(date(2026, month, day)) for month, day in makeup_2026)
    assert not calendar.is_workday(date(2026, 10, 7))
    assert calendar.is_workday(date(2026, 10, 8))


def test_a_block_of_days_off_carries_the_holidays_chinese_name() -> None:
    calendar = load(SHIPPED, {}).work_calendar()
    spring = calendar.days_off_after(date(2026, 2, 14))
    weekend = calendar.days_off_after(date(2026, 11, 20))

    assert spring
    assert (spring.last, spring.name) == (date(2026, 2, 23), "春节")
    assert weekend
    assert weekend.is_plain_weekend
    assert not any("休" in name or "（" in name for _, name in calendar.names)


def test_a_year_whose_schedule_is_not_published_is_not_known_yet_has_its_statutory_days() -> None:
    calendar = load(SHIPPED, {}).work_calendar()

    assert 2026 in calendar.years
    assert 2027 not in calendar.years
    assert not calendar.is_workday(date(2027, 2, 8))
    assert calendar.is_workday(date(2027, 3, 1))


def test_the_office_can_write_the_schedule_of_a_new_year(folder: Path) -> None:
    (folder / "calendar.yaml").write_text(
        "holidays:\n  2027-02-05至2027-02-11: 春节\n  2027-4-8: 三月三\n"
        "workdays: [2027-02-20, 2026-10-02]\nyears: [2027]\n",
        "utf-8",
    )
    calendar = load(folder, {}).work_calendar()

    assert 2027 in calendar.years
    assert not calendar.is_workday(date(2027, 2, 11))
    assert calendar.is_workday(date(2027, 2, 20))
    assert calendar.is_workday(date(2026, 10, 2))
    assert not calendar.is_workday(date(2027, 4, 8))
    assert (date(2027, 4, 8), "三月三") in calendar.names


def test_an_area_s_days_are_those_of_the_office_but_for_its_own(folder: Path) -> None:
    (folder / "calendar.yaml").write_text(
        "holidays:\n  2027-04-12: 开城节\n"
        "areas:\n  示例县:\n    holidays:\n      2027-04-08: 三月三\n    workdays: [2027-04-11, 2027-04-12]\n"
        "years: [2027]\n",
        "utf-8",
    )
    office = load(folder, {}).work_calendar()
    here, elsewhere = office.of("示例县"), office.of("邻县")

    assert office.of(None) is office
    assert elsewhere is office
    days = [date(2027, 4, day) for day in (8, 11, 12, 10)]
    assert [office.is_workday(day) for day in days] == [True, False, False, False]
    assert [here.is_workday(day) for day in days] == [False, True, True, False]
    assert (date(2027, 4, 8), "三月三") in here.names
    assert not here.is_workday(date(2027, 10, 1))
    assert here.years == office.years


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "areas:\n  示例线:\n    workdays: []\n",
            "calendar.yaml 第2行：“示例线”不在 xuncha.yaml 的 office.areas 中（是否应为“示例县”？）。",
        ),
        (
            "areas:\n  示例县:\n    holidays:\n      2027-02-05: 春节\n    workdays:\n      - 2027-02-05\n",
            "calendar.yaml 第6行：2027-02-05 既写作放假日又写作上班日。",
        ),
        ("areas:\n  示例县:\n    years: [2027]\n", "calendar.yaml 第3行：不认识的设置项“areas.示例县.years”。"),
        ("workday: []\n", "calendar.yaml 第1行：不认识的设置项“workday”（是否应为“workdays”？）。"),
        (
            "holidays:\n  春节: 2027-02-05\n",
            "calendar.yaml 第2行：“holidays.春节”应为日期，如 2027-02-20。",
        ),
        (
            "holidays:\n  2027-02-05至2027-02-01: 春节\n",
            "calendar.yaml 第2行：“holidays.2027-02-05至2027-02-01”应为日期或起止日期，如 2027-02-05至2027-02-11。",
        ),
        (
            "holidays:\n  2027-02-05: 春节\nworkdays:\n  - 2027-02-20\n  - 2027-02-05\n",
            "calendar.yaml 第5行：2027-02-05 既写作放假日又写作上班日。",
        ),
        ("years: [27]\n", "calendar.yaml 第1行：“years 第1项”不能小于 2000。"),
    ],
)
def test_mistakes_in_the_calendar_are_told_with_their_line(folder: Path, text: str, sentence: str) -> None:
    assert sentence in complaints(folder, text, name="calendar.yaml", head="")


def test_sending_waits_for_office_hours_of_a_working_day(folder: Path) -> None:
    settings = loaded(folder, "")
    hours, calendar = settings.office_hours(), settings.work_calendar()

    assert hours.is_open(at_beijing(date(2026, 2, 14), time(9)), calendar)
    assert not hours.is_open(at_beijing(date(2026, 2, 15), time(9)), calendar)
    assert not hours.is_open(datetime(2026, 2, 13, 4, tzinfo=UTC), calendar)


def test_a_day_that_ends_at_midnight_is_open_to_its_last_minute(folder: Path) -> None:
    settings = loaded(folder, 'hours: {windows: ["00:00-24:00"], every_day: true}')

    assert settings.office_hours().is_open(at_beijing(date(2026, 2, 15), time(23, 59)), settings.work_calendar())


def test_the_key_for_tokens_comes_from_the_environment_and_shows_nowhere(folder: Path) -> None:
    key = "0123456789abcdef0123456789abcdef"
    settings = loaded(folder, "", {"XUNCHA_KEY": key})
    assert settings.key
    assert settings.key.reveal() == key
    assert key not in repr(settings)
    assert loaded(folder, "", {"XUNCHA_KEY": " "}).key is None


def test_a_key_that_can_be_guessed_is_refused_without_being_repeated(folder: Path) -> None:
    (folder / "xuncha.yaml").write_text(OFFICE, "utf-8")
    with pytest.raises(SettingsError) as caught:
        load(folder, {"XUNCHA_KEY": "county-2026"})
    assert str(caught.value).startswith("环境变量 XUNCHA_KEY：太短")
    assert "county-2026" not in str(caught.value)
