"""The database's failures, in words for the people who run it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import exc


class StoreError(Exception):
    """The database cannot be used; the text is one Chinese sentence without secrets, fit to be shown."""


class SchemaTooNewError(StoreError):
    """The database was written by a newer version of this program, which knows more than we do."""


class CollisionError(StoreError):
    """The server undid a transaction because it and another one waited for each other; a new try may do."""


_SQLITE = {
    sqlite3.SQLITE_PERM: "没有权限访问数据库 {where}。",
    sqlite3.SQLITE_BUSY: "数据库 {where} 正被其他程序占用，请稍后再试。",
    sqlite3.SQLITE_LOCKED: "数据库 {where} 正被其他程序占用，请稍后再试。",
    sqlite3.SQLITE_READONLY: "数据库 {where} 是只读的，请检查文件和文件夹的写权限。",
    sqlite3.SQLITE_IOERR: "读写数据库 {where} 时磁盘出错，请检查磁盘。",
    sqlite3.SQLITE_INTERRUPT: "读取数据库 {where} 超过了时限，已中断。",
    sqlite3.SQLITE_CORRUPT: "数据库 {where} 已损坏，请用备份恢复。",
    sqlite3.SQLITE_FULL: "磁盘已满，无法写入数据库 {where}。",
    sqlite3.SQLITE_CANTOPEN: "无法打开数据库 {where}，请检查路径和权限。",
    sqlite3.SQLITE_NOTADB: "文件 {where} 不是数据库，请核对文件名，或检查 --db、环境变量 XUNCHA_DB。",
}
"""By primary result code (https://www.sqlite.org/rescode.html)."""

_ENDED = "与数据库 {where} 的连接被服务器中断，稍后重试。"
_SILENT = "数据库 {where} 没有在时限内答复，请检查数据库服务器。"
_POSTGRESQL = {
    "25006": "数据库 {where} 是只读的。",
    "25P03": _ENDED,
    "25P04": _ENDED,
    "42501": "没有权限写入数据库 {where}。",
    "53100": "数据库服务器的磁盘已满，无法写入 {where}。",
    "53200": "数据库服务器的内存不足，无法读写 {where}。",
    "53300": "数据库 {where} 的连接数已满，请检查数据库服务器。",
    "55P03": "数据库 {where} 正被其他程序占用，请稍后再试。",
    "57P01": _ENDED,
    "57P02": _ENDED,
    "57P03": "数据库 {where} 正在启动或停止，稍后重试。",
    "57P05": _ENDED,
}
"""By SQLSTATE (PostgreSQL manual, appendix A)."""


def reason(error: StoreError) -> str:
    """Return what the driver said, on one line; empty where it said nothing."""
    cause = error.__cause__
    said = cause.orig if isinstance(cause, exc.DBAPIError) else cause
    return " ".join(str(said).split()) if said else ""


@contextmanager
def spoken(url: sa.URL) -> Iterator[None]:
    """Turn failures of the database itself into a StoreError; a fault in a statement stays what it is."""
    try:
        yield
    except exc.TimeoutError as error:
        raise StoreError(_SILENT.format(where=_where(url))) from error
    except (exc.DBAPIError, sqlite3.Error) as error:
        sentence = _sentence(error.orig if isinstance(error, exc.DBAPIError) else error)
        if sentence is None:
            raise
        kind = CollisionError if _is_collision(error) else StoreError
        raise kind(sentence.format(where=_where(url))) from error


def _is_collision(error: exc.DBAPIError | sqlite3.Error) -> bool:
    return isinstance(error, exc.DBAPIError) and getattr(error.orig, "sqlstate", None) in {"40001", "40P01"}


def _where(url: sa.URL) -> str:
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    return f"{url.host or url.query.get('host') or '本机'}/{url.database or ''}"


def _sentence(error: BaseException | None) -> str | None:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return _SQLITE.get(code & 0xFF) if code is not None else None
    state = getattr(error, "sqlstate", None)
    kind = {kind.__name__ for kind in type(error).__mro__}  # psycopg's: it may not be installed
    if state is not None:
        said = f"数据库 {{where}} 出错（{state}），请查看数据库服务器的日志。" if "OperationalError" in kind else None
        return _POSTGRESQL.get(state, said)
    if "ConnectionTimeout" in kind or "no answer in time" in str(error):
        return _SILENT
    is_connection = not kind.isdisjoint({"OperationalError", "InterfaceError"})
    return "数据库 {where} 连接失败，请检查地址、账号和网络。" if is_connection else None
