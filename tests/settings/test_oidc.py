"""The settings of the office's identity provider."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.settings import SettingsError, load
from monitor.settings.in_force import in_force
from tests.settings.files import OFFICE

SECRET = "a secret of the client"
BASE = "base_url: 'https://xuncha.example.gov.cn'"
GOOD = "issuer: 'https://sso.example.gov.cn/realms/county', client_id: xuncha, client_secret: 'env:S'"


def written(folder: Path, oidc: str, base: str = BASE) -> Path:
    (folder / "xuncha.yaml").write_text(f"{OFFICE}web: {{{base}, oidc: {{{oidc}}}}}\n", encoding="utf-8")
    return folder


def test_the_provider_s_secret_shows_nowhere(folder: Path) -> None:
    settings = load(written(folder, GOOD), {"S": SECRET})
    oidc = settings.web.oidc
    assert oidc
    assert (oidc.claim, oidc.acr, oidc.label) == ("sub", (), "统一身份认证登录")
    shown = repr(settings) + str(settings.web.model_dump()) + repr(in_force(settings, folder))
    assert SECRET not in shown
    assert oidc.client_secret.reveal() == SECRET
    assert {line.value for line in in_force(settings, folder) if line.key == "web.oidc.client_secret"} == {
        "已设置（不显示）"
    }


@pytest.mark.parametrize(
    ("oidc", "base", "sentence"),
    [
        (GOOD, "idle: 8h", "必须填写 base_url"),
        (GOOD.replace("https://sso", "http://sso"), BASE, "应以 https:// 开头"),
        (GOOD.replace("county", "county?x=1"), BASE, "不带 \\? 和 # 以后的部分"),
        (GOOD.replace("env:S", SECRET), BASE, "密钥不要直接写在设置文件里"),
        (GOOD.replace("env:S", "env:NOT"), BASE, "环境变量 NOT 没有设置"),
        (GOOD.replace("client_id", "client"), BASE, "不认识的设置项“web.oidc.client”"),
        (f"{GOOD}, claim: ''", BASE, "“web.oidc.claim”不能为空"),
        (f"{GOOD}, acr: gold", BASE, "“web.oidc.acr”应为列表"),
    ],
)
def test_each_mistake_about_the_provider_is_one_sentence(folder: Path, oidc: str, base: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence) as error:
        load(written(folder, oidc, base), {"S": SECRET})
    assert SECRET not in str(error.value)


def test_on_the_machine_itself_a_provider_may_speak_plainly(folder: Path) -> None:
    plain = GOOD.replace("https://sso.example.gov.cn", "http://127.0.0.1:8180")
    assert load(written(folder, plain), {"S": SECRET}).web.oidc
