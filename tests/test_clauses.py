"""The clauses of config/rules.yaml stand letter by letter in the instruments: people read them as quotations."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from monitor.settings import load
from monitor.settings.rules import RuleVersion

CONFIG = Path(__file__).parents[1] / "config"
PLAN = """
保留部分群众关注度高、传播影响力强的民生领域部门账号；归集整合粉丝数量少、影响范围小、运营力量无保障的弱运营账号；注销清理长期无更新的“僵尸”“休眠”账号和主动申请关停的账号。清理整合后的政务新媒体总数控制在10个以内。
打造以“缙云发布”主账号为龙头，部门精品账号为支撑的政务新媒体矩阵体系，整体协同、集体发声，发挥聚合效应。
建立健全公众留言回复机制，认真做好公众留言的审核发布、处理反馈工作，引入“民呼我为”统一平台政策知识库，为企业、群众提供基本政策咨询、解答，限期反馈需办事项结果。政务新媒体提供掌上办事服务应依托“浙里办”做好办事入口的汇聚整合和优化，实现数据同源、服务同根、一次认证、一网通办。
政务新媒体内容运营业务原则上由主办单位负责运营，确需委托第三方运营的，受委托方应为主办单位下属企事业单位，或主流新闻媒体、具有互联网新闻信息采编发布服务资质的主流新闻网站等。不得将内容运营业务外包给社会组织、社会企业等无新闻采编发布服务资质的单位，合规受委托方不得将内容运营业务再次转包。双方须明确约定有关权责，签订保密协议，加强日常监督。
全面排摸阶段（5月19日前）
发现有未纳入“浙江省政务新媒体管理平台”备案监管的政务新媒体账号，于5月19日前报送至县政府信息公开中心。此次排摸后，若仍有政务新媒体账号未纳入平台监管范围的，一律予以注销，并在政府执行力考核中予以扣分。
清理整治阶段（5月20日至5月31日）
连续2次被“浙江省政务新媒体管理平台”通报2周未更新或单次超过20天未更新、移动客户端（APP）无法下载或使用的，原则上清理整合；搜狐号、百家号、大鱼号等小众平台账号原则上一律取消。
在“浙江省政务新媒体管理平台”的运营效果指数连续2周低于全县平均值的，原则上清理整合。
各乡镇（街道）开设的政务新媒体账号原则上予以注销。
县政府办公室联合宣传部（网信办）、融媒体中心、大数据发展中心等部门开展分析研判，结合实际动态清理整合相关账号。
运营实施阶段（6月1日至6月30日）
保留群众关注度高、传播影响力强的部分民生领域部门账号，每个账号确定一位联络员及一位责任领导，保留账号由主办单位自主运营，建立政务新媒体主办单位工作制度，日常工作开展交流会，形成民生领域精品账号新媒体矩阵。
各单位在“掌上缙云”移动客户端开设账号自主发稿，并积极向“缙云播报”微信公众号、“缙云融媒”抖音号等官方媒体平台投稿，提高内容质量，优化服务功能，切实提升宣传影响力。
全面实施阶段（7月1日至7月31日）
重点完善政务新媒体管理机制体系，包括信息发布审核制度、安全管理制度、应急预案、考核评价办法等系列制度，以管理标准化助推程序规范化，以程序规范化确保运营安全化。
把政务新媒体工作纳入基层领导干部和公务员教育培训内容，每年至少组织1次集中学习培训。
建立常态化监管机制，县政府办公室联合宣传部（网信办）等部门对政务新媒体信息内容管理、安全管理、值班值守等制度落实情况进行定期检查，持续监测各政务新媒体运营水平和运维状态，及时发现问题，落实整改，确保各政务新媒体的规范化运营管理和平稳运行，提升政务新媒体服务水平。
"""
OPINION = """
一个单位原则上在同一平台只开设一个政务新媒体账号
在公开认证信息中标明主办单位名称
在不同平台上开设的政务新媒体名称原则上应保持一致
开设、变更、关停、注销应向主管单位备案
主办单位发生变化的，应及时注销或变更账号信息，并向社会公告
移动客户端要全面支持IPv6
假冒政务新媒体，要求第三方平台立即关停，并通报有关部门
"""
INDICATORS = """
安全、泄密事故等严重问题
监测时间点前2周内无更新
未提供有效互动功能
"""
TEXTS = {"缙政办发〔2022〕13号": PLAN, "国办发〔2018〕123号": OPINION, "国办秘函〔2019〕19号": INDICATORS}
"""The passages of each instrument that the rules rest on, by its number, in its order."""
WITHOUT_TEXT = {"APP-03"}
"""Nobody has the words of these."""
VERSIONS = load(CONFIG, {}).rule_versions.rules


def text_of(version: RuleVersion) -> str | None:
    return next((text for number, text in TEXTS.items() if number in version.instrument), None)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda entry: f"{entry.id}-{entry.effective_from}")
def test_a_clause_stands_letter_by_letter_in_its_instrument(version: RuleVersion) -> None:
    if version.id in WITHOUT_TEXT:
        assert version.clause == ""
        return
    text = text_of(version)
    assert text is not None
    place = 0
    for part in version.clause.split("……"):
        assert part
        found = text.find(part, place)
        assert found >= 0, part
        place = found + len(part)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda entry: f"{entry.id}-{entry.effective_from}")
def test_a_clause_that_leaves_lines_out_says_so(version: RuleVersion) -> None:
    assert "\n" not in version.clause
    assert "大意" not in version.clause


def test_of_a_rule_without_words_the_document_alone_is_named() -> None:
    book = load(CONFIG, {}).rule_book(date(2026, 11, 1))
    assert book.clauses["APP-03"] == "《政务移动互联网应用程序规范化管理办法》（国办函〔2026〕12号）"
