"""The meanings of the codes of WeChat's official interfaces, and the steps of the account's administrator.

As documented, and as clients of 2026 met them. The sentences are in Chinese, for it is the operator who reads them
and passes them on. No code says for certain that an account is gone: those that may mean it are refusals, to be
looked into.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from monitor.core.observation import LookFailedError, Reason

STALE = frozenset({40001, 40014, 42001})
"""The access token is wrong or past its time; the first also says so of a secret."""
NOT_READY = 61503
"""The figures of the day are not there yet."""
_HOUR, _DAY = timedelta(hours=1), timedelta(hours=24)
_NEXT_QUOTA = timedelta(hours=6)
"""How long a used-up quota of the day is left alone."""
_WAITS: Mapping[int, timedelta] = {45009: _NEXT_QUOTA, 89506: _DAY, 89507: _HOUR}
"""How long it is of no use to ask again."""

_ADDRESS = "请公众号管理员登录微信开发者平台，在“基础信息”页把本机的出口地址加入“IP白名单”"
CODES: Mapping[int, tuple[Reason, str]] = {
    -1: (Reason.HTTP_ERROR, "微信接口繁忙，系统稍后自动重试"),
    40001: (Reason.GRANT, "AppSecret不正确，可能已被重置，请管理员核对后更新设置"),
    40013: (Reason.GRANT, "AppID不正确，请对照微信开发者平台“基础信息”页更正设置"),
    40125: (Reason.GRANT, "AppSecret不正确，可能已被重置，请管理员核对后更新设置"),
    40164: (Reason.GRANT, _ADDRESS),
    61004: (Reason.GRANT, _ADDRESS),
    40243: (Reason.GRANT, "AppSecret已被冻结，请管理员在微信开发者平台“开发密钥”处解冻"),
    47009: (Reason.HTTP_ERROR, "微信已停用这个接口，请更新本软件"),
    48001: (Reason.GRANT, "该账号没有这个接口的权限，请管理员在“接口权限与额度”核对，并确认认证年审在有效期内"),
    61003: (Reason.GRANT, "单位已取消授权，请联系管理员重新授权"),
    61007: (Reason.GRANT, "授权范围不含这个接口，请管理员重新扫码，授权第7项权限集"),
    61500: (Reason.HTTP_ERROR, "微信不接受查询日期的格式，请更新本软件"),
    61501: (Reason.HTTP_ERROR, "微信不接受查询日期的范围，请更新本软件"),
    NOT_READY: (Reason.HTTP_ERROR, "当日数据尚未生成，一般8时以后可查，系统稍后自动重试"),
    89503: (Reason.GRANT, "请公众号管理员在微信收到的模板消息中确认本机的出口地址"),
    89506: (Reason.GRANT, "管理员已拒绝本机的出口地址，24小时后才能再次申请，请先与管理员沟通"),
    89507: (Reason.GRANT, "管理员已拒绝本机的出口地址，1小时后才能再次申请，请先与管理员沟通"),
    45009: (Reason.RATE_LIMITED, "接口当日额度已用完，系统稍后自动重试"),
    45011: (Reason.RATE_LIMITED, "调用接口过于频繁，系统稍后自动重试"),
    48004: (Reason.REFUSED, "该账号因违规被停用接口，请联系管理员核实账号状态"),
    50002: (Reason.REFUSED, "该账号受到限制（可能被冻结、封禁或已注销），请核实账号状态"),
    50004: (Reason.REFUSED, "该账号因处罚被停用接口，请联系管理员核实账号状态"),
}
"""The meaning of each code, and the step to take."""


def is_stale(code: object) -> bool:
    """True if the code says that the access token is no longer taken."""
    return isinstance(code, int) and code in STALE


def refusal(code: object) -> LookFailedError:
    """Return the failure that a code means; UNREADABLE for one that is not known."""
    if not isinstance(code, int) or code not in CODES:
        return LookFailedError(Reason.UNREADABLE, f"errcode {code!r:.20}")
    reason, advice = CODES[code]
    return LookFailedError(reason, f"微信接口返回{code}：{advice}", retry_after=_WAITS.get(code))
