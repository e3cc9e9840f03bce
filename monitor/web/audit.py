"""The names of the acts of the audit log."""

from __future__ import annotations

_ACTIONS = {
    "import roster": "导入台账",
    "import posts": "导入发布记录",
    "import filed-list": "导入已备案清单",
    "import bulletins": "导入通报",
    "import index": "导入指数",
    "import decisions": "导入处置决定",
    "import records": "导入记录",
    "import withdraw": "撤回导入",
    "export roster": "导出台账",
    "export personal-data": "导出个人信息",
    "export records": "导出记录",
    "export findings": "导出判定",
    "export cases": "导出事项",
    "export messages": "导出消息",
    "report deductions": "写出扣分建议清单",
    "report review": "写出联合研判表",
    "report deregistration": "写出注销进度表",
    "audit export": "导出操作记录",
    "db backup": "备份数据库",
    "message show": "查看消息的收件人",
    "link register": "消息链接：提交链接",
    "link refuse": "消息链接：已拒绝",
    "api register": "接口：提交链接",
    "api refuse": "接口：已拒绝",
    "case acknowledge": "事项：已知悉",
    "case confirm": "事项：确认",
    "case reject": "事项：误报",
    "case exempt": "事项：豁免",
    "case retain": "事项：保留",
    "case revoke": "事项：撤销决定",
    "case consolidate": "事项：清理整合",
    "case deregister": "事项：注销",
    "case close": "事项：人工办结",
    "message release": "消息：放行",
    "message withhold": "消息：压下",
    "message retry": "消息：重发",
    "message phone": "消息：已电话告知",
    "message test": "消息：试发",
    "evaluate": "按规则判定",
    "db prune": "清除个人信息",
    "record mute": "登记暂停提醒",
}


def action_text(action: str) -> str:
    """Return what people call an act; one without a name is called by its command."""
    return _ACTIONS.get(action, action)
