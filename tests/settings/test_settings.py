"""What an office may write in config/, and what it is told when it is wrong."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.settings import SettingsError, load
from tests.settings.files import OFFICE, SHIPPED, complaints, loaded


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
        ("dispatcher: embedded\n", "xuncha.yaml 第4行：不认识的设置项“dispatcher”（是否应为“dispatch”？）。"),
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
    ["office", "hours", "platforms", "channels", "roles", "network", "review", "documents", "hold", "retention", "web"]
)


@given(key=KEYS, letter=st.sampled_from("abcxyz"), place=st.integers(min_value=0, max_value=9))
def test_a_settings_file_with_any_key_misspelt_is_refused(
    tmp_path_factory: pytest.TempPathFactory, key: str, letter: str, place: int
) -> None:
    folder = tmp_path_factory.getbasetemp()
    wrong = key[:place] + letter + key[place:]
    text = (SHIPPED / "xuncha.yaml").read_text(encoding="utf-8").replace(f"\n{key}:", f"\n{wrong}:")

    assert f"不认识的设置项“{wrong}”" in "".join(complaints(folder, text, head=""))


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
