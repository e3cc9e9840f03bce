"""The words that templates of single forms may print by their names, beside what every document has."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.documents.document import DocumentLayout

NOTICE: Mapping[str, str] = {
    "主办单位": "收件的主办单位",
    "账号名称": "账号的名称；问题是单位的，为空",
    "平台": "账号的平台；问题是单位的，为空",
    "问题": "规则的名称，如2周未更新",
    "情况": "当前情况，如“最近一次更新为11月13日，已17天未更新，超过2周。”",
    "依据": "条款原文",
    "整改时限": "判定写明的最后一天，没有写明的为整改期限的最后一天；已过或没有期限的留空，由办公室填写",
    "事项编号": "事项的编号",
}
FACTS: Mapping[DocumentLayout, Mapping[str, str]] = {DocumentLayout.NOTICE: NOTICE}
"""By layout; what each of them is, for people."""
