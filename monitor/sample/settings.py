"""The settings of the sample county: everything on loopback, at any hour, with mails and group robots mixed."""

from __future__ import annotations

from pathlib import Path

from monitor.sample.server import DUTY, ROBOTS, SampleServer
from monitor.sample.units import AREA
from monitor.settings import Settings
from monitor.settings.kinds import Surroundings
from monitor.settings.sections import GROUP, Web, XunchaFile

MAIL = "示例邮箱"
_OPERATOR = "operator@example.invalid"
_SENDER = "xuncha@example.invalid"
_MAIL_VARIABLE = "XUNCHA_SAMPLE_MAIL"
_KEY_VARIABLE = "XUNCHA_SAMPLE_KEY"
_NEAR = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}  # noqa: S104 - a comparison
"""Where a browser on this machine finds what is bound to all addresses."""
_POLLED = ("weibo", "weibo-ajax")


def overlay(base_url: str, robot_url: str) -> dict[str, object]:
    """Return what config/xuncha.yaml would say; channels refer to the variables of `environment`."""
    robots = {
        robot.group: {"url": f"env:{_variable(number)}", "base_url": robot_url} for number, robot in enumerate(ROBOTS)
    }
    return {
        "office": {
            "name": "示例县人民政府办公室",
            "phone": "0578-0000000",
            "areas": (AREA,),
        },
        "hours": {"windows": ("00:00-24:00",), "digest": "08:45", "every_day": True},
        "platforms": {
            **{name: {"every": "2m", "per_minute": 600, "base_url": base_url} for name in _POLLED},
            "feed": {"every": "2m", "per_minute": 600},
            "website": {"every": "2m", "per_minute": 600},
        },
        "channels": {**robots, MAIL: {"url": f"env:{_MAIL_VARIABLE}", "per_minute": 120}},
        "roles": {"liaison": (GROUP, MAIL), "leader": (MAIL,), "operator": (DUTY, MAIL)},
        "network": {"allow": ("127.0.0.0/8",), "timeout": "5s"},
        "hold": False,
    }


def environment(smtp_port: int) -> dict[str, str]:
    """Return the variables that the overlay refers to; they open nothing but the sample."""
    mail = f"mailto://127.0.0.1:{smtp_port}?from={_SENDER}&to={_OPERATOR}&mode=insecure"
    return {_MAIL_VARIABLE: mail} | {_variable(number): robot.url for number, robot in enumerate(ROBOTS)}


def settings(base: Settings, server: SampleServer) -> Settings:
    """Return the sample's settings, with the rules, the calendar and the pages' address of `base`."""
    around = Surroundings(folder=Path(), env=environment(server.smtp_port))
    file = XunchaFile.model_validate(overlay(server.base_url, server.robot_url), context=around)
    web = base.web.model_copy(
        update={"key": None, "api_token": None, "metrics_token": None, "oidc": None}
    )  # were not looked up
    return base.model_copy(update={**dict(file), "web": web})


def linked(settings: Settings, bound: tuple[str, int], key: str) -> Settings:
    """Return the settings with an address of the pages and a key, so that messages carry links that work."""
    host, port = bound
    chosen = {
        "base_url": settings.web.base_url or f"http://{_NEAR.get(host, host)}:{port}",
        "key": f"env:{_KEY_VARIABLE}",
    }
    web = Web.model_validate(chosen, context=Surroundings(folder=Path(), env={_KEY_VARIABLE: key}))
    changes = {"base_url": web.base_url, "key": web.key}
    return settings.model_copy(update={"web": settings.web.model_copy(update=changes)})


def _variable(number: int) -> str:
    return f"XUNCHA_SAMPLE_ROBOT_{number}"
