"""The bundle: the same bytes twice, whole, and enough to install where there is no network."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from release import audit, bundle
from release.archive import pack
from release.faults import ReleaseError
from release.lock import Pin, pinned_for, read_lock
from release.sbom import Contents, sbom
from release.targets import TARGETS, Target
from release.wheels import least_glibc
from tests.test_docs import FOREIGN

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
MINE = Target("3.11", "x86_64")
"""The system's own Python where these tests run."""


def test_an_installed_wheel_brings_nothing_that_only_builds() -> None:
    names = {pin.name for pin in read_lock(ROOT / "requirements.lock")}
    assert {"aiohttp", "sqlalchemy", "psycopg-binary"} <= names
    assert not {"hatchling", "pathspec", "pluggy", "trove-classifiers", "tomlkit"} & names


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_what_a_marker_asks_of_any_patch_release_is_in_the_bundle(target: Target) -> None:
    assert target.asks(Marker(f"python_full_version < '{target.python}.5'"))
    assert target.asks(Marker(f"python_full_version >= '{target.python}.5'"))
    assert not target.asks(Marker("sys_platform == 'win32'"))
    names = [pin.name for pin in pinned_for(read_lock(ROOT / "requirements.lock"), target)]
    assert "tzdata" not in names
    assert names.count("soupsieve") == (2 if target.python == "3.11" else 1)


@pytest.mark.parametrize(
    ("wheel", "runs"),
    [
        ("a-1-py3-none-any.whl", True),
        ("a-1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", True),
        ("a-1-cp39-abi3-manylinux_2_28_x86_64.whl", True),
        ("a-1-cp311-cp311-manylinux_2_34_x86_64.whl", False),
        ("a-1-cp312-cp312-manylinux_2_17_x86_64.whl", False),
        ("a-1-cp311-cp311-manylinux_2_17_aarch64.whl", False),
        ("a-1-cp311-cp311-musllinux_1_2_x86_64.whl", False),
    ],
)
def test_a_wheel_runs_on_its_python_machine_and_c_library(wheel: str, runs: bool) -> None:  # noqa: FBT001 - a table
    assert MINE.runs(wheel) is runs


def test_a_target_needs_the_newest_c_library_that_one_of_its_wheels_needs() -> None:
    wheels = ["a-1-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", "b-1-py3-none-any.whl"]
    assert least_glibc(wheels, MINE) == 17
    assert least_glibc([*wheels, "c-1-cp39-abi3-manylinux_2_28_x86_64.whl"], MINE) == 28
    assert least_glibc([*wheels, "c-1-cp39-abi3-manylinux_2_28_aarch64.whl"], MINE) == 17


def test_an_archive_is_the_same_whatever_the_modes_and_times_are(tmp_path: Path) -> None:
    made = []
    for number, mode in enumerate((0o600, 0o664)):
        folder = tmp_path / str(number) / "folder"
        folder.mkdir(parents=True)
        for name in ("b", "a") if number else ("a", "b"):
            (folder / name).write_text(name)
            (folder / name).chmod(mode)
            os.utime(folder / name, (number, number))
        pack(folder, tmp_path / f"{number}.tar.gz", 1_764_547_200)
        made.append((tmp_path / f"{number}.tar.gz").read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize("answer", ["", "not JSON", '{"dependencies": [{"name": "a", "skip_reason": "unknown"}]}'])
def test_a_report_that_could_check_nothing_is_none(answer: str) -> None:
    with pytest.raises(ReleaseError, match="没有核查任何依赖，不等于没有漏洞"):
        audit.told(answer)


def test_a_report_names_the_weak_and_the_unchecked() -> None:
    weakness = {"id": "PYSEC-2026-1", "fix_versions": ["2.0"]}
    found = [
        {"name": "a", "version": "1.0", "vulns": [weakness]},
        {"name": "b", "version": "1.0", "vulns": []},
        {"name": "c", "skip_reason": "unknown"},
    ]
    report = audit.told(json.dumps({"dependencies": found}))
    assert "核查了 2 个依赖，1 个有已知漏洞" in report
    assert "a 1.0: PYSEC-2026-1" in report
    assert "c：没有查到资料，未核查" in report


def test_the_list_of_parts_names_each_with_its_licence_and_who_asks_for_it(tmp_path: Path) -> None:
    wheels = [wheel(tmp_path, "xuncha", "0.1.0", "Apache-2.0"), wheel(tmp_path, "segno", "1.6.6", "BSD-3-Clause")]
    pin = Pin(Requirement("segno==1.6.6"), ("0" * 64,), frozenset({"xuncha (pyproject.toml)"}))
    told = json.loads(sbom(Contents(wheels, [pin], "0.1.0", "c0ffee", 1_764_547_200)))
    (part,) = told["components"]
    assert (part["name"], part["licenses"][0]["license"]["id"]) == ("segno", "BSD-3-Clause")
    assert part["externalReferences"][0]["hashes"][0]["content"] == hashlib.sha256(wheels[1].read_bytes()).hexdigest()
    asked = {line["ref"]: line.get("dependsOn", []) for line in told["dependencies"]}
    assert asked["pkg:pypi/xuncha@0.1.0"] == ["pkg:pypi/segno@1.6.6"]


def wheel(folder: Path, name: str, version: str, licence: str) -> Path:
    """Return a wheel that holds nothing but what it says of itself."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        said = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\nLicense-Expression: {licence}\n"
        archive.writestr(f"{name}-{version}.dist-info/METADATA", said)
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bundle for the system's own Python alone: those for all take minutes to fetch."""
    return bundle.make(tmp_path_factory.mktemp("bundle"), [MINE])


@pytest.mark.mirror
def test_two_bundles_of_a_commit_have_the_same_bytes(made: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from release import bundle; from release.targets import Target;"
        f"print(bundle.make(Path(sys.argv[1]), [Target({MINE.python!r}, {MINE.machine!r})]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path],
        cwd=ROOT,
        env={**os.environ, "TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "7"},
        umask=0o077,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    again = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.iterdir()}
    assert again == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in made.parent.iterdir()}
    assert len(again) == 3, "bundle, wheel and sdist"


@pytest.mark.mirror
def test_a_bundle_names_every_part_and_no_registry(made: Path, tmp_path: Path) -> None:
    with tarfile.open(made) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert (made.name, folder.name) == (f"xuncha-{version}-bundle.tar.gz", f"xuncha-{version}-bundle")
    checked = subprocess.run(["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"], cwd=folder, check=False)
    assert checked.returncode == 0
    for name in ("requirements.txt", "targets.txt", "sbom.cdx.json", "install", "README.txt"):
        assert not FOREIGN.search((folder / name).read_text("utf-8")), name
    told = json.loads((folder / "sbom.cdx.json").read_text("utf-8"))
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    parts = [told["metadata"]["component"], *told["components"]]
    assert {part["purl"].partition("@")[0].removeprefix("pkg:pypi/") for part in parts} == {
        canonicalize_name(path.name.partition("-")[0]) for path in (folder / "wheels").iterdir()
    }
    assert all(part["externalReferences"][0]["hashes"] for part in told["components"])
    assert any(len(line.get("dependsOn", ())) > 5 for line in told["dependencies"])


@pytest.mark.mirror
def test_a_bundle_installs_and_runs_where_there_is_no_network(made: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make a copy of this machine without a network")
    done = subprocess.run([HERE / "install-offline", made], capture_output=True, text=True, timeout=1200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "the sample county runs without a network"
