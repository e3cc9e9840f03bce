"""One YAML file as plain values, with the line of every key.

Sequences are tuples. A key that is written twice is refused although YAML readers accept it:
which of the two counts would be a guess.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from monitor.settings.problem import SettingsError, SettingsProblem

Place = tuple[str | int, ...]
"""The way from the top of a file to a value: keys, and positions in lists counted from 0."""

_FAULTS = (
    ("mapping values are not allowed", "冒号用法有误：一行只能写一个“名称: 值”，含冒号的文字请加引号"),
    ("cannot start any token", "有不能使用的字符：缩进请用空格，不要用制表符（Tab）；以特殊符号开头的文字请加引号"),
    ("expected ',' or ']'", "方括号没有成对"),
    ("expected ',' or '}'", "花括号没有成对"),
    ("unexpected end of stream", "引号没有成对"),
    ("could not find expected ':'", "缺少冒号：应写作“名称: 值”，用英文冒号，冒号后空一格"),
    ("expected <block end>", "缩进没有对齐"),
    ("undefined alias", "以 * 开头的文字请加引号"),
    ("another document", "只能有一份内容，请删去“---”"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsDocument:
    """The values of a file, and where each stands."""

    name: str
    values: object
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int:
        """Return the line of a value, or of what should have held it; counted from 1."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def problem(self, place: Place, text: str) -> SettingsProblem:
        """Return a problem with the value at the place."""
        return SettingsProblem(file=self.name, line=self.line(place), text=text)


def spell(place: Place) -> str:
    """Return a place as people write it: `hours.windows 第2项`."""
    spelt = ""
    for step in place:
        if isinstance(step, int):
            spelt += f" 第{step + 1}项"
        else:
            spelt += f".{step}" if spelt else step
    return spelt


def read(path: Path) -> SettingsDocument:
    """Return what the file says; raises SettingsError when it is missing or is not YAML."""
    name = str(path)
    text = _text(path, name)
    try:
        said = _said(text)
    except MarkedYAMLError as error:
        raise SettingsError([_broken(error, name)]) from error
    except YAMLError as error:
        raise SettingsError([SettingsProblem(file=name, line=None, text="不是有效的 YAML 文件。")]) from error
    if said.faults:
        raise SettingsError([SettingsProblem(file=name, line=line, text=fault) for line, fault in said.faults])
    return SettingsDocument(name=name, values=said.values, lines=said.lines)


@dataclass(frozen=True, slots=True)
class _Said:
    """The values of a text, their places, and its faults by line."""

    values: object
    lines: Mapping[Place, int]
    faults: Sequence[tuple[int, str]]


@lru_cache(maxsize=8)
def _said(text: str) -> _Said:
    """Return the values of a text, which nobody changes: reading the same files again costs nothing."""
    root: Node | None = YAML(typ="safe", pure=True).compose(text)
    reader = _Reader()
    values = reader.value(root, ()) if root else None
    return _Said(values, reader.lines, reader.faults)


def _text(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise SettingsError([SettingsProblem(file=name, line=None, text="找不到这个文件。")]) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            [SettingsProblem(file=name, line=None, text="不是 UTF-8 编码的文本，请另存为 UTF-8。")]
        ) from error
    except OSError as error:
        raise SettingsError([SettingsProblem(file=name, line=None, text="无法读取这个文件，请检查权限。")]) from error


def _broken(error: MarkedYAMLError, name: str) -> SettingsProblem:
    english = f"{error.problem} {error.context}"
    sentence = next(
        (chinese for part, chinese in _FAULTS if part in english), "YAML 格式有误，请检查该行的英文冒号、引号和缩进"
    )
    # A bracket that was opened and not closed is best shown where it was opened.
    mark = error.context_mark if sentence.endswith("没有成对") else error.problem_mark
    mark = mark or error.problem_mark or error.context_mark
    return SettingsProblem(file=name, line=mark.line + 1 if mark else None, text=f"{sentence}。")


class _Reader:
    """Turns nodes into plain values and notes their lines.

    Dates stay text: the reader of YAML fails on a day that does not exist, the settings say which.
    """

    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self.faults: list[tuple[int, str]] = []
        self._open: list[Node] = []

    def value(self, node: Node, place: Place) -> object:
        """Return what the node says; every part of it is noted under its place."""
        if node in self._open:
            self._complain(node, f"“{spell(place)}”引用了它自己。")
            return None
        self._open.append(node)
        try:
            if isinstance(node, MappingNode):
                return self._mapping(node, place)
            if isinstance(node, SequenceNode):
                return tuple(self._item(part, (*place, position)) for position, part in enumerate(node.value))
            return self._scalar(node, place)
        finally:
            self._open.pop()

    def _mapping(self, node: MappingNode, place: Place) -> dict[str, object]:
        values: dict[str, object] = {}
        for key, part in node.value:
            below = (*place, str(key.value))
            if below in self.lines and str(key.value) in values:
                self._complain(key, f"设置项“{spell(below)}”写了两次，第{self.lines[below]}行已经有了。")
                continue
            self.lines[below] = _line(key)
            values[str(key.value)] = self.value(part, below)
        return values

    def _item(self, node: Node, place: Place) -> object:
        self.lines[place] = _line(node)
        return self.value(node, place)

    def _scalar(self, node: Node, place: Place) -> object:
        text = str(node.value)
        match str(node.tag).removeprefix("tag:yaml.org,2002:"):
            case "str" | "timestamp":
                return text
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                return _integer(text)
            case "float":
                return math.nan  # no setting is a fraction; what matters is that it is not whole
            case _:
                self._complain(node, f"“{spell(place)}”的值以特殊符号开头，请加引号。")
                return None

    def _complain(self, node: Node, text: str) -> None:
        self.faults.append((_line(node), text))


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _integer(text: str) -> int:
    digits = text.replace("_", "")
    return int(digits, 0) if digits.lstrip("+-").startswith(("0x", "0o", "0b")) else int(digits)
