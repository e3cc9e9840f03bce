"""The document of the interface, as its page shows it: the same words, in the order in which people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]
_WORDS = {
    "string": "文字",
    "integer": "整数",
    "boolean": "true 或 false",
    "null": "空",
    "array": "列表",
    "object": "对象",
    "number": "数",
    "date": "日期",
    "date-time": "时间",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLine:
    """One field of an object, or one parameter."""

    name: str
    kind: str
    """What it holds, in words."""
    models: Sequence[str]
    """The objects that it holds: alone, as one of several, or in a list."""
    is_required: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationLine:
    """One thing that can be asked, or that is sent."""

    id: str
    method: str
    address: str
    summary: str
    note: str
    parameters: Sequence[FieldLine]
    body: str
    """The object that is taken; empty for none."""
    answer: str
    """The object that is answered; empty for none."""
    is_list: bool
    answers: Sequence[tuple[str, str]]
    """Status and meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLine:
    """One object."""

    name: str
    note: str
    fields: Sequence[FieldLine]
    values: str
    """Of a closed list: what it may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """What belongs together, on a page of its own."""

    key: str
    """In its address."""
    name: str
    note: str
    operations: Sequence[OperationLine]
    models: Sequence[ModelLine]
    """The objects that are taken and answered, and those within them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """The whole interface."""

    title: str
    version: str
    note: str
    chapters: Sequence[Chapter]

    def chapter(self, key: str) -> Chapter | None:
        """Return one chapter, or None."""
        return next((chapter for chapter in self.chapters if chapter.key == key), None)


def described(document: Json) -> Explained:
    """Return an OpenAPI document as its pages show it."""
    schemas: Mapping[str, Json] = document["components"]["schemas"]
    models = {name: _model(name, schema) for name, schema in sorted(schemas.items())}
    lines = tuple(_operations(document))
    return Explained(
        title=document["info"]["title"],
        version=document["info"]["version"],
        note=document["info"]["description"],
        chapters=[
            _chapter(number, tag, [line for name, line in lines if name == tag["name"]], models)
            for number, tag in enumerate(document["tags"], start=1)
        ],
    )


def _chapter(number: int, tag: Json, lines: Sequence[OperationLine], models: Mapping[str, ModelLine]) -> Chapter:
    wanted = [name for line in lines for name in (line.body, line.answer) if name]
    named: dict[str, ModelLine] = {}
    while wanted:
        name = wanted.pop(0)
        if name not in named:
            named[name] = models[name]
            wanted += [held for field in models[name].fields for held in field.models]
    return Chapter(
        key=str(number), name=tag["name"], note=tag["description"], operations=lines, models=list(named.values())
    )


def _operations(document: Json) -> Iterator[tuple[str, OperationLine]]:
    base = document["servers"][0]["url"]
    for address, item in document["paths"].items():
        for method, said in item.items():
            yield said["tags"][0], _operation(said, method, base + address)
    for event, item in document["webhooks"].items():
        yield item["post"]["tags"][0], _operation(item["post"], "post", event)


def _operation(said: Json, method: str, address: str) -> OperationLine:
    good: Json = next((answer for status, answer in said["responses"].items() if status[0] == "2"), {})
    answer = _schema(good)
    return OperationLine(
        id=said["operationId"],
        method=method.upper(),
        address=address,
        summary=said["summary"],
        note=said["description"],
        parameters=[_parameter(given) for given in said["parameters"]],
        body=_named(_schema(said.get("requestBody", {}))),
        answer=_named(answer.get("items", answer)),
        is_list=answer.get("type") == "array",
        answers=[(status, answer["description"]) for status, answer in said["responses"].items()],
    )


def _schema(said: Json) -> Json:
    found: Json = said.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _parameter(given: Json) -> FieldLine:
    return FieldLine(
        name=given["name"],
        kind=_kind(given["schema"]),
        models=(),
        is_required=given["required"],
        note=given["description"],
    )


def _model(name: str, schema: Json) -> ModelLine:
    required = schema.get("required", ())
    fields = [
        FieldLine(
            name=field,
            kind=_kind(given),
            models=_held(given),
            is_required=field in required,
            note=given.get("description", ""),
        )
        for field, given in schema.get("properties", {}).items()
    ]
    values = "、".join(map(str, schema.get("enum", ())))
    return ModelLine(name=name, note=schema.get("description", ""), fields=fields, values=values)


def _kind(schema: Json) -> str:
    """Return what a value is, in words."""
    kinds = schema.get("anyOf", (schema,))
    return "或".join(dict.fromkeys(filter(None, map(_plain, kinds))))


def _plain(schema: Json) -> str:
    if "enum" in schema:
        return "、".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"{_kind(schema['items'])}列表"
    return _WORDS.get(schema.get("format", ""), "") or _WORDS.get(schema.get("type", ""), "")


def _held(schema: Json) -> tuple[str, ...]:
    kinds = schema.get("anyOf", (schema,))
    parts = (kind.get("items", kind.get("propertyNames", kind)) for kind in kinds)
    return tuple(filter(None, map(_named, parts)))


def _named(schema: Json) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]
