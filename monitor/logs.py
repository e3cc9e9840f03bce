"""Logs: one line per event, readable on a terminal, JSON elsewhere; secrets never get in.

Modules log through the standard library with constant messages and fields in `extra`; this is
where those become lines.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

_SECRET = re.compile(
    r"(?i)((?:access_token|sign|secret|password|token|key|corpsecret)=)[^&\s'\"]+|(://[^/\s:@]+:)[^@/\s]+@"
)
_OURS = ("monitor", "collectors", "alerts")


def set_up(stream: TextIO = sys.stderr, level: int = logging.INFO) -> None:
    """Send our own logs of `level` and everybody's warnings to a stream."""
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redacted,
    ]
    renderer: structlog.types.Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if stream.isatty():
        renderer = structlog.dev.ConsoleRenderer()
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)


def redacted(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blot out what looks like a secret in any text of an event: the last line of defence, not the first."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _SECRET.sub(lambda match: f"{match[1] or match[2]}***", value)
    return event
