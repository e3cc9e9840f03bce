"""The bodies of requests: JSON as the models take it, and nothing that two readers could understand in two ways."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import ValidationError

from monitor.web.api.operation import Operation
from monitor.web.api.problems import ProblemError, sentence_of
from monitor.web.api.schema import Model

JSON = "application/json"
_NO_OBJECT = "请求的内容应为一个 JSON 对象，以 UTF-8 编码。"
_TWICE = "同一个字段只能写一次。"
_DEEPEST = 20
"""Objects and lists within one another; no body has more than three."""


class _TwiceError(ValueError):
    """A field stands twice in an object."""


def body_model(operation: Operation) -> type[Model] | None:
    """Return of what model the body of an operation is; None for none."""
    model: type[Model] | None = getattr(operation, "body", None)
    return model


def needs_body(operation: Operation) -> bool:
    """True if a request has to have a body; else an empty one says as much as one without fields."""
    model = body_model(operation)
    return model is not None and any(field.is_required() for field in model.model_fields.values())


def read_body(model: type[Model], written: bytes) -> Model:
    """Return a body as its model; raises ProblemError."""
    if _depth(written) > _DEEPEST:
        raise ProblemError(400, _NO_OBJECT)
    try:
        json.loads(written.decode(), object_pairs_hook=_each_once)
    except _TwiceError as error:
        raise ProblemError(400, _TWICE) from error
    except ValueError as error:
        raise ProblemError(400, _NO_OBJECT) from error
    try:
        return model.model_validate_json(written)
    except ValidationError as error:
        raise ProblemError(400, sentence_of(error, "字段")) from error


def _each_once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise _TwiceError
    return read


def _depth(written: bytes) -> int:
    """Return how deep brackets could at most lie in one another, wherever they stand."""
    depth = deepest = 0
    for byte in written:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest
