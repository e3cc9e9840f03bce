"""Checking a document against a model, and saying what is wrong in Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails

from monitor.settings.document import Place, SettingsDocument, spell
from monitor.settings.kinds import Surroundings
from monitor.settings.problem import SettingsError, SettingsProblem, did_you_mean

_SENTENCES = {
    "string_type": "应为文字（纯数字或日期请加引号）",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "含有不能使用的字符，不能有空格、句点、逗号、分号、顿号和斜线",
    "int_type": "应为整数",
    "bool_type": "应为 true 或 false",
    "tuple_type": "应为列表，每项前加“- ”",
    "dict_type": "应为一组“名称: 值”",
    "model_type": "应为一组“名称: 值”",
    "model_attributes_type": "应为一组“名称: 值”",
    "too_short": "不能为空",
}


class SettingsSection(BaseModel):
    """A group of settings: closed, frozen; a key left empty counts as not written."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, given: object) -> object:
        if not isinstance(given, Mapping):
            return given
        return {key: value for key, value in given.items() if value is not None or key not in cls.model_fields}


Model = TypeVar("Model", bound=SettingsSection)


def check(document: SettingsDocument, model: type[Model], around: Surroundings) -> Model:
    """Return the document as a model; raises SettingsError with all its problems, in the order of lines."""
    try:
        return model.model_validate({} if document.values is None else document.values, context=around)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    # The cause is left out: its text is for developers, and may hold what was typed.
    told = (_problem(document, model, detail) for detail in details if not _is_echo(detail, details))
    raise SettingsError(sorted(told, key=_line))


def _is_echo(detail: ErrorDetails, details: Sequence[ErrorDetails]) -> bool:
    """True if a list only seems too short because its items were refused."""
    place = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(place)] == place and other is not detail for other in details
    )


def _line(problem: SettingsProblem) -> int:
    return problem.line or 0


def _problem(document: SettingsDocument, model: type[SettingsSection], detail: ErrorDetails) -> SettingsProblem:
    place: Place = tuple(step for step in detail["loc"] if step != "[key]")
    return document.problem(place, f"{_sentence(model, place, detail)}。")


def _sentence(model: type[SettingsSection], place: Place, detail: ErrorDetails) -> str:
    key, context = spell(place), detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return f"缺少设置项“{key}”"
        case "extra_forbidden":
            return f"不认识的设置项“{key}”{did_you_mean(str(place[-1]), _keys(model, place[:-1]))}"
        case "value_error":
            return f"“{key}”{context['error']}" if key else str(context["error"])
        case "literal_error":
            return f"“{key}”应为 {_chosen(context['expected'])}"
        case "greater_than_equal":
            return f"“{key}”不能小于 {context['ge']}"
        case "less_than_equal":
            return f"“{key}”不能大于 {context['le']}"
        case kind:
            subject = f"“{key}”" if key else "文件内容"
            return subject + _SENTENCES.get(kind, "取值不正确，请对照该项说明")


def _chosen(expected: str) -> str:
    """Return the words that may be written, as pydantic lists them: `'a' or 'b'`."""
    return expected.replace("'", "").replace(" or ", " 或 ")


def _keys(model: type[SettingsSection], place: Place) -> tuple[str, ...]:
    """Return the keys that a group of settings knows; the way there leads through models, mappings and lists."""
    kind: Any = model
    for step in place:
        kind = (
            kind.model_fields[step].annotation
            if _is_section(kind)
            else get_args(kind)[-1 if isinstance(step, str) else 0]
        )
        kind = next((part for part in get_args(kind) if _is_section(part)), kind) if _is_optional(kind) else kind
    return tuple(kind.model_fields) if _is_section(kind) else ()


def _is_section(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, SettingsSection)


def _is_optional(kind: object) -> bool:
    return type(None) in get_args(kind)
