"""The kinds of values a setting may have, each with the sentence that explains it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, cast
from urllib.parse import urlsplit

from pydantic import BeforeValidator, InstanceOf, SecretStr, ValidationInfo

from monitor.core.login import ABSOLUTE, SHORTEST_IDLE

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_MAX_SECRET = 64 * 1024
NEVER = "never"
"""The word for no end of waiting: a key left empty is one that is not written."""
_MOST_WORKDAYS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The values that references in the settings are resolved against; without `env` they stay unresolved."""

    folder: Path
    env: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that stands in the environment or in a file; the settings hold only the reference."""

    reference: str
    _value: SecretStr | None = field(default=None, repr=False)

    def reveal(self) -> str:
        """Return the secret itself; raises LookupError when the settings were loaded without secrets."""
        if self._value is None:
            raise LookupError(self.reference)
        return self._value.get_secret_value()


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"(\d{1,6})([smhd])", value) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        raise ValueError("应为时长，如 30s、30m、6h、1d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _idle(value: object) -> timedelta:
    found = _duration(value)
    if not SHORTEST_IDLE <= found <= ABSOLUTE:
        raise ValueError("应为30分钟到7天，如 30m、8h、1d")
    return found


def _clock(value: object) -> time:
    if isinstance(value, time):
        return value
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", value.strip()) if isinstance(value, str) else None
    if match is None or int(match[1]) > 24 or int(match[2]) > 59:  # noqa: PLR2004 - a clock's face
        raise ValueError("应为时刻，如 08:45")
    if int(match[1]) == 24:  # noqa: PLR2004 - the end of the day
        if int(match[2]):
            raise ValueError("时刻不能晚于 24:00")
        return time.max
    return time(int(match[1]), int(match[2]))


def _window(value: object) -> tuple[time, time]:
    if isinstance(value, tuple) and all(isinstance(end, time) for end in value):
        return value
    parts = re.split(r"\s*[-－–]\s*", value.strip()) if isinstance(value, str) else []
    if len(parts) != 2:  # noqa: PLR2004 - from and to
        raise ValueError("应为时段，如 08:45-11:30")
    start, end = _clock(parts[0]), _clock(parts[1])
    if start >= end:
        raise ValueError(f"时段 {value} 的结束时刻应晚于开始时刻")
    return start, end


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", value.strip()) if isinstance(value, str) else None
    try:
        if match:
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError as error:
        raise ValueError(f"没有 {value} 这一天") from error
    raise ValueError("应为日期，如 2027-02-20")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Days:
    """One day, or several in a row."""

    first: date
    last: date


def _days(value: object) -> Days:
    if isinstance(value, Days):
        return value
    parts = re.split(r"\s*[至~～]\s*", value) if isinstance(value, str) else [value]
    first, last = _day(parts[0]), _day(parts[-1])
    if len(parts) > 2 or last < first:  # noqa: PLR2004 - from and to
        raise ValueError("应为日期或起止日期，如 2027-02-05至2027-02-11")
    return Days(first=first, last=last)


def _workdays(value: object) -> int | None:
    if value == NEVER:
        return None
    if type(value) is not int or not 1 <= value <= _MOST_WORKDAYS:
        raise ValueError(f"应为 1 到 {_MOST_WORKDAYS} 的整数，或 {NEVER}（不自动放行）")
    return value


def _network(value: object) -> IPv4Network | IPv6Network:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    try:
        return ip_network(value if isinstance(value, str) else "")
    except ValueError as error:
        raise ValueError("应为网段，如 10.0.0.0/8（主机位须为 0）") from error


def _web_address(value: object) -> str:
    if isinstance(value, str) and _is_of_the_web(value) and "@" not in urlsplit(value).netloc:
        return value.rstrip("/")
    raise ValueError("应为以 http:// 或 https:// 开头、不含用户名和密码的网址")


def _is_of_the_web(value: str) -> bool:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return usable and not re.search(r"\s", value)


def proxy_of(value: str) -> str:
    """Return the address of a proxy, which may hold a name and a password. Raises ValueError, which repeats neither."""
    if not _is_of_the_web(value):
        raise ValueError("应为以 http:// 或 https:// 开头的代理地址")
    return value


def _issuer(value: object) -> str:
    address = _web_address(value)
    parts = urlsplit(address)
    if parts.query or parts.fragment:
        raise ValueError("应为签发者的网址，不带 ? 和 # 以后的部分")
    if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise ValueError("应以 https:// 开头：经明文传输的登录结果可以伪造")
    return address


def _host_name(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"[^\s:/@?#\[\]%]{1,253}", value):
        return value
    raise ValueError("应为主机名，如 xuncha.example.gov.cn，不写端口")


def bind_of(value: object) -> tuple[str, int]:
    """Return the host and port of an address to listen on; raises ValueError in Chinese."""
    if isinstance(value, tuple):
        return value
    match = re.fullmatch(r"\[?([^\s\[\]]+)\]?:(\d{1,5})", value) if isinstance(value, str) else None
    if match is None or not 0 < int(match[2]) < 65536:  # noqa: PLR2004 - a port
        raise ValueError("应为“地址:端口”，如 127.0.0.1:8080")
    return match[1], int(match[2])


def _secret(value: object, info: ValidationInfo) -> Secret:
    if isinstance(value, Secret):
        return value
    around = cast("Surroundings", info.context)
    kind, _, name = value.partition(":") if isinstance(value, str) else ("", "", "")
    if kind == "env" and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        found = _from_environment(name, around)
    elif kind == "file" and name:
        found = _from_file(name, around)
    else:
        raise ValueError("应写作 env:变量名 或 file:文件路径，密钥不要直接写在设置文件里")
    return Secret(f"{kind}:{name}", found)


def _secret_or_address(value: object, info: ValidationInfo) -> Secret:
    """Return a secret; an address that needs no hiding may be written as it is."""
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return Secret("网址", SecretStr(_web_address(value)))
    return _secret(value, info)


def _from_environment(name: str, around: Surroundings) -> SecretStr | None:
    if around.env is None:
        return None
    value = around.env.get(name, "").strip()
    if not value:
        raise ValueError(f"环境变量 {name} 没有设置")
    return SecretStr(value)


def _from_file(name: str, around: Surroundings) -> SecretStr | None:
    if around.env is None:
        return None
    try:
        with (around.folder / name).open(encoding="utf-8-sig") as file:
            if os.fstat(file.fileno()).st_mode & stat.S_IRWXO:
                raise ValueError(f"文件 {name} 其他用户也能读写，请执行 chmod o= 收回权限")
            value = file.read(_MAX_SECRET).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"无法读取文件 {name}") from error
    if not value:
        raise ValueError(f"文件 {name} 是空的")
    return SecretStr(value)


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Idle = Annotated[timedelta, BeforeValidator(_idle)]
Clock = Annotated[time, BeforeValidator(_clock)]
Window = Annotated[tuple[time, time], BeforeValidator(_window)]
Workdays = Annotated[int | None, BeforeValidator(_workdays)]
Day = Annotated[date, BeforeValidator(_day)]
DaySpan = Annotated[InstanceOf[Days], BeforeValidator(_days)]
Network = Annotated[InstanceOf[IPv4Network] | InstanceOf[IPv6Network], BeforeValidator(_network)]
Issuer = Annotated[str, BeforeValidator(_issuer)]
WebAddress = Annotated[str, BeforeValidator(_web_address)]
HostName = Annotated[str, BeforeValidator(_host_name)]
Bind = Annotated[tuple[str, int], BeforeValidator(bind_of)]
SecretReference = Annotated[InstanceOf[Secret], BeforeValidator(_secret)]
SecretOrAddress = Annotated[InstanceOf[Secret], BeforeValidator(_secret_or_address)]
