"""The settings that the service goes by, for people to read: no secret, and where each stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from enum import Enum
from pathlib import Path

from pydantic import BaseModel, SecretStr

from monitor.settings.called import called
from monitor.settings.document import Place, SettingsDocument, read, spell
from monitor.settings.kinds import Secret
from monitor.settings.load import Settings
from monitor.settings.sections import XunchaFile

_HIDDEN, _UNSET = "已设置（不显示）", "未设置"
_UNITS = ((timedelta(days=1), "天"), (timedelta(hours=1), "小时"), (timedelta(minutes=1), "分钟"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingInForce:
    """One setting that the service goes by."""

    key: str
    """As the file names it: `hours.windows`."""
    called: str
    """What people call it: 发送时段."""
    value: str
    """In words; of a secret only that it is set."""
    place: str
    """The file and line, or that it is the program's own; empty where no file is known."""


def in_force(settings: Settings, folder: Path | None) -> tuple[SettingInForce, ...]:
    """Return the settings in force, each with where it stands in the folder's file; raises SettingsError."""
    document = read(folder / "xuncha.yaml") if folder is not None else None
    main = XunchaFile.model_construct(**{name: getattr(settings, name) for name in XunchaFile.model_fields})
    return tuple(_lines(main, document))


def _lines(model: BaseModel, document: SettingsDocument | None, place: Place = ()) -> Iterator[SettingInForce]:
    for name in type(model).model_fields:
        yield from _line(getattr(model, name), document, (*place, name))


def _line(value: object, document: SettingsDocument | None, place: Place) -> Iterator[SettingInForce]:
    if isinstance(value, BaseModel):
        yield from _lines(value, document, place)
    elif isinstance(value, Mapping) and value:
        for name, setting in value.items():
            yield from _line(setting, document, (*place, str(name)))
    else:
        where = _where(document, place)
        yield SettingInForce(key=spell(place), called=called(place), value=_spoken(value), place=where)


def _where(document: SettingsDocument | None, place: Place) -> str:
    """Return where a value stands; of one that no file names, that it is the program's own."""
    if document is None:
        return ""
    is_written = place in document.lines
    return f"{Path(document.name).name} 第{document.lines[place]}行" if is_written else "默认值"


def _spoken(value: object) -> str:
    match value:
        case None | () | "":
            return _UNSET
        case Secret() | SecretStr():
            return _HIDDEN
        case bool():
            return "是" if value else "否"
        case timedelta():
            return _duration(value)
        case time():
            return f"{value:%H:%M}"
        case Enum():
            return str(value.value)
        case tuple() | frozenset() | list():
            joint = "-" if _is_window(value) else "、"
            return joint.join(map(_spoken, value))
        case Mapping():
            return _UNSET
        case _:
            return str(value)


def _is_window(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(part, time) for part in value)


def _duration(value: timedelta) -> str:
    for unit, word in _UNITS:
        if value >= unit and not value % unit:
            return f"{value // unit}{word}"
    return f"{int(value.total_seconds())}秒"
