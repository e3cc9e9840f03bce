"""Keys as rosters have them: every form takes the right ones, and refuses what is often typed in their place."""

from __future__ import annotations

import pytest

from monitor.app.collectors import all_collectors, key_forms

FORMS = key_forms(all_collectors())
HEX = "0123456789abcdef" * 2
RIGHT = {
    "apk": ["https://www.example.gov.cn/app.apk#cn.gov.example", "http://a.example/download?id=1"],
    "apple-store": ["id1234567890", "1234567890", "https://apps.apple.com/cn/app/x/id1234567890"],
    "baijiahao": ["1500000000000001"],
    "bilibili": ["12345"],
    "channels-link": ["https://weixin.qq.com/sph/AbCd1234"],
    "dayu": [HEX],
    "douyin": ["MS4wLjABAAAAexample0example"],
    "feed": [
        "https://a.example/feed",
        "some:https://a.example/feed",
        "https://b.example/1|health=https://b.example/2",
        "some:https://b.example/1?x=1&y=2|health=https://b.example/2",
    ],
    "hap": ["https://www.example.gov.cn/app.hap"],
    "huawei-store": ["C100123456", "cn.gov.example", "https://appgallery.huawei.com/app/C100123456"],
    "ipa": [
        "itms-services://?action=download-manifest&url=https%3A%2F%2Fa.example%2Fa.plist",
        "https://a.example/a.plist#cn.gov.example",
    ],
    "kuaishou": ["3xabcdefghijklm"],
    "netease": ["W1234567890"],
    "samsung-store": ["cn.gov.example"],
    "sohu": ["12345", "c29odXptdDEyMzRAc29odS5jb20="],
    "tencent-news": ["5123456", "8QMc3Hde7IYdujTU"],
    "tencent-store": ["cn.gov.example", "https://sj.qq.com/appdetail/cn.gov.example"],
    "thepaper": ["gov_12345", "user_1"],
    "toutiao": ["MS4wLjABAAAAexample"],
    "vivo-store": ["1234567"],
    "web-probe": ['https://api.example.gov.cn/health#"status":"ok"'],
    "website": ["https://www.example.gov.cn/col/", "https://www.example.gov.cn/col/|item=ul.list li|time=span|link=a"],
    "wechat-album": ["https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzkwMDAwMDAwMQ==&album_id=1234567890123456789"],
    "wechat-article": ["https://mp.weixin.qq.com/s/Shili0fabu1Huiyi2Zhaokai"],
    "weibo": ["1234567890"],
    "weibo-ajax": ["1234567890"],
    "xiaomi-store": ["cn.gov.example"],
    "zhihu": ["shi-li-fa-bu"],
}
WRONG = [
    ("weibo", "abc"),
    ("weibo", "https://weibo.com/u/1234567890"),
    ("bilibili", "0"),
    ("douyin", "https://www.douyin.com/user/MS4wLjABAAAAexample0example"),
    ("toutiao", "示例发布"),
    ("feed", "a.example/feed"),
    ("feed", "https://a.example/feed|health="),
    ("website", "www.example.gov.cn"),
    ("website", "https://www.example.gov.cn/|time=span"),
    ("wechat-article", "https://mp.weixin.qq.com/"),
    ("huawei-store", "示例"),
    ("dayu", HEX[1:]),
    ("thepaper", "12345"),
]


def test_right_keys_fit_and_no_form_is_forgotten() -> None:
    assert set(RIGHT) == set(FORMS)
    assert not [(name, key) for name, keys in RIGHT.items() for key in keys if not FORMS[name].fits(key)]


@pytest.mark.parametrize(("name", "key"), WRONG)
def test_what_is_often_typed_in_place_of_a_key_does_not_fit(name: str, key: str) -> None:
    assert not FORMS[name].fits(key)
