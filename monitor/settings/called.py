"""What each setting of xuncha.yaml is called where people read the settings in force; `*` stands for a chosen name."""

from __future__ import annotations

from collections.abc import Mapping

CALLED: Mapping[tuple[str, ...], str] = {
    ("office", "name"): "办公室名称",
    ("office", "phone"): "联系电话",
    ("office", "sender"): "消息的落款",
    ("office", "areas"): "负责的地区",
    ("hours", "windows"): "发送时段",
    ("hours", "digest"): "每日摘要的时间",
    ("hours", "per_person"): "每人每天最多几条消息",
    ("hours", "every_day"): "休息日也发送",
    ("hours", "overrides"): "更正工作日历的文件",
    ("platforms",): "各平台的采集",
    ("platforms", "*", "every"): "采集间隔",
    ("platforms", "*", "per_minute"): "每分钟最多请求几次",
    ("platforms", "*", "base_url"): "转发地址",
    ("platforms", "*", "canary"): "对照账号",
    ("grants",): "单位授权的官方接口",
    ("grants", "*", "collector"): "采集器",
    ("grants", "*", "id"): "接口的应用编号",
    ("grants", "*", "secret"): "接口的密钥",
    ("grants", "*", "token"): "接口的授权令牌",
    ("grants", "*", "base_url"): "接口的地址",
    ("channels",): "通知渠道",
    ("channels", "*", "url"): "渠道地址",
    ("channels", "*", "base_url"): "专有部署的地址",
    ("channels", "*", "per_minute"): "每分钟最多发几条",
    ("roles", "liaison"): "经哪些渠道通知联络员",
    ("roles", "leader"): "经哪些渠道通知责任领导",
    ("roles", "operator"): "经哪些渠道通知操作员",
    ("network", "allow"): "允许访问的内网网段",
    ("network", "proxy"): "代理",
    ("network", "timeout"): "每次请求最多等多久",
    ("network", "anchors"): "用来确定是否断网的网址",
    ("review", "steps"): "须经放行才发给单位的步骤",
    ("review", "workdays"): "几个工作日无人放行的自动放行",
    ("review", "two_persons"): "注销和豁免须由另一名操作员确认",
    ("documents", "addressee"): "通报的主送",
    ("documents", "basis"): "通报的依据",
    ("documents", "demands"): "通报的工作要求",
    ("documents", "notice"): "整改通知单的整改要求",
    ("documents", "handover"): "账号交接单的各项",
    ("hold",): "所有消息都等操作员放行",
    ("heartbeat", "url"): "运行状态上报的地址",
    ("heartbeat", "peer"): "运行状态上报的渠道",
    ("dispatch", "kind"): "由谁采集",
    ("dispatch", "addresses"): "采集进程的出口地址",
    ("dispatch", "platforms"): "只从几个出口地址采集的采集器",
    ("dispatch", "role"): "采集进程登录数据库所用的角色",
    ("retention", "evidence"): "原始页面保存多久",
    ("retention", "observations"): "核查记录保存多久",
    ("retention", "messages"): "已发消息保存多久",
    ("retention", "reports"): "已生成的报表保存多久",
    ("web", "bind"): "网页的监听地址和端口",
    ("web", "base_url"): "网页对外的网址",
    ("web", "key"): "给消息里的链接签名的密钥",
    ("web", "api_token"): "经接口粘贴链接的令牌",
    ("web", "hosts"): "还可以用哪些主机名打开",
    ("web", "metrics_token"): "读取指标的令牌",
    ("web", "trusted_proxies"): "反向代理的地址",
    ("web", "idle"): "多久不操作即退出登录",
    ("web", "oidc"): "统一身份认证",
    ("web", "oidc", "issuer"): "统一身份认证：签发者的网址",
    ("web", "oidc", "client_id"): "统一身份认证：本系统的编号",
    ("web", "oidc", "client_secret"): "统一身份认证：本系统的密钥",
    ("web", "oidc", "claim"): "统一身份认证：按哪一项识别用户",
    ("web", "oidc", "label"): "统一身份认证：登录页按钮上的字",
    ("web", "oidc", "acr"): "统一身份认证：哪些acr值表示已核对第二因素",
}
_CHOSEN = frozenset({"platforms", "grants", "channels"})
"""The sections whose entries have names of somebody's choice."""


def called(place: tuple[str | int, ...]) -> str:
    """Return what a setting is called; of an entry with a chosen name, with that name before it."""
    steps = tuple(map(str, place))
    if len(steps) > 1 and steps[0] in _CHOSEN:
        return f"{steps[1]}：{CALLED[steps[0], '*', *steps[2:]]}"
    return CALLED[steps]
