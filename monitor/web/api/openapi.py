"""The document of the interface: OpenAPI 3.1, made of its operations and models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from monitor.core.web_hook import HookEvent
from monitor.web.api.bodies import JSON, body_model, needs_body
from monitor.web.api.operation import (
    Acting,
    Downloading,
    ListReading,
    NoParameters,
    Operation,
    OperationGroup,
    Uploading,
)
from monitor.web.api.schema import NAME_PATTERN, CaseEvent, ProblemModel
from monitor.web.problem import PROBLEM

Json = dict[str, Any]
References = Mapping[Any, Json]
_REFERENCE = "#/components/schemas/{model}"
_PROBLEMS = {
    400: "请求有误。",
    401: "没有写明令牌，或令牌不对、已到期、已停用。",
    403: "这个令牌没有相应的权限。",
    404: "没有这一项。",
    409: "现在不能这样办，没有改动。",
    413: "内容过长。",
    415: "内容应为 application/json。",
    421: "请求写明的主机名不是本服务的。",
    422: "某一项的内容不能用，没有改动。",
    429: "登记过多，请稍后再试。",
    503: "数据库暂时不能使用，请稍后再试。",
}
FILE = "application/octet-stream"
_NAMED = {"type": "string", "pattern": NAME_PATTERN}
_NUMBER = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
_READING = (400, 401, 403, 404, 421, 503)
_ACTING = (400, 401, 403, 404, 409, 413, 415, 421, 422, 429, 503)


def openapi(operations: Sequence[Operation], version: str, *, is_open: bool, office: str = "") -> Json:
    """Return the document; `is_open` where nobody needs a token to read, `office` is who answers for it."""
    schemas, definitions = models_json_schema(_models(operations), ref_template=_REFERENCE)
    references: References = {model: schema for (model, _), schema in schemas.items()}
    paths: dict[str, Json] = {}
    for operation in operations:
        paths.setdefault(_address(operation), {})[_method(operation)] = {
            **_described(operation, references),
            "security": [{}, {"token": []}] if is_open and operation.is_safe else [{"token": []}],
        }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "巡查：政务新媒体监测",
            "version": version,
            "description": "程序能读、能办的都列在这里，用的是与页面同样的数据、筛选、权限和操作记录；"
            "登录和密码、发放令牌和管理推送地址只能由人在页面上办，没有列出。时间为北京时间，带时区。",
            "contact": {"name": office or "办公室"},
        },
        "servers": [{"url": "/api/v1"}],
        "tags": [
            *({"name": group.label, "description": group.note} for group in OperationGroup),
            _PUSHED,
        ],
        "paths": paths,
        "webhooks": {event.value: {"post": _pushed(event, references[CaseEvent])} for event in HookEvent},
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "接口令牌，由管理员发放，可停用。"}
            },
        },
    }


def _models(operations: Iterable[Operation]) -> list[tuple[type[BaseModel], JsonSchemaMode]]:
    models: dict[type[BaseModel], JsonSchemaMode] = {ProblemModel: "serialization", CaseEvent: "serialization"}
    for operation in operations:
        if not isinstance(operation, Downloading):
            models[operation.answer] = "serialization"
        if (body := body_model(operation)) is not None:
            models[body] = "validation"
    return list(models.items())


def _address(operation: Operation) -> str:
    return re.sub(r"\{(\w+):path\}", r"{\1}", operation.path)


def _method(operation: Operation) -> str:
    return "post" if isinstance(operation, Acting) else "get"


_PUSHED = {"name": "推送", "description": "推送到登记的地址，按 Standard Webhooks 签名。"}
_HEADERS = {
    "webhook-id": "这条推送的编号，重试时不变，凭它去重。",
    "webhook-timestamp": "这次推送的时刻，Unix 秒；相差5分钟以上的应拒绝。",
    "webhook-signature": "签名：v1, 加 HMAC-SHA256（编号.时刻.内容）的 Base64；更换密钥的一天内有两个，以空格分开。",
}
_TAKEN = {
    "2XX": "已接收。",
    "410": "不再接收：立即停止推送，由管理员重新启用。",
    "default": "没有接收：过一段时间重试，三天后放弃并告知办公室。重定向不跟随。",
}


def _pushed(event: HookEvent, content: Json) -> Json:
    """Return what is sent when something happened to a case."""
    return {
        "operationId": "".join(part.capitalize() for part in ("on", *event.value.split("."))),
        "summary": event.label,
        "description": f"{event.label}时推送，每个事项按先后。至少一次：可能重复，编号相同。",
        "tags": ["推送"],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": note, "schema": {"type": "string"}}
            for name, note in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {JSON: {"schema": content}}},
        "responses": {status: {"description": note} for status, note in _TAKEN.items()},
        "security": [],
    }


def _described(operation: Operation, references: References) -> Json:
    said: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": _who(operation),
        "tags": [operation.group.label],
        "parameters": [*_path_parameters(operation), *_query_parameters(operation)],
        "responses": _responses(operation, references),
    }
    if isinstance(operation, Uploading):
        said["requestBody"] = {"required": True, "content": {FILE: {"schema": {"type": "string", "minLength": 1}}}}
    elif (body := body_model(operation)) is not None:
        content = {JSON: {"schema": references[body]}}
        said["requestBody"] = {"required": needs_body(operation), "content": content}
    return said


def _who(operation: Operation) -> str:
    """Return who may ask for an operation, in a sentence or two."""
    if operation.scope is None:
        return "任何有效的令牌都可以。"
    scope = f"令牌须有“{operation.scope.label}”（{operation.scope.value}）的权限。"
    person = f"属于用户的，本人须有{operation.right.label}的权限"
    return f"{scope}{person}{'；单位用户只限本单位' if operation.is_own else '，单位用户不能使用'}。"


def _path_parameters(operation: Operation) -> list[Json]:
    return [_path_parameter(name, note) for name, note in operation.path_notes.items()]


def _path_parameter(name: str, note: str) -> Json:
    schema = _NUMBER if name == "number" else _NAMED
    return {"name": name, "in": "path", "required": True, "description": note, "schema": schema}


def _query_parameters(operation: Operation) -> list[Json]:
    if operation.parameters is NoParameters:
        return []
    schema = operation.parameters.model_json_schema(ref_template=_REFERENCE)
    definitions, required = schema.get("$defs", {}), schema.get("required", ())
    return [
        _query_parameter(name, _inlined(given, definitions), is_required=name in required)
        for name, given in schema["properties"].items()
    ]


def _query_parameter(name: str, given: Json, *, is_required: bool) -> Json:
    kinds = [kind for kind in given.pop("anyOf", [given]) if kind.get("type") != "null"]
    note = given.pop("description", "")
    (schema,) = kinds
    schema = {key: value for key, value in schema.items() if key not in {"default", "description", "title"}}
    return {"name": name, "in": "query", "required": is_required, "description": note or "筛选。", "schema": schema}


def _inlined(schema: Json, definitions: Mapping[str, Json]) -> Json:
    """Return a schema with the closed lists that it refers to written out."""
    if "$ref" in schema:
        return {**definitions[schema["$ref"].rpartition("/")[2]], **{k: v for k, v in schema.items() if k != "$ref"}}
    if "anyOf" in schema:
        return {**schema, "anyOf": [_inlined(kind, definitions) for kind in schema["anyOf"]]}
    return dict(schema)


def _responses(operation: Operation, references: References) -> Json:
    if isinstance(operation, Downloading):
        files = {media: {"schema": {"type": "string"}} for media in operation.media}
        return {"200": {"description": "文件。", "content": files}, **_problems((*_READING, 409))}
    answer: Json = references[operation.answer]
    if not isinstance(operation, Acting):
        schema = {"type": "array", "items": answer} if isinstance(operation, ListReading) else answer
        good = {"200": _answered(schema, "读到的内容。")}
        good["304"] = {"description": "与 If-None-Match 写明的一样。"}
        return good | _problems(_READING)
    answers = _problems(_ACTING)
    for status, note in operation.statuses.items():
        content = answers.get(str(status), {}).get("content", {})
        answers[str(status)] = {"description": note, "content": {JSON: {"schema": answer}} | content}
    return answers


def _answered(schema: Json, note: str) -> Json:
    return {"description": note, "content": {JSON: {"schema": schema}}}


def _problems(statuses: Iterable[int]) -> dict[str, Json]:
    schema = {"$ref": _REFERENCE.format(model=ProblemModel.__name__)}
    return {
        str(status): {"description": _PROBLEMS[status], "content": {PROBLEM: {"schema": schema}}} for status in statuses
    }
