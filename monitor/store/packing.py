"""JSON that is kept for long and seldom read, as few bytes: compressed, by a dictionary of what nearly all of it says.

What is packed is a byte, the number of its dictionary, and a raw deflate stream. A dictionary that rows were written
by is never changed: better words are a further one, by which new rows are written.
"""

from __future__ import annotations

import json
import zlib

import sqlalchemy as sa

from monitor.store.values import Json, json_text

NEWEST = 1
"""The dictionary that is written by."""
_WINDOW, _MEMORY = 13, 6
"""Of deflate, as exponents: 8 KB hold a dictionary and a page of posts, and less memory is made ready in less time."""

_FINDINGS = (
    ("PER-01", "ok", "registry", "每个账号确定一位联络员及一位责任领导", "联络员、责任领导齐全。"),
    ("CHG-01", "ok", "own", "开设、变更、关停、注销应向主管单位备案", "平台显示信息与台账一致。"),
    ("REO-01", "not_applicable", "own", "开设、变更、关停、注销应向主管单位备案", "该账号未注销。"),
    (
        "DRG-01",
        "not_applicable",
        "registry",
        "开设、变更、关停、注销应向主管单位备案……主办单位发生变化的，应及时注销或变更账号信息，并向社会公告",
        "未作出注销或清理整合的决定。",
    ),
    ("PLT-01", "violated", "registry", "搜狐号、百家号、大鱼号等小众平台账号原则上一律取消", "原则上取消。"),
    ("TWN-01", "violated", "registry", "各乡镇（街道）开设的政务新媒体账号原则上予以注销", "原则上注销。"),
    ("ONE-01", "violated", "registry", "一个单位原则上在同一平台只开设一个政务新媒体账号", "同一平台有多个账号。"),
    (
        "REG-01",
        "unknown",
        "import",
        "此次排摸后，若仍有政务新媒体账号未纳入平台监管范围的，一律予以注销，并在政府执行力考核中予以扣分",
        "尚未导入已备案清单，不能判定是否备案。",
    ),
    (
        "WEAK-01",
        "unknown",
        "import",
        "在“浙江省政务新媒体管理平台”的运营效果指数连续2周低于全县平均值的，原则上清理整合",
        "尚未导入运营效果指数，不能判定。",
    ),
    (
        "UPD-02",
        "violated",
        "bulletin",
        "连续2次被“浙江省政务新媒体管理平台”通报2周未更新……的，原则上清理整合",
        "未被通报。",
    ),
    ("FUN-01", "unknown", "hand", "未提供有效互动功能", "尚未人工核查互动功能。"),
    (
        "SUP-03",
        "not_applicable",
        "registry",
        "持续监测各政务新媒体运营水平和运维状态，及时发现问题，落实整改",
        "没有涉及该账号的省平台工单。",
    ),
    ("APP-01", "not_applicable", "own", "移动客户端（APP）无法下载或使用的，原则上清理整合", "本项只涉及移动客户端。"),
    (
        "SEE-01",
        "needs_review",
        "own",
        "自动采集的账号连续3个工作日未采集到完整内容，由操作员人工核查",
        "采集正常。连续3个工作日未采集到完整内容，请人工核查。",
    ),
    ("UPD-03", "warning", "own", "单次超过20天未更新……的，原则上清理整合", "已10天未更新，超过20天将违反规定。"),
    ("UPD-01", "violated", "own", "监测时间点前2周内无更新", "最近一次更新为5月18日，已2天未更新。"),
)
_SEEN = (
    '{"link":"apk","package":"com.","version":"1.0.0","signed":true,"fault":"http_error","released_at":"2026-',
    ',"profile":{"name":"","entity":"人民政府办公室","id":"","followers":10,"posts":10},"whole_from":"2026-',
    '"covers":"some","standing":"not_found","places":[0,1,2,3,4,5,6,7,8,9],"whole_until":"2026-',
    '{"covers":"some","posts":[{"published_at":"2026-05-18T16:00:00+00:00","precision":"day","title":"关于的通知公告',
    '","is_pinned":true,"is_year_guessed":true},{"published_at":"2026-05-19T00:36:00+00:00","precision":"minute","title":"',
    '","url":"https://mp.weixin.qq.com/s/","url":"https://www.toutiao.com/article/","url":"https://weibo.com/',
    '","url":"http://www.gov.cn/art/2026/5/18/art_","url":"https://www.gov.cn/col/content/t2026.html"},{"published_at":"',
    '{"posts":[{"published_at":"2026-01-01T00:00:00+00:00","title":"',
)
"""What timelines and downloads say."""


_FINDING = (
    'advisory","mandatory","basis":"hand","proposals":["清理整合"],"decided":"exempted","due":"2026-06-01","last_post":',
    '{"rule":"UPD-01","account":"A000001","unit":"示例县局","area":"示例县","state":"ok","since":"2026-05-18","days":10,',
    '"strength":"in_principle","clause":"《政府网站与政务新媒体检查指标》（国办秘函〔2019〕19号）：监测时间点前2周内无更新",',
    '"because":"最近一次更新为5月20日，当日有更新。","evidence":["observation:1"],',
    '"last_post":"2026-05-18T00:31:00+00:00","episode":"2026-05-18T00:31:00+00:00"}',
)
"""What every finding says, and most often."""


def _said(rule: str, state: str, basis: str, clause: str, because: str) -> str:
    return (
        f'"{state}","strength":"in_principle","basis":"{basis}","clause":"缙政办发〔2022〕13号三（二）1：{clause}",'
        f'"because":"{because}","episode":"{rule}"}}'
    )


_DICTIONARIES = {
    1: "".join((*_SEEN, "国办发〔2018〕123号：", *(_said(*words) for words in _FINDINGS), *_FINDING)).encode()
}
"""By number. Shorter than the window by a page of posts, which so is written with all of it at hand."""


def pack(text: str) -> bytes:
    """Return a text as few bytes."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -_WINDOW, _MEMORY, zlib.Z_DEFAULT_STRATEGY, _DICTIONARIES[NEWEST])
    return bytes((NEWEST,)) + packer.compress(text.encode("utf-8", "surrogatepass")) + packer.flush()


def unpack(packed: bytes) -> str:
    """Return the text that was packed."""
    return (
        zlib.decompressobj(-_WINDOW, _DICTIONARIES[packed[0]]).decompress(packed[1:]).decode("utf-8", "surrogatepass")
    )


class Packed(sa.TypeDecorator[Json]):
    """A column of packed JSON: the program has the value, the database can look into none of it."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Json, dialect: sa.Dialect) -> bytes | None:
        """Return what the database is given."""
        del dialect
        return None if value is None else pack(json_text(value))

    def process_result_value(self, value: bytes | None, dialect: sa.Dialect) -> Json:
        """Return what the program is given."""
        del dialect
        return None if value is None else json.loads(unpack(value))
