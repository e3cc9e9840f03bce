"""The dashboards in config/grafana/dashboards, written by `python -m tests.grafana.dashboards`.

The office has its accounts (`county.json`), the technicians have the service (`service.json`). Counts that are
rightly nothing fall back to 0, so that an empty panel always means that something is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import ascii_uppercase
from typing import TypeVar

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BigValueColorMode,
    BigValueGraphMode,
    StackingMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import Dashboard as Board
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
    VariableHide,
    VariableOption,
    VariableRefresh,
    VariableSort,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from monitor.core.account import Platform
from monitor.core.case import DOWNLOADS, LADDER, StepKind
from monitor.core.finding import State
from monitor.core.light import Light
from monitor.core.message import MessageState, Outcome
from monitor.core.web_hook import DeliveryState

FOLDER = Path(__file__).parents[2] / "config" / "grafana" / "dashboards"
SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
ALL = "$__all"
ACCOUNTS = 'max by (account, name, unit, platform) (xuncha_account_info{platform=~"$platform",unit=~"$unit"})'
"""The accounts that the variables leave, once each: a service that stands by tells the same of the same database."""
OF_ACCOUNT = "on (account)"
ACCOUNT_PAGE = "/accounts/${__data.fields.编号:percentencode}"
"""The page of the account of a row: Grafana writes the row's id into it."""
NO_NEXT_STEP = "max(xuncha_cases_without_next_step)"
"""Never falls back to 0: where nobody has counted, nobody knows."""
UNSEEN = (State.UNKNOWN, State.SUSPECTED, State.NEEDS_REVIEW)
"""The states in which nobody can say how an account stands."""
FAILED = 'xuncha_looks_total{outcome!~"seen|unchanged"}'
GREEN, BLUE, YELLOW, RED, GREY = "green", "blue", "yellow", "red", "#8e8e8e"
STEPS = {
    **{step.value: step.label for step in StepKind},
    StepKind.LAST_DAY.value: "更新预警（最后一天）",
    StepKind.REPEAT.value: "督办（再次）",
}
PLATFORMS = {platform.value: platform.label for platform in Platform}
MESSAGES = {state.value: state.label for state in MessageState}
PUSHES = {state.value: state.label for state in DeliveryState}
HOOKS_GIVEN_UP = f'xuncha_hook_events{{state="{DeliveryState.GIVEN_UP.value}"}}'
PAGES = "${pages}"
"""Where the pages are: the service says so itself."""
OUTCOMES = {outcome.value: outcome.label for outcome in Outcome}

P = TypeVar("P", stat.Panel, bargauge.Panel, table.Panel, timeseries.Panel)


def county() -> Board:
    """Return what the office looks at: how long accounts have been without an update, and what is being done."""
    return _numbered(
        _dashboard("xuncha-county", "全县更新情况", "now-30d", "5m")
        .with_variable(
            dashboard.CustomVariable("platform")
            .label("平台")
            .values(", ".join(f"{label} : {value}" for value, label in PLATFORMS.items()))
            .multi(multi=True)
            .include_all(include_all=True)
            .all_value(".*")
            .current(VariableOption(text="All", value=ALL))
        )
        .with_variable(
            dashboard.QueryVariable("unit")
            .label("主办单位")
            .datasource(SOURCE)
            .query('label_values(xuncha_account_info{platform=~"$platform"}, unit)')
            .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
            .sort(VariableSort.ALPHABETICAL_ASC)
            .multi(multi=True)
            .include_all(include_all=True)
            .all_value(".*")
            .current(VariableOption(text="All", value=ALL))
        )
        .with_variable(
            dashboard.QueryVariable("pages")
            .datasource(SOURCE)
            .query("label_values(xuncha_pages_info, address)")
            .refresh(VariableRefresh.ON_DASHBOARD_LOAD)
            .hide(VariableHide.HIDE_VARIABLE)
        )
        .with_row(dashboard.Row("全县（不随筛选变化）"))
        .with_panel(_stat("全县账号", "max(xuncha_roster_accounts) or vector(0)", width=3, page="/accounts"))
        .with_panel(
            _stat(
                "全县已超期", _findings(State.VIOLATED), above=RED, width=3, page=f"/accounts?light={Light.RED.value}"
            )
        )
        .with_panel(
            _stat(
                "全县临近超期",
                _findings(State.WARNING),
                above=YELLOW,
                width=3,
                page=f"/accounts?light={Light.AMBER.value}",
            )
        )
        .with_panel(
            _stat("全县未能核查", _findings(*UNSEEN), above=GREY, width=3, page=f"/accounts?light={Light.GREY.value}")
        )
        .with_panel(
            _stat(
                "全县客户端异常",
                _findings(State.VIOLATED, State.SUSPECTED, rule=DOWNLOADS),
                above=RED,
                width=3,
                page=f"/accounts?platform={Platform.MOBILE_APP.value}",
            )
        )
        .with_panel(_stat("未办结事项", "sum(max by (step) (xuncha_open_cases)) or vector(0)", width=3, page="/cases"))
        .with_panel(_stat("没有下一步的事项", NO_NEXT_STEP, above=RED, width=3, page="/system"))
        .with_panel(_stat("未单独列出", "max(xuncha_series_truncated)", above=RED, width=3))
        .with_panel(
            _lines(
                "更新情况的变化",
                {
                    "正常": _findings(State.OK),
                    "临近超期": _findings(State.WARNING),
                    "已超期": _findings(State.VIOLATED),
                    "未能核查": _findings(*UNSEEN),
                },
                width=24,
                colors={"正常": GREEN, "临近超期": YELLOW, "已超期": RED, "未能核查": GREY},
            ).stacking(common.StackingConfig().mode(StackingMode.NORMAL))
        )
        .with_row(dashboard.Row("所选平台和单位（账号超过2,000个时只含有问题的）"))
        .with_panel(_stat("账号", f"count({ACCOUNTS}) or vector(0)"))
        .with_panel(_stat("已超期", _in_state(State.VIOLATED), above=RED))
        .with_panel(_stat("临近超期", _in_state(State.WARNING), above=YELLOW))
        .with_panel(_stat("未能核查", _in_state(*UNSEEN), above=GREY))
        .with_panel(
            _stat(
                "24小时内有更新",
                "count((time() - max by (account) (xuncha_last_published_timestamp_seconds) < 86400)"
                f" and {OF_ACCOUNT} {ACCOUNTS}) or vector(0)",
            )
        )
        .with_panel(
            _stat(
                "应用不能下载或使用",
                "count((max by (account) (xuncha_app_download_available) == 0)"
                f" and {OF_ACCOUNT} {ACCOUNTS}) or vector(0)",
                above=RED,
            )
        )
        .with_row(dashboard.Row("账号明细"))
        .with_panel(_accounts())
        .with_panel(_bars("已超期的账号，按平台", _overdue_by("platform"), "{{platform}}", PLATFORMS, width=12))
        .with_panel(_bars("已超期的账号，按主办单位（前15）", f"topk(15, {_overdue_by('unit')})", "{{unit}}", width=12))
        .with_row(dashboard.Row("办理（全县，不随筛选变化）"))
        .with_panel(
            _bars("未办结事项，按最近一个步骤", "max by (step) (xuncha_open_cases)", "{{step}}", STEPS, width=12)
        )
        .with_panel(_bars("消息", "max by (state) (xuncha_outbox_messages)", "{{state}}", MESSAGES, width=12))
    )


def service() -> Board:
    """Return what the technicians look at: whether the service runs, sees, sends, and what it costs."""
    window = "[$__rate_interval]"
    return _numbered(
        _dashboard("xuncha-service", "服务运行", "now-24h", "1m")
        .with_row(dashboard.Row("总体"))
        .with_panel(_stat("服务", 'min(up{job="xuncha"})', below=RED, words={"1": "运行", "0": "停止"}, width=3))
        .with_panel(
            _stat("数据库", "min(xuncha_store_writable)", below=RED, words={"1": "正常", "0": "不能写入"}, width=3)
        )
        .with_panel(_stat("告警", 'count(ALERTS{alertstate="firing"}) or vector(0)', above=RED, width=3))
        .with_panel(_stat("24小时内程序错误", "sum(increase(xuncha_bugs_total[24h])) or vector(0)", above=RED, width=3))
        .with_panel(_stat("事项没有下一步", NO_NEXT_STEP, above=RED, width=3))
        .with_panel(_stat("没有送到的推送", f"max({HOOKS_GIVEN_UP}) or vector(0)", above=RED, width=3))
        .with_panel(_stat("已运行", 'time() - min(process_start_time_seconds{job="xuncha"})', unit="s", width=3))
        .with_panel(
            _stat(
                "放假安排",
                "max by (year) (xuncha_calendar_year_loaded)",
                legend="{{year}}",
                below=YELLOW,
                words={"1": "已知", "0": "未知"},
                width=3,
            )
        )
        .with_panel(
            _lines(
                "告警的变化",
                {"{{alertname}}": 'count by (alertname) (ALERTS{alertstate="firing"}) or on () vector(0)'},
                width=24,
                height=5,
            )
        )
        .with_panel(_lines("主用的服务", {"{{instance}}": "xuncha_leader"}, width=24, height=5))
        .with_row(dashboard.Row("各项工作"))
        .with_panel(
            _lines(
                "距上次完成",
                {"{{pass}}": "time() - max by (pass) (xuncha_pass_last_success_timestamp_seconds)"},
                unit="s",
            )
        )
        .with_panel(
            _lines(
                "所用时间（95%）",
                {"{{pass}}": _quantile("xuncha_pass_duration_seconds_bucket", "pass", window)},
                unit="s",
            )
        )
        .with_row(dashboard.Row("采集"))
        .with_panel(
            _lines(
                "断网，暂停采用的平台",
                {
                    "断网": "1 - min(xuncha_monitor_online)",
                    "{{platform}}": "max by (platform) (xuncha_platform_suspended)",
                },
                names=PLATFORMS,
                width=24,
                height=5,
            )
        )
        .with_panel(
            _lines(
                "采集次数，按结果（每分钟）",
                {"{{outcome}}": f"sum by (outcome) (rate(xuncha_looks_total{window})) * 60"},
            )
        )
        .with_panel(
            _lines("近6小时失败的比例，按平台", {"{{platform}}": _failing_share()}, names=PLATFORMS, unit="percentunit")
        )
        .with_panel(
            _lines(
                "一次采集所用时间（95%），按平台",
                {"{{platform}}": _quantile("xuncha_look_duration_seconds_bucket", "platform", window)},
                names=PLATFORMS,
                unit="s",
            )
        )
        .with_panel(
            _lines(
                "距最近一次采集，按平台",
                {
                    "{{platform}}": "time() - max by (platform) (max by (account) (xuncha_last_look_timestamp_seconds)"
                    f" * {OF_ACCOUNT} group_left (platform) max by (account, platform) (xuncha_account_info))"
                },
                names=PLATFORMS,
                unit="s",
            )
        )
        .with_row(dashboard.Row("消息"))
        .with_panel(
            _lines(
                "没有送达的消息",
                {"{{state}}": 'max by (state) (xuncha_outbox_messages{state=~"held|queued|sending|failed"})'},
                names=MESSAGES,
                width=8,
            )
        )
        .with_panel(_lines("等待最久的消息", {"等待": "max(xuncha_outbox_oldest_age_seconds)"}, unit="s", width=8))
        .with_panel(
            _lines(
                "每小时发送次数，按结果",
                {"{{outcome}}": "sum by (outcome) (increase(xuncha_deliveries_total[1h])) or on () vector(0)"},
                names=OUTCOMES,
                width=8,
            )
        )
        .with_panel(
            _bars(
                "近24小时没有送达的比例，按渠道",
                '(sum by (channel) (increase(xuncha_deliveries_total{outcome!="sent"}[24h]))'
                " or sum by (channel) (xuncha_deliveries_total) * 0)"
                " / (sum by (channel) (increase(xuncha_deliveries_total[24h])) > 0) or on () vector(0)",
                "{{channel}}",
                width=24,
                height=6,
                unit="percentunit",
            )
        )
        .with_row(dashboard.Row("推送"))
        .with_panel(
            _lines(
                "还没有送到的推送",
                {"{{state}}": "max by (state) (xuncha_hook_events)"},
                names=PUSHES,
                width=12,
                height=6,
            )
        )
        .with_panel(
            _lines(
                "每小时推送次数，按结果",
                {"{{outcome}}": "sum by (outcome) (increase(xuncha_hook_deliveries_total[1h])) or on () vector(0)"},
                names=OUTCOMES,
                width=12,
                height=6,
            )
        )
        .with_row(dashboard.Row("容量"))
        .with_panel(_lines("等待采集的来源", {"来源": "max(xuncha_looks_due)"}, width=8))
        .with_panel(
            _lines("等待采集最久的来源", {"等待": "max(xuncha_looks_due_oldest_age_seconds)"}, unit="s", width=8)
        )
        .with_panel(_lines("台账中的账号", {"账号": "max(xuncha_roster_accounts)"}, width=8))
        .with_panel(
            _lines(
                "数据库的大小",
                {"数据库": "max(xuncha_database_size_bytes)", "预写日志": "max(xuncha_database_wal_size_bytes)"},
                unit="bytes",
                width=8,
            )
        )
        .with_panel(
            _lines("数据库所在磁盘的余量", {"余量": "min(xuncha_database_disk_free_bytes)"}, unit="bytes", width=8)
        )
        .with_panel(_lines("事件循环的延迟", {"{{instance}}": "xuncha_loop_lag_seconds"}, unit="s", width=8))
        .with_row(dashboard.Row("资源"))
        .with_panel(
            _lines("内存", {"{{instance}}": 'process_resident_memory_bytes{job="xuncha"}'}, unit="bytes", width=8)
        )
        .with_panel(
            _lines(
                "CPU",
                {"{{instance}}": f'rate(process_cpu_seconds_total{{job="xuncha"}}{window})'},
                unit="percentunit",
                width=8,
            )
        )
        .with_panel(_lines("取一次指标", {"{{instance}}": 'scrape_duration_seconds{job="xuncha"}'}, unit="s", width=8))
    )


def text(board: Board) -> str:
    """Return a dashboard as it is written to its file."""
    return json.dumps(json.loads(JSONEncoder().encode(board)), ensure_ascii=False, indent=2) + "\n"


def boards() -> Mapping[str, Board]:
    """Return every dashboard by the name of its file."""
    return {"county.json": county(), "service.json": service()}


def _in_state(*states: State) -> str:
    """Return how many accounts stand so towards the two-week rule."""
    wanted = "|".join(state.value for state in states)
    finding = f'max by (account) (xuncha_finding_state{{rule="{LADDER}",state=~"{wanted}"}})'
    return f"count({finding} and {OF_ACCOUNT} {ACCOUNTS}) or vector(0)"


def _findings(*states: State, rule: str = LADDER) -> str:
    """Return how many accounts of the whole roster stand so towards a rule; without one, the two-week rule."""
    wanted = "|".join(state.value for state in states)
    return f'sum(max by (state) (xuncha_findings{{rule="{rule}",state=~"{wanted}"}})) or vector(0)'


def _overdue_by(label: str) -> str:
    finding = f'max by (account) (xuncha_finding_state{{rule="{LADDER}",state="{State.VIOLATED.value}"}})'
    overdue = f"count by ({label}) ({finding} * {OF_ACCOUNT} group_left ({label}) {ACCOUNTS})"
    return f"({overdue} or count by ({label}) ({ACCOUNTS}) * 0)"


def _failing_share() -> str:
    tried = "sum by (platform) (increase(xuncha_looks_total[6h]))"
    return f"(sum by (platform) (increase({FAILED}[6h])) or {tried} * 0) / ({tried} > 0) or on () vector(0)"


def _quantile(bucket: str, label: str, window: str) -> str:
    return f"histogram_quantile(0.95, sum by ({label}, le) (rate({bucket}{window})))"


def _accounts() -> table.Panel:
    """Return the list of accounts: longest without an update first."""
    joined = f"* {OF_ACCOUNT} group_left (name, unit, platform) {ACCOUNTS}"
    columns = {
        "name": "账号",
        "unit": "主办单位",
        "platform": "平台",
        "Value #A": "未更新天数",
        "Value #B": "距上次采集",
        "account": "编号",
    }
    panel = _filled(
        table.Panel(),
        "账号，未更新天数最多的在前",
        (
            _table(f"max by (account) (xuncha_days_since_update) {joined}"),
            _table(f"(time() - max by (account) (xuncha_last_look_timestamp_seconds)) {joined}"),
        ),
        width=24,
        height=14,
    )
    return (
        panel.with_transformation(DataTransformerConfig(id_val="merge", options={}))
        .with_transformation(
            DataTransformerConfig(
                id_val="organize",
                options={
                    "excludeByName": dict.fromkeys(("Time", "instance", "job"), True),
                    "indexByName": {name: place for place, name in enumerate(columns)},
                    "renameByName": columns,
                },
            )
        )
        .filterable(filterable=True)
        .sort_by([common.TableSortByFieldState().display_name("未更新天数").desc(desc=True)])
        .override_by_name("平台", [DynamicConfigValue("mappings", [_words(PLATFORMS)])])
        .override_by_name(
            "账号",
            [
                DynamicConfigValue(
                    "links",
                    [{"title": "打开账号页面", "url": f"{PAGES}{ACCOUNT_PAGE}", "targetBlank": True}],
                )
            ],
        )
        .override_by_name("距上次采集", [DynamicConfigValue("unit", "s"), DynamicConfigValue("decimals", 0)])
        .override_by_name(
            "未更新天数",
            [
                DynamicConfigValue("custom.cellOptions", {"type": "color-background", "mode": "basic"}),
                DynamicConfigValue("thresholds", _steps((None, GREEN), (10, YELLOW), (15, RED)).build()),
            ],
        )
    )


def _stat(
    title: str,
    query: str,
    *,
    above: str | None = None,
    below: str | None = None,
    words: Mapping[str, str] | None = None,
    legend: str = "",
    unit: str = "none",
    width: int = 4,
    page: str = "",
) -> stat.Panel:
    """Return one number: in the color `above` from 1 on, or in the color `below` until then; `page` tells more."""
    panel = _filled(stat.Panel(), title, (_now(query, legend),), width=width, height=4)
    if page:
        panel.links([_link("打开页面", page)])
    panel.unit(unit).decimals(0).graph_mode(BigValueGraphMode.NONE).color_mode(BigValueColorMode.VALUE)
    panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    if words:
        panel.mappings([_words(words)])
    return panel.thresholds(_steps((None, below or GREEN), (1, above or GREEN)))


def _bars(
    title: str,
    query: str,
    legend: str,
    names: Mapping[str, str] | None = None,
    *,
    width: int = 8,
    height: int = 9,
    unit: str = "none",
) -> bargauge.Panel:
    panel = _filled(bargauge.Panel(), title, (_now(query, legend),), width=width, height=height)
    panel.unit(unit).min(0).display_mode(BarGaugeDisplayMode.BASIC).orientation(VizOrientation.HORIZONTAL)
    panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    _rename(panel, names or {})
    return panel.thresholds(_steps((None, BLUE)))


def _lines(
    title: str,
    queries: Mapping[str, str],
    *,
    names: Mapping[str, str] | None = None,
    colors: Mapping[str, str] | None = None,
    unit: str = "none",
    width: int = 12,
    height: int = 8,
) -> timeseries.Panel:
    """Return lines over time, from queries by their legend."""
    over_time = [prometheus.Dataquery().expr(query).range().legend_format(legend) for legend, query in queries.items()]
    panel = _filled(timeseries.Panel(), title, over_time, width=width, height=height)
    panel.unit(unit).min(0).fill_opacity(10)
    _rename(panel, names or {})
    for name, color in (colors or {}).items():
        panel.override_by_name(name, [DynamicConfigValue("color", {"mode": "fixed", "fixedColor": color})])
    return panel


def _link(title: str, page: str) -> dashboard.DashboardLink:
    return (
        dashboard.DashboardLink(title)
        .type(DashboardLinkType.LINK)
        .url(f"{PAGES}{page}")
        .target_blank(target_blank=True)
    )


def _filled(panel: P, title: str, queries: Sequence[prometheus.Dataquery], *, width: int, height: int) -> P:
    panel.title(title).datasource(SOURCE).span(width).height(height)
    for letter, query in zip(ascii_uppercase, queries, strict=False):
        panel.with_target(query.ref_id(letter).datasource(SOURCE))
    return panel


def _now(query: str, legend: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().expr(query).instant().legend_format(legend)


def _table(query: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().expr(query).instant().format(PromQueryFormat.TABLE)


def _rename(panel: bargauge.Panel | timeseries.Panel, names: Mapping[str, str]) -> None:
    """Give series their Chinese names."""
    for name, label in names.items():
        panel.override_by_name(name, [DynamicConfigValue("displayName", label)])


def _words(words: Mapping[str, str]) -> ValueMap:
    return ValueMap({value: ValueMappingResult(text=word) for value, word in words.items()})


def _steps(*steps: tuple[float | None, str]) -> dashboard.ThresholdsConfig:
    thresholds = [Threshold(value=value, color=color) for value, color in steps]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(thresholds)


def _dashboard(uid: str, title: str, since: str, every: str) -> dashboard.Dashboard:
    return (
        dashboard.Dashboard(title)
        .uid(uid)
        .tags(["xuncha"])
        .timezone("Asia/Shanghai")
        .week_start("monday")
        .time(since, "now")
        .refresh(every)
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .readonly()
        .with_variable(dashboard.DatasourceVariable("datasource").label("数据源").type("prometheus"))
    )


def _numbered(builder: dashboard.Dashboard) -> Board:
    """Return the dashboard with its panels numbered in order."""
    board = builder.build()
    for number, panel in enumerate(board.panels or [], 1):
        panel.id_val = number
    return board


def write() -> None:
    """Write the files."""
    for name, board in boards().items():
        (FOLDER / name).write_text(text(board), encoding="utf-8")


if __name__ == "__main__":
    write()
