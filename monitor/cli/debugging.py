"""The report of a bug: one sentence on the terminal, the traceback for those who ask for it."""

from __future__ import annotations

import logging
import os

VARIABLE = "XUNCHA_DEBUG"
_log = logging.getLogger(__name__)


def is_debugging() -> bool:
    """True if the environment asks for everything that can be known."""
    return os.environ.get(VARIABLE, "") not in {"", "0"}


def keep_logs() -> None:
    """Log to stderr if asked to, else nowhere: a command speaks for itself (run and sample set up their own logs)."""
    if is_debugging():
        from monitor.logs import set_up  # noqa: PLC0415 - most commands log nothing

        set_up(debug=True)
    else:
        logging.getLogger().addHandler(logging.NullHandler())


def report(bug: Exception) -> str:
    """Log an unforeseen exception and return what to tell the user."""
    from monitor.logs import whereabouts  # noqa: PLC0415 - as above

    _log.critical("bug", exc_info=bug)
    return f"程序内部错误（{whereabouts(bug)}），请告诉维护人员；加环境变量 {VARIABLE}=1 再运行可显示详情。"
