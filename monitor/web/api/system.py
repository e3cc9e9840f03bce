"""The monitor itself: how it stands, its settings, the audit log, its web hooks, and the token that is shown."""

from __future__ import annotations

import asyncio

from monitor.actions.actor import Right
from monitor.actions.api_tokens import EndTokenCommand, end_token
from monitor.core.token_scope import TokenScope
from monitor.queries.audit import AuditEntry, read_entries
from monitor.queries.hooks import HookLine, read_hooks
from monitor.queries.system import SystemPage, read_system
from monitor.queries.tokens import ShownToken
from monitor.store import Tx
from monitor.web.api.operation import (
    Acting,
    Answer,
    Call,
    Found,
    ListParameters,
    ListReading,
    Operation,
    OperationGroup,
    Telling,
    done,
    found,
    in_memory,
)
from monitor.web.api.problems import ProblemError
from monitor.web.api.reach import require_all_areas
from monitor.web.api.schema import Day, DoneModel, Remark, Said
from monitor.web.api.schema_office import ActModel, HookModel, SettingsModel, SystemModel, TokenModel
from monitor.web.audit import action_text
from monitor.web.filters import audit_filter
from monitor.web.page_context import PassStatus, summed


class AuditParameters(ListParameters):
    """The parameters of the audit log."""

    who: Said | None = None
    """谁，一段文字。"""
    what: Said | None = None
    """办了什么，如 case exempt。"""
    day: Day | None = None
    """哪一天。"""
    object: Remark = ""
    """对象，一段文字；“事项12”为这个事项。"""


async def _system(call: Call) -> dict[str, object]:
    require_all_areas(call, "运行状态")
    context = call.context
    page = await call.query(lambda tx: read_system(tx, call.now, context.canaries()))
    return {
        "version": context.version,
        "starting": context.is_starting(),
        "standing_by": context.is_standing_by(),
        "problems": await context.problems(),
        "hints": [*context.notices(), *context.hints, *page.advices],
        "passes": [
            {"name": one.name, "last_success": one.last_success, "late": one.is_late}
            for one in summed(context.passes())
        ],
        "platforms": _platforms(page),
    }


def _pass(one: PassStatus) -> dict[str, object]:
    return {"name": one.name, "last_success": one.last_success, "late": one.is_late}


def _platforms(page: SystemPage) -> list[dict[str, object]]:
    return [
        {
            "platform": line.platform,
            "accounts": line.accounts,
            "failing": line.failing,
            "reasons": line.reasons,
            "canary": line.canary,
            "seen_at": line.seen_at,
            "suspended_since": line.outage.began_at if line.outage else None,
            "to_do": line.to_do,
        }
        for line in page.eyes.platforms
    ]


async def _settings(call: Call) -> object:
    require_all_areas(call, "设置")
    return await asyncio.to_thread(call.context.settings)


def _acts(tx: Tx, call: Call) -> Found:
    require_all_areas(call, "操作记录")
    before = int(str(call.place[0])) if call.place else None
    entries = read_entries(tx, audit_filter(call.given), limit=call.limit, before=before)
    return found(entries, lambda one: (one.number,), _act)


def _act(entry: AuditEntry) -> dict[str, object]:
    act = entry.act
    return {
        "number": entry.number,
        "at": act.at,
        "who": act.actor,
        "what": act.action,
        "text": action_text(act.action),
        "object": act.object,
        "detail": act.detail,
        "login": act.login,
        "address": act.address,
        "before": act.before,
        "after": act.after,
        "digest": entry.digest,
    }


def _hooks(tx: Tx, call: Call) -> Found:
    area = call.actor.area
    hooks = [hook for hook in read_hooks(tx, call.now) if area in {None, hook.area}]
    return in_memory(hooks, call, _number_of, is_descending=True)


def _number_of(hook: HookLine) -> tuple[int]:
    return (hook.number,)


async def _token(call: Call) -> dict[str, object]:
    shown, owner = _shown(call).token, _shown(call).owner
    return {
        "name": shown.name,
        "prefix": shown.prefix,
        "scopes": shown.scopes,
        "area": shown.area,
        "owner": owner.name if owner else None,
        "expires_at": shown.expires_at,
        "last_used_at": shown.last_used_at,
    }


async def _end(call: Call) -> Answer:
    ended = await call.perform(end_token, EndTokenCommand(shown=_shown(call).token))
    return done(f"令牌“{ended.name}”已停用，立即失效。")


def _shown(call: Call) -> ShownToken:
    if call.shown is None:
        raise ProblemError(404, "这个请求没有出示本系统发放的令牌。")
    return call.shown


SYSTEM: tuple[Operation, ...] = (
    Telling(
        name="getSystem",
        path="/system",
        summary="运行状态：故障、各项工作、各平台能不能采集",
        group=OperationGroup.SYSTEM,
        page="/system",
        right=Right.SEE_SYSTEM,
        scope=TokenScope.OFFICE,
        answer=SystemModel,
        tell=_system,
    ),
    Telling(
        name="getSettings",
        path="/settings",
        summary="现在生效的设置和核对结果，不含密钥",
        group=OperationGroup.SYSTEM,
        page="/system/settings",
        right=Right.SEE_SYSTEM,
        scope=TokenScope.OFFICE,
        answer=SettingsModel,
        tell=_settings,
    ),
    ListReading(
        name="listActs",
        path="/audit",
        summary="操作记录，最近的在前",
        group=OperationGroup.SYSTEM,
        page="/audit",
        right=Right.SEE_AUDIT,
        scope=TokenScope.OFFICE,
        parameters=AuditParameters,
        answer=ActModel,
        read=_acts,
        kinds=(int,),
    ),
    ListReading(
        name="listHooks",
        path="/hooks",
        summary="推送地址和送达情况，不含地址和密钥",
        group=OperationGroup.SYSTEM,
        page="/system/hooks",
        right=Right.SEE_SYSTEM,
        scope=TokenScope.OFFICE,
        answer=HookModel,
        read=_hooks,
        kinds=(int,),
    ),
    Telling(
        name="getToken",
        path="/token",
        summary="出示的令牌：权限、地区、有效期、最近使用",
        group=OperationGroup.SYSTEM,
        right=Right.CALL,
        scope=None,
        is_own=True,
        answer=TokenModel,
        tell=_token,
    ),
    Acting(
        name="endToken",
        path="/token/end",
        summary="停用出示的令牌，立即失效：泄露或不用时使用",
        group=OperationGroup.SYSTEM,
        right=Right.CALL,
        scope=None,
        is_own=True,
        answer=DoneModel,
        act=_end,
    ),
)
