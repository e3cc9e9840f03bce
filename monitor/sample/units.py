"""The county's units, their people and what they write about: all invented.

Phone numbers are of a block that was never given out, mail addresses and hosts end in `.invalid` (RFC 2606).
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.core.account import Contact, Role, UnitLevel

AREA = "示例县"
_STEMS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥金木水火"
_LIAISON_PHONES = 13800000001
_LEADER_PHONES = 13800000101


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A body that runs accounts, and the words it posts."""

    key: str
    """In hosts and mail addresses."""
    name: str
    number: int
    titles: tuple[str, ...]
    level: UnitLevel = UnitLevel.COUNTY_UNIT
    group: str | None = None
    """The unit's own DingTalk group, by the name of its channel."""
    has_liaison: bool = True

    @property
    def host(self) -> str:
        """Where its site is served."""
        return f"www.{self.key}.example.invalid"

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """The liaison and the leader named for its accounts."""
        stem = _STEMS[self.number]
        liaison = Contact(
            role=Role.LIAISON,
            name=f"联络员{stem}",
            phone=str(_LIAISON_PHONES + self.number),
            mail=f"{self.key}.liaison@example.invalid",
        )
        leader = Contact(
            role=Role.LEADER,
            name=f"责任领导{stem}",
            phone=str(_LEADER_PHONES + self.number),
            mail=f"{self.key}.leader@example.invalid",
        )
        return (liaison, leader) if self.has_liaison else (leader,)


_GENERAL = (
    "县政府召开常务会议，研究部署近期重点工作",
    "“最多跑一次”改革再深化，24项高频事项实现“一窗通办”",
    "示例县开展“进企业、解难题”走访服务活动",
    "关于公开征集民生实事项目建议的公告",
    "一图读懂：示例县政府工作报告重点任务分工",
    "便民提示：节假日期间政务服务窗口开放安排",
    "示例县召开基层政务公开标准化规范化工作推进会",
    "权威发布｜示例县公布第二批“无证明城市”事项清单",
)

_TABLE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("office", "示例县人民政府办公室", (
        "今日示例：全县一季度经济运行情况新闻发布会实录",
        "示例县空气质量周报：PM2.5日均浓度<35微克/立方米",
        "县长热线回音壁：群众反映的12个问题已全部办结",
        "政策解读：《示例县支持实体经济发展若干措施》",
    )),
    ("education", "示例县教育局", (
        "示例县义务教育阶段学校招生入学工作问答",
        "全县中小学校园安全专项检查情况通报",
        "示例县举行优秀教师事迹报告会",
        "关于规范校外培训机构办学行为的提醒",
    )),
    ("transport", "示例县交通运输局", (
        "出行提示：县道示例线路面改造，请提前绕行",
        "城乡公交一体化新增线路3条，惠及沿线1.2万名群众",
        "示例县开展道路运输安全生产大检查",
        "“四好农村路”建设：又有5条通村公路完工通车",
    )),
    ("police", "示例县公安局", (
        "反诈提醒：接到这类电话请立即挂断",
        "示例公安开展夜间治安清查统一行动",
        "关于县城部分路段实行交通管制的通告",
        "派出所的一天：小案快办暖民心",
    )),
    ("health", "示例县卫生健康局", (
        "健康科普：高血压患者日常管理的六个要点",
        "示例县家庭医生签约服务进村入户",
        "县人民医院专家门诊排班表",
        "示例县免费“两癌”筛查工作启动",
    )),
    ("emergency", "示例县应急管理局", (
        "安全提示：居家用电这些细节要注意",
        "示例县组织开展防汛抢险综合应急演练",
        "森林防火橙色预警，请勿携带火种进山",
        "全县危险化学品企业安全生产培训班开班",
    )),
    ("culture", "示例县文化和广电旅游体育局", (
        "周末去哪儿？示例古镇非遗市集等你来",
        "县图书馆“全民阅读月”活动预告",
        "示例县新增省级非物质文化遗产代表性项目4项",
        "全县广场舞展演报名开始",
    )),
    ("justice", "示例县司法局", (
        "以案释法：借条这样写才有效",
        "示例县开展“法律明白人”集中培训",
        "公共法律服务中心值班律师安排",
        "行政复议知识小课堂",
    )),
    ("town", "示例县示例镇人民政府", (
        "示例镇开展人居环境整治“周六清洁日”活动",
        "我镇早稻机插现场会顺利举行",
        "示例镇便民服务中心搬迁公告",
        "干部进村入户收集民情民意",
    )),
    ("civil", "示例县民政局", (
        "示例县居家养老服务中心运营情况公示",
        "婚姻登记预约办理指南",
        "最低生活保障标准调整公告",
        "“情暖夕阳”志愿服务走进敬老院",
    )),
    ("agriculture", "示例县农业农村局", (
        "农技课堂：水稻病虫害绿色防控要点",
        "示例县高标准农田建设项目进展",
        "“土特产”变“香饽饽”：示例香菇上市",
        "动物防疫春秋季集中免疫工作部署",
    )),
    ("labour", "示例县人力资源和社会保障局", (
        "示例县专场招聘会岗位信息（一）",
        "城乡居民养老保险缴费问答",
        "技能提升补贴这样申领",
        "根治欠薪：维权渠道一览",
    )),
    ("housing", "示例县住房和城乡建设局", (
        "老旧小区改造进行时：今年计划改造18个",
        "住房公积金缴存基数调整通知",
        "示例县保障性租赁住房申请指南",
        "燃气使用安全入户检查公告",
    )),
    ("market", "示例县市场监督管理局", (
        "食品安全监督抽检信息公告",
        "“你点我检”进校园活动开展",
        "电梯困人怎么办？请记住这几点",
        "示例县开展计量惠民专项行动",
    )),
    ("water", "示例县水利局", (
        "全县中小型水库安全度汛检查",
        "河长制工作简报",
        "农村饮用水达标提标行动完成情况",
        "节水宣传进社区",
    )),
    ("disabled", "示例县残疾人联合会", ("残疾人就业援助活动预告",)),
    ("insurance", "示例县医疗保障局", (
        "城乡居民医保参保登记公告",
        "异地就医备案操作指南",
        "门诊慢特病待遇认定流程",
        "打击欺诈骗保典型案例通报",
    )),
    ("service", "示例县政务服务管理办公室", (
        "办事指南更新：不动产登记“一件事”联办",
        "政务服务大厅窗口调整公告",
        "“办不成事”反映窗口受理范围",
        "网上办事操作演示",
    )),
    ("media", "示例县融媒体中心", (
        "示例新闻联播",
        "主播带你看示例",
        "记者走基层：山村里的早餐店",
        "航拍示例：云海日出",
    )),
    ("land", "示例县自然资源和规划局", (
        "国有建设用地使用权挂牌出让公告",
        "示例县国土空间总体规划批后公布",
        "地质灾害隐患点巡查工作动态",
        "不动产登记公告（遗失声明）",
    )),
    ("veterans", "示例县退役军人事务局", (
        "退役士兵报到须知",
        "最美退役军人事迹展播",
        "优抚对象年度确认公告",
        "退役军人专场招聘会预告",
    )),
    ("science", "示例县科学技术局", ("科技特派员下乡记",)),
    ("audit", "示例县审计局", (
        "审计小课堂：什么是自然资源资产离任审计",
        "示例县预算执行审计进点会召开",
        "审计整改“回头看”",
        "内部审计业务培训班举办",
    )),
    ("forestry", "示例县林业局", (
        "古树名木保护巡查",
        "示例县启动松材线虫病集中除治",
        "义务植树尽责通道公布",
        "野生动物救助记",
    )),
    ("commerce", "示例县商务局", (
        "消费促进月活动启动",
        "家电以旧换新补贴申领指南",
        "示例县电商直播大赛报名公告",
        "外贸企业服务日活动举办",
    )),
    ("statistics", "示例县统计局", (
        "示例县国民经济和社会发展统计公报",
        "统计开放日活动",
        "居民消费价格指数解读",
        "人口变动抽样调查告知书",
    )),
)  # fmt: skip

_LEVELS = {
    "town": UnitLevel.TOWNSHIP,
    "disabled": UnitLevel.PUBLIC_INSTITUTION,
    "insurance": UnitLevel.PUBLIC_INSTITUTION,
    "service": UnitLevel.PUBLIC_INSTITUTION,
    "media": UnitLevel.MEDIA_CENTER,
}
GROUPS = {
    "education": "教育局通知群",
    "transport": "交通局通知群",
    "justice": "司法局通知群",
    "market": "市场监管局通知群",
    "housing": "住建局通知群",
    "commerce": "商务局通知群",
    "veterans": "退役军人局通知群",
}
"""The units that are told in a group of their own; the others are told by mail."""

_BORROWED = 3


def _general(number: int) -> tuple[str, ...]:
    """Return what a unit passes on from the county: all of it for the county's own office, else a few pieces."""
    turned = _GENERAL[number % len(_GENERAL) :] + _GENERAL[: number % len(_GENERAL)]
    return turned[:_BORROWED] if number else turned


UNITS = {
    key: Unit(
        key=key,
        name=name,
        number=number,
        titles=titles + _general(number),
        level=_LEVELS.get(key, UnitLevel.COUNTY_UNIT),
        group=GROUPS.get(key),
        has_liaison=key != "forestry",
    )
    for number, (key, name, titles) in enumerate(_TABLE)
}
