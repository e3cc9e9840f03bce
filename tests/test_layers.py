import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")
JUDGED = ("monitor", "collectors", "alerts")


def broken(tree: Path) -> set[str]:
    """Return the names of the contracts that the tree breaks."""
    done = subprocess.run(
        [LINT_IMPORTS, "--no-cache"],
        cwd=tree,
        env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = dict(re.findall(r"^(\S.*) (KEPT|BROKEN)$", done.stdout, re.MULTILINE))
    assert verdicts, f"no contract was judged:\n{done.stdout}{done.stderr}"
    assert (done.returncode == 0) == ("BROKEN" not in verdicts.values()), done.stdout + done.stderr
    return {name for name, verdict in verdicts.items() if verdict == "BROKEN"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a copy of what the contracts judge, to plant faults in."""
    for package in JUDGED:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "static"))
    (tmp_path / "tests").mkdir()
    for name in ("pyproject.toml", "tests/__init__.py", "tests/contracts.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def plant(tree: Path, module: str, line: str) -> None:
    """Add the line to the module, which comes into being if it is not there."""
    path = tree / module
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")


def test_the_tree_keeps_every_contract() -> None:
    assert broken(ROOT) == set()


def test_the_copy_is_as_good_as_the_tree(tree: Path) -> None:
    assert broken(tree) == set()


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        (
            "monitor/core/account.py",
            "import sqlalchemy",
            "Core is pure: the standard library without clock, I/O or logging",
        ),
        ("monitor/core/account.py", "import time", "Core is pure: the standard library without clock, I/O or logging"),
        ("monitor/core/account.py", "import sqlalchemy", "Every package has its door"),
        (
            "monitor/core/account.py",
            "from monitor.core import finding",
            "Every module of core has its place on the path of the datum",
        ),
        ("monitor/core/stray.py", "", "Every module of core has its place on the path of the datum"),
        ("monitor/core/rules/planted.py", "import collectors.platforms", "Layers point downwards"),
        ("monitor/actions/planted.py", "from monitor.web import guard", "Layers point downwards"),
        ("monitor/pipeline/planted.py", "from monitor.actions import cases", "Layers point downwards"),
        ("monitor/stray.py", "", "Every module of monitor has its layer"),
        (
            "collectors/platforms/planted.py",
            "from monitor.core import finding",
            "Collectors see observations and nothing that follows",
        ),
        ("collectors/platforms/planted.py", "import httpx", "Every package has its door"),
        ("collectors/platforms/planted.py", "import requests", "Every package has its door"),
        ("monitor/pipeline.py", "import alerts", "Every package has its door"),
        ("monitor/web/planted.py", "from monitor.store.cases import cases", "Pages read the store through queries"),
        ("monitor/web/planted.py", "from monitor.store import roster", "Pages read the store through queries"),
        ("monitor/queries/planted.py", "from monitor.pipeline import digest", "Layers point downwards"),
        ("alerts/planted.py", "from monitor.core import finding", "Channels see messages and nothing that led to them"),
    ],
)
def test_a_planted_import_breaks_its_contract(tree: Path, module: str, line: str, contract: str) -> None:
    plant(tree, module, line)
    assert contract in broken(tree)


def test_a_platform_cannot_import_another(tree: Path) -> None:
    plant(tree, "collectors/platforms/planted_here.py", "")
    plant(tree, "collectors/platforms/planted_there.py", "from collectors.platforms import planted_here")
    assert broken(tree) == {"Platforms do not know each other"}


def test_a_rule_cannot_import_another(tree: Path) -> None:
    plant(tree, "monitor/core/rules/xyz_98.py", "")
    plant(tree, "monitor/core/rules/xyz_99.py", "from monitor.core.rules import xyz_98")
    assert broken(tree) == {"Rules do not know each other"}


def test_siblings_cannot_form_a_cycle(tree: Path) -> None:
    plant(tree, "collectors/planted_here.py", "from collectors import planted_there")
    plant(tree, "collectors/planted_there.py", "from collectors import planted_here")
    assert broken(tree) == {"No cycles between siblings"}


FACES = ("cli", "web")
_WRITES = frozenset({"begin", "begin_nested", "write", "write_if", "execute"})
"""How a write transaction begins, and how a statement is run."""
_AUDIT = frozenset({"record_audit", "write_audit"})


def writers(tree: Path) -> set[str]:
    """Return where a face of the program writes to the store itself, by file and line: actions do that."""
    found = set()
    for path in (path for face in FACES for path in sorted((tree / "monitor" / face).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="self"))):
                    continue  # a help page writes its own lines
                case ast.Call(func=ast.Attribute(attr=name)) if name in _WRITES:
                    found.add(f"{path.relative_to(tree)}:{node.lineno}")
                case ast.ImportFrom(names=names) if _AUDIT & {name.name for name in names}:
                    found.add(f"{path.relative_to(tree)}:{node.lineno}")
                case ast.Attribute(attr=name) if name in _AUDIT:
                    found.add(f"{path.relative_to(tree)}:{node.lineno}")
    return found


def test_commands_and_pages_write_nothing_but_through_an_action() -> None:
    assert writers(ROOT) == set()


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    "line",
    [
        "def planted(store):\n    with store.begin(durable=True) as tx:\n        del tx",
        "async def planted(where):\n    await where.store.write(print)",
        "class Planted:\n    async def planted(self):\n        await self._view.store.write_if(print, print)",
        "def planted(tx):\n    tx.execute('DELETE FROM cases')",
        "def planted():\n    from monitor.store.audit import record_audit",
        "from monitor.store import audit\naudit.record_audit",
    ],
)
def test_a_planted_write_in_a_face_is_found(tree: Path, face: str, line: str) -> None:
    plant(tree, f"monitor/{face}/planted.py", line)
    assert {place.partition(":")[0] for place in writers(tree)} == {f"monitor/{face}/planted.py"}


def test_no_public_class_name_stands_twice() -> None:
    places: dict[str, list[str]] = {}
    for package in ("monitor", "collectors", "alerts"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}
