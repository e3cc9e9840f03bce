"""The settings in force as a page shows them: where each stands, what is wrong with the files, and never a secret."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeGuard, get_args, get_origin

import pytest
from pydantic import BaseModel

from monitor.app.settings import load_settings
from monitor.app.settings_report import settings_report
from monitor.settings.called import CALLED
from monitor.settings.sections import XunchaFile
from monitor.web.page_context import SettingsReport

ROOT = Path(__file__).parents[2]
SECRET = "dingtalk://SEC0123456789@0123456789abcdef"
ENV = {"XUNCHA_ROBOT": SECRET}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "config"
    shutil.copytree(ROOT / "config", made)
    file = made / "xuncha.yaml"
    text = file.read_text("utf-8").replace("channels: {}", "channels:\n  群: {url: 'env:XUNCHA_ROBOT'}", 1)
    file.write_text(text, "utf-8")
    return made


def report(folder: Path) -> SettingsReport:
    return settings_report(load_settings(folder, ENV), folder, ENV)


def test_every_value_says_where_it_stands(folder: Path) -> None:
    lines = (folder / "xuncha.yaml").read_text("utf-8").splitlines()
    found = {line.key: line for line in report(folder).lines}
    windows = found["hours.windows"]
    number = next(at for at, line in enumerate(lines, 1) if line.strip().startswith("windows:"))
    assert (windows.value, windows.place) == ("08:45-11:30、14:30-17:00", f"xuncha.yaml 第{number}行")
    assert found["retention.evidence"].value == "365天"
    assert {line.place == "默认值" or line.place.startswith("xuncha.yaml 第") for line in found.values()} == {True}


def test_a_secret_is_only_said_to_be_set(folder: Path) -> None:
    found = report(folder)
    (url,) = [line for line in found.lines if line.key.endswith(".url") and line.key.startswith("channels.")]
    assert url.value == "已设置（不显示）"
    assert all(part not in repr(found) for part in (SECRET, "SEC0123456789", "XUNCHA_ROBOT"))


def test_what_is_wrong_with_the_files_now_is_said_while_the_old_values_stand(folder: Path) -> None:
    loaded = load_settings(folder, ENV)
    file = folder / "xuncha.yaml"
    file.write_text(file.read_text("utf-8").replace('digest: "08:45"', 'digest: "25:99"'), "utf-8")
    found = settings_report(loaded, folder, ENV)
    (problem,) = found.problems
    assert "hours.digest" in problem
    assert {line.value for line in found.lines if line.key == "hours.digest"} == {"08:45"}


def test_settings_that_no_file_holds_have_no_place(folder: Path) -> None:
    found = settings_report(load_settings(folder, ENV), None, ENV)
    assert {line.place for line in found.lines} == {""}
    assert not found.is_checked


def places(model: type[BaseModel], way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield where each setting stands that a file may hold, an entry with a chosen name as `*`."""
    for name, field in model.model_fields.items():
        inner = [one for one in (field.annotation, *get_args(field.annotation)) if is_section(one)]
        chosen = ("*",) if get_origin(field.annotation) is Mapping else ()
        if not inner or chosen or field.default is None:
            yield (*way, name)  # it may hold nothing, and is then a line of its own
        for one in inner:
            yield from places(one, (*way, name, *chosen))


def is_section(annotation: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def test_every_setting_is_called_by_words_that_people_read_and_no_word_is_left_over() -> None:
    assert set(places(XunchaFile)) == CALLED.keys()
    assert all(re.search(r"[\u4e00-\u9fff]", word) for word in CALLED.values())


def test_what_an_office_has_named_stands_before_the_setting(folder: Path) -> None:
    named = {line.key: line.called for line in report(folder).lines}
    assert named["hours.windows"] == "发送时段"
    assert named["channels.群.url"] == "群：渠道地址"
