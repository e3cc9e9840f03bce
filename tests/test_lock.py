import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def locked(name: str) -> dict[str, set[str]]:
    """Return the versions that a lock file pins, more than one where they depend on the Python."""
    pins: dict[str, set[str]] = {}
    for library, version in re.findall(
        r"^([a-z0-9.-]+)(?:\[[^]]*\])?==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE
    ):
        pins.setdefault(library, set()).add(version)
    return pins


def requires(name: str) -> list[str]:
    """Return what an installed library asks for; one for another system is not installed and asks for nothing."""
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []


def wanted(*extras: str) -> list[Requirement]:
    """Return what pyproject.toml asks for."""
    written = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project = written["project"]
    lines = [*project["dependencies"], *written["build-system"]["requires"]]
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize(("name", "extras"), [(LOCKS[0], ("postgresql",)), (LOCKS[1], ("postgresql", "dev"))])
def test_a_lock_holds_what_the_project_asks_for(name: str, extras: tuple[str, ...]) -> None:
    pins = locked(name)
    asked: dict[str, list[Requirement]] = {}
    for requirement in wanted(*extras):  # one library may be asked for in other versions on other Pythons
        asked.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    for library, lines in asked.items():
        versions = pins.get(library, set())
        assert versions, f"{library} is not in {name}: run make lock"
        fitting = {version for line in lines for version in versions if line.specifier.contains(version)}
        is_met = all(any(line.specifier.contains(version) for version in versions) for line in lines)
        assert is_met, f"{library}: run make lock"
        assert fitting == versions, f"{library}: run make lock"


def test_development_runs_the_versions_that_offices_run() -> None:
    development = locked(LOCKS[1])
    assert {name: development.get(name) for name in locked(LOCKS[0])} == locked(LOCKS[0])


def test_what_is_needed_with_an_extra_is_pinned_with_it() -> None:
    """Without the extra in the pin, pip takes `name[extra]` for unpinned as soon as a newer version is released."""
    text = (ROOT / LOCKS[1]).read_text("utf-8")
    pinned = {
        name: {extra.strip() for extra in extras.split(",")} - {""}
        for name, extras in re.findall(r"^([a-z0-9.-]+)(?:\[([^]]*)\])?==", text, re.MULTILINE)
    }
    needed = [Requirement(line) for name in pinned for line in requires(name)]
    bare = [
        str(requirement)
        for requirement in [*needed, *wanted("postgresql", "dev")]
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if not requirement.extras <= pinned[canonicalize_name(requirement.name)]
    ]
    assert bare == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_registry_and_no_folder(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert not re.findall(r"\w+://|^-|^\S+ @ |^/", text, re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash(name: str) -> None:
    for block in re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8")):
        assert block.startswith("#") or "--hash=sha256:" in block


def test_every_dependency_has_its_reason() -> None:
    reasons = (ROOT / "docs/decisions/0002-dependencies.md").read_text("utf-8")
    columns = re.findall(r"^\|([^|]+)", reasons, re.MULTILINE)
    named = {canonicalize_name(word) for column in columns for word in re.split(r"[\s,]+", column) if word}
    assert {canonicalize_name(requirement.name) for requirement in wanted("postgresql", "dev")} - named == set()
