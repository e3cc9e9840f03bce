"""研判表: the accounts about which the joint review (联合研判) has to decide, with everything it needs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.core.account import AccountStatus
from monitor.core.calendar import beijing_date
from monitor.core.case import CHIEF
from monitor.core.decision import Decision, parties
from monitor.core.episode import Episodes
from monitor.core.figures import FOR_REVIEW
from monitor.core.finding import Finding
from monitor.core.judgement import headline
from monitor.core.labels import evidence_list
from monitor.core.pass_rate import PassRate, pass_rate
from monitor.core.period import Period
from monitor.core.record import Record
from monitor.documents.document import Document, Table, Value
from monitor.documents.dossier import AREA, Dossier, has_areas, in_order
from monitor.documents.spared import spared

COLUMNS = (
    "主办单位",
    "账号ID",
    "账号名称",
    "平台",
    "建议",
    "触发规则",
    "情况",
    "证据",
    "超期次数",
    "超期天数",
    "最长未更新天数",
    "未更新分类",
    "指数近8周",
    "粉丝",
    "已有决定",
    "本单位意见",
    "研判结论",
    "参加部门",
)


def review(
    dossiers: Sequence[Dossier],
    records: Sequence[Record],
    period: Period,
    beyond: Sequence[Finding] = (),
    *,
    titles: Mapping[str, str],
) -> Document:
    """Return the accounts with findings that propose 清理整合, 注销, 取消 or 研判, but those in 注销中.

    `beyond` are the findings on units and areas: what of them is exempted is counted, with the accounts that are.
    `titles` say what a rule is called.
    """
    put = [dossier for dossier in in_order(dossiers, records) if _put(dossier)]
    several = has_areas(dossiers)
    staying = [dossier for dossier in put if dossier.account.status is not AccountStatus.DEREGISTERING]
    rows = tuple(_row(dossier, titles, with_area=several) for dossier in staying)
    under_way = len(put) - len(rows)
    rate = pass_rate((finding for dossier in dossiers for finding in dossier.findings), CHIEF)
    rest = f"另有{under_way}个已在注销中，见注销进度表。" if under_way else ""
    head = (f"{period.label}：提请研判{len(rows)}个账号。{rest}", _rate(rate, titles), *spared(dossiers, beyond))
    return Document(title="联合研判表", head=head, table=Table.of((AREA, *COLUMNS) if several else COLUMNS, rows))


def _rate(rate: PassRate, titles: Mapping[str, str]) -> str:
    percent = rate.percent()
    share = f"合格率{percent}" if percent else "无法计算合格率"
    apart = f"未能核查{rate.unchecked}个，豁免{rate.exempted}个，均不计入。"
    checked = "、".join(f"“{titles[rule]}”" for rule in CHIEF)
    return f"按{checked}检查{rate.checked}个，不合格{rate.failed}个，{share}；{apart}"


def _row(dossier: Dossier, titles: Mapping[str, str], *, with_area: bool) -> tuple[Value, ...]:
    account, found = dossier.account, _put(dossier)
    first = headline(found)
    return (
        *((account.area,) if with_area else ()),
        account.unit,
        account.id,
        account.name,
        account.platform.label,
        "、".join(proposal.label for proposal in first.proposals) if first else None,
        "\n".join(f"{titles[finding.rule]}（{finding.rule}）：{finding.label}。{finding.clause}" for finding in found),
        "\n".join(finding.because for finding in found),
        evidence_list(dict.fromkeys(each for finding in found for each in finding.evidence)),
        *_counts(dossier.gaps),
        dossier.staleness.label if dossier.staleness else None,
        "、".join(dossier.index),
        account.followers,
        "\n".join(_said(decision, titles) for decision in dossier.decisions),
        None,
        None,
        None,
    )


def _put(dossier: Dossier) -> list[Finding]:
    """Return what is put to the review of an account."""
    return [
        finding
        for finding in dossier.findings
        if finding.state.is_trouble and not FOR_REVIEW.isdisjoint(finding.proposals)
    ]


def _counts(gaps: Episodes | None) -> tuple[Value, Value, Value]:
    """Return three cells; empty where nothing can be said, which is not zero."""
    return (gaps.count, gaps.days_over, gaps.longest) if gaps is not None else (None, None, None)


def _said(decision: Decision, titles: Mapping[str, str]) -> str:
    by = parties(decision)
    basis_changed = f"；决定依据有变化：{decision.basis_changed}" if decision.basis_changed else ""
    what = titles.get(decision.rule, decision.rule)
    return f"{beijing_date(decision.at).isoformat()} “{what}” {decision.ruling.label}（{by}）{basis_changed}"
