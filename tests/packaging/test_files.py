"""What the image, the services of compose.yaml and the systemd unit promise, as far as their files show it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from monitor import daemon
from monitor.cli.commands import XUNCHA
from tests.services import require_amtool

ROOT = Path(__file__).parents[2]
DRAIN = int(daemon.DRAIN.total_seconds())
"""How long the daemon lets what is under way go on."""


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


# --- Dockerfile ---


@dataclass(frozen=True)
class Line:
    """One instruction of a Dockerfile."""

    stage: int
    """0 before the first FROM."""
    word: str
    rest: str


def lines(document: str) -> Iterator[Line]:
    joined = re.sub(r"^\s*#.*\n", "", document, flags=re.MULTILINE).replace("\\\n", " ")
    stage = 0
    for line in filter(None, (line.strip() for line in joined.splitlines())):
        word, _, rest = line.partition(" ")
        stage += word == "FROM"
        yield Line(stage, word, re.sub(r"\s+", " ", rest).strip())


IMAGE = tuple(lines(text("Dockerfile")))
LAST = max(line.stage for line in IMAGE)


def said(word: str, stage: int = LAST) -> list[str]:
    return [line.rest for line in IMAGE if (line.stage, line.word) == (stage, word)]


def test_a_dockerfile_is_read_by_stages_with_its_long_lines_joined() -> None:
    assert list(lines("ARG A\n# no\nFROM a AS b\nRUN x \\\n    # no\n  && y\n\nFROM c\nUSER 1\n")) == [
        Line(0, "ARG", "A"),
        Line(1, "FROM", "a AS b"),
        Line(1, "RUN", "x && y"),
        Line(2, "FROM", "c"),
        Line(2, "USER", "1"),
    ]


def test_the_base_is_the_builders_choice_in_every_stage() -> None:
    assert [said("FROM", stage)[0].split()[0] for stage in range(1, LAST + 1)] == ["${BASE}"] * LAST
    (base,) = said("ARG", 0)
    assert re.fullmatch(r"BASE=[a-z]+:\d+\.\d+\.\d+[\w.-]*@sha256:[0-9a-f]{64}", base), (
        "a version, a digest, no registry"
    )
    assert not base.endswith(":latest")


def test_the_image_runs_as_a_number_that_is_not_root() -> None:
    (user,) = said("USER")
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user)
    after = [line.word for line in IMAGE[IMAGE.index(Line(LAST, "USER", user)) :]]
    assert "RUN" not in after
    assert "COPY" not in after


def test_the_image_starts_and_asks_commands_that_there_are_without_a_shell() -> None:
    (entry,), (command,), (health,) = said("ENTRYPOINT"), said("CMD"), said("HEALTHCHECK")
    assert (entry, command) == ('["xuncha"]', '["run"]')
    assert health.endswith('CMD ["xuncha", "health"]')
    assert {"run", "health"} <= set(XUNCHA.commands)


def test_settings_and_data_lie_outside_the_image() -> None:
    (environment,) = said("ENV")
    assert "XUNCHA_CONFIG=/config " in f"{environment} "
    assert "XUNCHA_DB=sqlite:////data/xuncha.db " in f"{environment} "
    assert said("VOLUME") == ['["/config", "/data"]']


def test_the_build_fetches_nothing_but_what_the_lock_names() -> None:
    assert not said("ADD")
    assert not [line for line in IMAGE if line.word == "ADD"]
    runs = [part.strip() for line in IMAGE if line.word == "RUN" for part in line.rest.split("&&")]
    installs = [run for run in runs if "pip install" in run]
    assert len(installs) == 2
    assert "--require-hashes -r requirements.lock" in installs[0]
    assert "--no-deps --no-index --no-build-isolation" in installs[1]
    assert not [run for run in runs if re.search(r"\b(curl|wget|git|apt|apt-get|apk)\b", run)]


def test_what_builds_the_image_is_not_in_it() -> None:
    assert LAST == 2
    assert all(rest.startswith("--from=build ") for rest in said("COPY"))
    assert not [rest for rest in said("RUN") if "pip" in rest]
    assert not said("ARG"), "a mirror's address has no place in the image"
    assert "PIP_NO_CACHE_DIR=1" in " ".join(said("ENV", 1))


def test_the_image_s_label_gives_the_licence() -> None:
    assert 'org.opencontainers.image.licenses="Apache-2.0"' in said("LABEL")[0]


def test_the_builder_is_handed_what_is_copied_and_nothing_else() -> None:
    sources = [source for rest in said("COPY", 1) for source in rest.split()[:-1]]
    rules = [line for line in text(".dockerignore").splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert sorted(sources) == sorted(rule[1:] for rule in rules if rule.startswith("!"))
    assert all((ROOT / source).exists() for source in sources)
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"release", "tests"}
    assert packages <= set(sources)


# --- compose.yaml ---

COMPOSE: Mapping[str, Any] = YAML(typ="safe", pure=True).load(text("compose.yaml"))
ALERTS: Mapping[str, Any] = YAML(typ="safe", pure=True).load(text("config/compose/alerts.yaml"))
SERVICES: Mapping[str, Any] = COMPOSE["services"] | ALERTS["services"]
VOLUMES = {*COMPOSE["volumes"], *ALERTS["volumes"]}


def mounts() -> Iterator[tuple[str, str, str]]:
    """Yield service, source and the rest of every mount."""
    for name, service in SERVICES.items():
        for mount in service["volumes"]:
            source, _, rest = mount.partition(":")
            yield name, source, rest


def test_there_are_three_services_and_two_more_for_who_wants_alerts() -> None:
    assert set(COMPOSE["services"]) == {"xuncha", "prometheus", "grafana"}
    assert set(ALERTS["services"]) == {"alertmanager", "dingtalk"}


def test_the_service_can_be_reached_with_the_settings_as_they_are_shipped() -> None:
    (environment,) = said("ENV")
    assert "XUNCHA_BIND=0.0.0.0:8080 " in f"{environment} "
    assert SERVICES["xuncha"]["ports"] == ["127.0.0.1:8080:8080"]
    assert SERVICES["xuncha"]["hostname"] == "xuncha", "Prometheus asks for it by this name"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_bounded_in_memory_and_processes(name: str) -> None:
    assert re.fullmatch(r"\d+[mg]", SERVICES[name]["mem_limit"])
    assert SERVICES[name]["pids_limit"] <= 256


@pytest.mark.parametrize("name", ["prometheus", "grafana", "alertmanager"])
def test_a_service_of_others_is_asked_whether_it_is_ready(name: str) -> None:
    asked = SERVICES[name]["healthcheck"]["test"]
    port = SERVICES[name]["ports"][0].rpartition(":")[2]
    assert asked[-1].startswith(f"http://127.0.0.1:{port}/")


def test_every_mount_is_a_folder_of_the_project_read_only_or_a_volume_that_there_is() -> None:
    for name, source, rest in mounts():
        if source.startswith("./"):
            assert rest.endswith(":ro"), (name, source)
            assert (ROOT / source).is_dir(), (name, source)
        else:
            assert source in VOLUMES, (name, source)


def test_the_service_has_its_settings_read_only_and_its_data_in_a_volume() -> None:
    assert {(source, rest) for name, source, rest in mounts() if name == "xuncha"} == {
        ("./config", "/config:ro"),
        ("xuncha", "/data"),
    }
    assert SERVICES["xuncha"]["read_only"] is True


def test_prometheus_is_started_on_a_file_that_there_is() -> None:
    folder = ROOT / next(source for _, source, rest in mounts() if rest == "/etc/prometheus:ro")
    argument = next(entry for entry in SERVICES["prometheus"]["command"] if entry.startswith("--config.file="))
    settings = YAML(typ="safe", pure=True).load(
        (folder / argument.removeprefix("--config.file=/etc/prometheus/")).read_text("utf-8")
    )
    targets = [
        entry for job in settings["scrape_configs"] for part in job["static_configs"] for entry in part["targets"]
    ]
    assert targets == ["xuncha:8080"]
    assert all((folder / name).is_file() for name in settings["rule_files"])


def test_grafana_finds_its_dashboards_and_its_data() -> None:
    inside = {rest.removesuffix(":ro"): ROOT / source for name, source, rest in mounts() if name == "grafana"}
    provisioning = inside["/etc/grafana/provisioning"]
    files = {path.parent.name: YAML(typ="safe", pure=True).load(path) for path in provisioning.glob("*/*.yaml")}
    (provider,) = files["dashboards"]["providers"]
    assert list(inside[provider["options"]["path"]].glob("*.json"))
    (source,) = files["datasources"]["datasources"]
    assert source["url"] == "http://prometheus:9090"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_published_on_loopback_only_and_gains_no_privilege(name: str) -> None:
    service = SERVICES[name]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["prometheus", "grafana", "alertmanager"])
def test_an_image_of_others_has_a_version_and_a_digest_and_may_come_from_elsewhere(name: str) -> None:
    pattern = r"\$\{[A-Z]+_IMAGE:-[a-z]+/[a-z]+:v?\d+\.\d+\.\d+@sha256:[0-9a-f]{64}\}"
    assert re.fullmatch(pattern, SERVICES[name]["image"])


def test_an_image_without_a_known_digest_starts_only_by_a_digest_that_the_office_gives() -> None:
    pattern = r"\$\{DINGTALK_IMAGE:-[a-z]+/[a-z-]+\}@sha256:\$\{DINGTALK_SHA256:\?\S[^}]*\}"
    assert re.fullmatch(pattern, SERVICES["dingtalk"]["image"])


def test_alerts_go_from_prometheus_to_dingtalk() -> None:
    read = YAML(typ="safe", pure=True).load
    prometheus = read(text("config/prometheus/prometheus.yaml"))
    (manager,) = prometheus["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"]
    assert manager == "alertmanager:9093"
    assert SERVICES["alertmanager"]["ports"] == ["127.0.0.1:9093:9093"]
    (receiver,) = read(text("config/alertmanager/alertmanager.yaml"))["receivers"]
    (hook,) = receiver["webhook_configs"]
    assert hook["url"] == "http://dingtalk:8060/dingtalk/ops/send"
    assert SERVICES["dingtalk"]["ports"] == ["127.0.0.1:8060:8060"]
    assert "/dingtalk.yaml" in text(".gitignore").split(), "a secret"
    assert "targets:\n  ops:\n" in text("docs/operating.md")


def test_amtool_finds_nothing_wrong_with_the_settings_of_alertmanager() -> None:
    checked = subprocess.run(
        [require_amtool(), "check-config", ROOT / "config" / "alertmanager" / "alertmanager.yaml"],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "1 receivers" in checked.stdout


# --- config/compose/postgresql.yaml ---


def _override(loader: Any, node: Any) -> list[Any]:  # noqa: ANN401 - ruamel's own
    return list(loader.construct_sequence(node, deep=True))


def overlay() -> Mapping[str, Any]:
    """Return the services of PostgreSQL's example; Compose's own tag says that a list stands instead of another."""
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.add_constructor("!override", _override)
    return yaml.load(text("config/compose/postgresql.yaml"))["services"]  # type: ignore[no-any-return]  # untyped


def test_the_example_with_postgresql_has_a_standby_on_the_same_database() -> None:
    services = overlay()
    assert set(services) == {"postgresql", "xuncha", "standby"}
    first, second = services["xuncha"], services["standby"]
    assert first["environment"] == second["environment"]
    assert first["environment"]["XUNCHA_DB"] == "postgresql+psycopg://xuncha@postgresql/xuncha"
    assert second["extends"] == {"file": "compose.yaml", "service": "xuncha"}
    assert second["ports"] == ["127.0.0.1:8081:8080"]
    assert second["hostname"] == "standby"
    assert first["depends_on"] == second["depends_on"] == {"postgresql": {"condition": "service_healthy"}}


def test_the_database_of_the_example_is_pinned_asked_bounded_and_reached_by_nobody_else() -> None:
    database = overlay()["postgresql"]
    assert re.fullmatch(r"\$\{POSTGRESQL_IMAGE:-postgres:\d+\.\d+-\w+@sha256:[0-9a-f]{64}\}", database["image"])
    assert "ports" not in database
    assert database["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?"), "asked for, no default"
    assert database["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    assert database["mem_limit"] == "1g"


def test_the_image_of_the_service_is_built_with_the_same_base() -> None:
    (base,) = said("ARG", 0)
    assert SERVICES["xuncha"]["build"]["args"]["BASE"] == f"${{XUNCHA_BASE:-{base.removeprefix('BASE=')}}}"


def test_no_secret_stands_in_compose_yaml() -> None:
    password = SERVICES["grafana"]["environment"]["GF_SECURITY_ADMIN_PASSWORD"]
    assert password.startswith("${GRAFANA_PASSWORD:?"), "asked for, without a default"
    ignored = text(".gitignore").split()
    assert SERVICES["xuncha"]["env_file"] == [{"path": "secrets.env", "required": False}]
    assert {".env", "/secrets.env"} <= set(ignored)


def test_a_container_has_the_time_that_the_service_needs_to_stop() -> None:
    assert int(SERVICES["xuncha"]["stop_grace_period"].removesuffix("s")) > DRAIN


# --- the systemd unit ---


def unit(name: str = "xuncha.service") -> Mapping[str, Mapping[str, list[str]]]:
    """Return section, option, values; an option may be given more than once."""
    found: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] = {}
    for line in text(f"config/systemd/{name}").splitlines():
        if heading := re.fullmatch(r"\[(\w+)\]", line):
            section = found.setdefault(heading[1], {})
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            section.setdefault(name, []).append(value)
    return found


SERVICE = unit()["Service"]
WORKER = unit("xuncha-worker@.service")["Service"]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("User", "xuncha"),
        ("UMask", "0077"),
        ("StateDirectory", "xuncha"),
        ("StateDirectoryMode", "0700"),
        ("EnvironmentFile", "-/etc/xuncha/secrets.env"),
        ("KillSignal", "SIGTERM"),
        ("Restart", "on-failure"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("PrivateDevices", "yes"),
        ("NoNewPrivileges", "yes"),
        ("CapabilityBoundingSet", ""),
        ("MemoryDenyWriteExecute", "yes"),
        ("RestrictNamespaces", "yes"),
        ("SystemCallArchitectures", "native"),
    ],
)
def test_the_unit_is_confined(option: str, value: str) -> None:
    assert SERVICE[option] == [value]


def test_the_unit_writes_where_its_state_is_and_reads_its_settings() -> None:
    assert SERVICE["Environment"] == ["XUNCHA_CONFIG=/etc/xuncha XUNCHA_DB=sqlite:////var/lib/xuncha/xuncha.db"]
    assert "/etc/xuncha" in SERVICE["ReadOnlyPaths"][0].split()
    assert "ReadWritePaths" not in SERVICE
    assert SERVICE["ExecStart"][0].endswith("/bin/xuncha run")


def test_the_unit_of_a_worker_is_confined_alike_and_has_settings_of_its_own() -> None:
    own = {"Environment", "EnvironmentFile", "ExecStart", "StateDirectory", "WorkingDirectory"}
    assert {name for name in SERVICE.keys() | WORKER.keys() if SERVICE.get(name) != WORKER.get(name)} == own
    assert WORKER["ExecStart"][0].endswith("/bin/xuncha worker --queue %i")
    assert WORKER["EnvironmentFile"] == ["/etc/xuncha/worker-%i.env"]


def test_the_unit_is_stopped_with_time_enough_and_bounded_in_memory() -> None:
    assert int(SERVICE["TimeoutStopSec"][0]) > DRAIN
    assert re.fullmatch(r"\d+M", SERVICE["MemoryMax"][0])


# --- documents ---


@pytest.mark.parametrize(
    "words",
    [
        "config/systemd/xuncha.service",
        "config/systemd/xuncha-worker@.service",
        "compose.yaml",
        "XUNCHA_BIND",
        "config/compose/postgresql.yaml",
        "config/compose/alerts.yaml",
        "DINGTALK_IMAGE",
        "DINGTALK_SHA256=",
        "PIP_INDEX_URL",
        "GRAFANA_PASSWORD",
        "GRAFANA_IMAGE",
        "PROMETHEUS_IMAGE",
        "XUNCHA_BASE",
        "secrets.env",
        "tests/packaging/build-image",
        f"最多再用{DRAIN}秒",
    ],
)
def test_the_operator_s_page_tells_of(words: str) -> None:
    assert words in text("docs/operating.md")


def test_the_operator_s_page_names_the_user_of_the_image() -> None:
    (user,) = said("USER")
    assert f"用户{user.partition(':')[0]}运行" in text("docs/operating.md")
