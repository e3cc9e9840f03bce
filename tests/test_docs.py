"""What the documents say of commands, settings, metrics and files is what there is; and nothing is left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import click
import pytest

from monitor.app.collectors import all_collectors
from monitor.app.rules import all_area_rules, all_rules
from monitor.cli.commands import XUNCHA
from monitor.core.download import AppFault, Link
from monitor.core.finding import State
from monitor.core.forms import FORMS
from monitor.core.message import MessageState
from monitor.core.obligations import needs_of_rules
from monitor.core.observation import Precision, Reason, Standing
from monitor.core.record import SUBJECTS, RecordKind
from monitor.core.subject import SubjectKind
from monitor.metrics import Metrics, Snapshot
from monitor.settings.check import SettingsSection
from monitor.settings.days import CalendarFile
from monitor.settings.rules import RulesFile
from monitor.settings.sections import XunchaFile
from tests import rulebook, waybook

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
DOCUMENTS = (*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md")))

FOREIGN = re.compile(
    r"pypi\.|/simple/|\bmirrors?\.|tuna\.|aliyun|npmjs|\bghcr\.|docker\.io|quay\.io|index-url"
    r"|(?<![\w.])/(?:home|root|Users|work)/|[A-Z]:\\Users|~/",
    re.IGNORECASE,
)
"""Registries that an office may not reach, and folders of one machine."""


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def at_root(path: Path) -> str:
    return str(path.relative_to(ROOT))


# --- commands ---


@dataclass(frozen=True)
class Typed:
    """One command as it is typed, and its long options."""

    words: str
    options: tuple[str, ...]


def typed(command: click.Command, words: str = "xuncha") -> Iterator[Typed]:
    """Yield every command that does something by itself."""
    if isinstance(command, click.Group):
        for name, part in command.commands.items():
            yield from typed(part, f"{words} {name}")
        return
    options = (name for parameter in command.params if isinstance(parameter, click.Option) for name in parameter.opts)
    yield Typed(words, tuple(name for name in options if name.startswith("--")))


COMMANDS = tuple(typed(XUNCHA))


def table_row(document: str, first: str) -> str:
    """Return the row of a table whose first cell is this code, or nothing."""
    return next((line for line in document.splitlines() if line.startswith(f"| `{first}` |")), "")


def commands_named(document: str) -> set[str]:
    """Return what follows `xuncha` wherever a document types a command, in code or in a block."""
    spans = re.findall(r"`(xuncha [^`\n]*)`", document) + re.findall(r"^\s*(xuncha .*)$", document, re.MULTILINE)
    return {span.removeprefix("xuncha ").partition("#")[0].strip() for span in spans}


def is_command(typed_words: str) -> bool:
    """True if the words begin with a command there is, with options that it has."""
    known = next((typed for typed in COMMANDS if f"xuncha {typed_words} ".startswith(f"{typed.words} ")), None)
    return known is not None and set(re.findall(r"--[a-z][a-z-]*", typed_words)) <= set(known.options)


@pytest.mark.parametrize("document", ["README.md", "README.zh-CN.md", "docs/api.md"])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda entry: entry.words)
def test_every_command_has_a_row(command: Typed, document: str) -> None:
    assert table_row(text(document), command.words)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda entry: entry.words)
def test_every_option_stands_in_the_row_of_its_command(command: Typed) -> None:
    row = table_row(text("docs/api.md"), command.words)
    named = {name for name in command.options if re.search(rf"{name}(?![\w-])", row)}
    assert named == set(command.options)


def test_the_options_of_all_commands_are_explained() -> None:
    named = {name for option in XUNCHA.params for name in option.opts if name.startswith("--")}
    assert named == {name for name in named if f"`{name}" in text("docs/api.md")}


@pytest.mark.parametrize("path", DOCUMENTS, ids=at_root)
def test_no_document_types_a_command_that_there_is_not(path: Path) -> None:
    named = commands_named(path.read_text("utf-8"))
    assert [words for words in sorted(named) if not is_command(words)] == []


def test_a_made_up_command_is_found() -> None:
    assert commands_named("Run `xuncha fly --high`.\n\n   xuncha check --json # all\n") == {
        "fly --high",
        "check --json",
    }
    assert is_command("check --json")
    assert not is_command("fly")
    assert not is_command("checks")
    assert not is_command("check --high")


# --- settings ---


def keys(model: type[SettingsSection], prefix: str = "") -> Iterator[str]:
    """Yield the keys of a settings file, `<name>` standing for a name of the office's choice."""
    for name, field in model.model_fields.items():
        inner = section_in(field.annotation)
        if inner is None:
            yield f"{prefix}{name}"
        else:
            star = "<name>." if "Mapping" in str(field.annotation) else ""
            yield from keys(inner, f"{prefix}{name}.{star}")


def section_in(kind: object) -> type[SettingsSection] | None:
    if isinstance(kind, type) and issubclass(kind, SettingsSection):
        return kind
    return next((found for part in get_args(kind) if (found := section_in(part))), None)


def documented_keys(document: str, heading: str) -> set[str]:
    """Return the first cells of the table under a heading."""
    level = heading.partition(" ")[0]
    part = document.split(f"\n{heading}\n", 1)[1]
    part = re.split(rf"\n#{{1,{max(3, len(level))}}} ", part, maxsplit=1)[0]
    return set(re.findall(r"^\| `([^`]+)` \|", part, re.MULTILINE))


@pytest.mark.parametrize(
    ("heading", "model"),
    [("## 设置", XunchaFile), ("### rules.yaml", RulesFile), ("### calendar.yaml", CalendarFile)],
)
def test_every_key_of_the_settings_is_explained_and_no_other(heading: str, model: type[SettingsSection]) -> None:
    assert documented_keys(text("docs/operating.md"), heading) == set(keys(model))


def test_the_keys_of_mappings_lists_and_groups_are_all_found() -> None:
    found = set(keys(XunchaFile))
    assert {"hold", "office.name", "channels.<name>.url", "web.bind"} <= found
    assert "rules.clause" in set(keys(RulesFile))
    assert not found & {"office", "channels", "web"}


@pytest.mark.parametrize("rule", sorted(needs_of_rules()))
def test_every_number_of_a_rule_is_explained(rule: str) -> None:
    assert [name for name in needs_of_rules()[rule].numbers if f"`{name}`" not in text("docs/rules.md")] == []


# --- metrics ---


def metric_names() -> set[str]:
    written = Metrics(lambda: datetime(2026, 11, 20, tzinfo=UTC)).render(
        Snapshot(at=datetime(2026, 11, 20, tzinfo=UTC))
    )
    return set(re.findall(r"^# TYPE (xuncha_\w+) ", written.decode(), re.MULTILINE))


def test_every_metric_is_listed() -> None:
    listed = set(re.findall(r"^\| `(xuncha_\w+)(?:\{[\w,]+\})?` \|", text("docs/operating.md"), re.MULTILINE))
    assert len(listed) > 10
    assert listed == metric_names()


@pytest.mark.parametrize("path", DOCUMENTS, ids=at_root)
def test_no_document_names_a_metric_that_there_is_not(path: Path) -> None:
    named = set(re.findall(r"\bxuncha_[a-z_]+\b", path.read_text("utf-8")))
    assert named <= metric_names()


# --- what to buy ---


def test_what_the_page_on_sizes_tells_to_watch_and_to_set_is_there() -> None:
    page = text("docs/scaling.md")
    known = set(keys(XunchaFile))
    sections = {key.partition(".")[0] for key in known}
    settings = {name for name in re.findall(r"`([a-z_.<>]+)(?::[^`]*)?`", page) if name.partition(".")[0] in sections}
    assert len(settings) > 5
    assert {name for name in settings if name not in known | sections} == set()
    service = json.loads(text("config/grafana/dashboards/service.json"))
    panels = {panel["title"] for panel in service["panels"]}
    rows = re.findall(r"^\| `([a-z_]+)`[^|]*\| ([^|]*) \|", page, re.MULTILINE)
    assert len(rows) > 9
    assert [title for _, title in rows if title.strip() and title not in panels] == []
    shown = json.dumps(service)
    assert [name for name, title in rows if title.strip() and name not in shown] == []
    alerts = set(re.findall(r"alert: (\w+)", text("config/prometheus/rules.yaml")))
    assert set(re.findall(r"`(Xuncha[A-Z]\w+)`", page)) <= alerts


# --- closed lists ---


@pytest.mark.parametrize("document", ["README.md", "README.zh-CN.md", "docs/operating.md", "docs/api.md"])
@pytest.mark.parametrize("collector", sorted(all_collectors()))
def test_every_collector_is_named(collector: str, document: str) -> None:
    assert f"`{collector}`" in text(document)


def test_the_platforms_are_described_as_the_generator_writes_them() -> None:
    assert text("docs/operating.md") == waybook.written(text("docs/operating.md"))


def test_the_rules_are_described_as_the_generator_writes_them() -> None:
    assert text("docs/rules.md") == rulebook.written()


@pytest.mark.parametrize("rule", [*(rule.id for rule in all_rules()), *(rule.id for rule in all_area_rules())])
def test_every_rule_is_named(rule: str) -> None:
    assert rule in text("README.md")
    assert rule in text("README.zh-CN.md")


@pytest.mark.parametrize("word", [*State, *Reason, *Standing, *Precision, *MessageState, *Link, *AppFault], ids=str)
def test_every_word_of_the_json_forms_and_pages_is_given(
    word: State | Reason | Standing | Precision | MessageState | Link | AppFault,
) -> None:
    assert f"`{word.value}`" in text("docs/api.md")


@pytest.mark.parametrize("kind", list(RecordKind), ids=lambda kind: kind.value)
def test_every_kind_of_record_has_a_row_with_its_subjects_results_and_fields(kind: RecordKind) -> None:
    part = text("docs/operating.md").split("\n### 记录的类型\n", 1)[1]
    row = next(line for line in part.splitlines() if line.startswith(f"| {kind.label} |"))
    subjects = {subject for subject in SubjectKind if subject in SUBJECTS[kind]}
    assert set(row.split("|")[2].strip().split("、")) == {subject.label for subject in subjects}
    form = FORMS[kind]
    assert row.split("|")[3].strip() == ("、".join(result.label for result in form.results) or "不填")
    other = row.split("|")[4]
    assert (f"{form.item.label}：{form.meaning}" if form.item else "") in other
    assert ("截止日期" in other) is bool(form.ending)


# --- files and languages ---


def links(document: str) -> Iterator[str]:
    """Yield the targets of links that lead to files."""
    prose = re.sub(r"^\s*```.*?^\s*```", "", document, flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if not re.match(r"[a-z]+:", target):
            yield target


def headings(document: str) -> list[int]:
    """Return the levels of a document's headings, in order; what stands in code is none."""
    prose = re.sub(r"^\s*```.*?^\s*```", "", document, flags=re.MULTILINE | re.DOTALL)
    return [len(marks) for marks in re.findall(r"^(#+) ", prose, re.MULTILINE)]


def blocks(document: str) -> list[str]:
    """Return the blocks of code, without indentation."""
    found = re.findall(r"^\s*```\w*\n(.*?)^\s*```", document, re.MULTILINE | re.DOTALL)
    return ["\n".join(line.strip() for line in block.splitlines()) for block in found]


@pytest.mark.parametrize("path", DOCUMENTS, ids=at_root)
def test_links_lead_to_files_that_there_are(path: Path) -> None:
    targets = {target: (path.parent / target.partition("#")[0]).resolve() for target in links(path.read_text("utf-8"))}
    missing = [target for target, file in targets.items() if not (file.is_relative_to(ROOT) and file.exists())]
    assert missing == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=at_root)
def test_no_document_names_a_registry_or_one_machines_folders(path: Path) -> None:
    assert FOREIGN.findall(path.read_text("utf-8")) == []


def test_registries_and_folders_of_one_machine_would_be_found() -> None:
    for line in ("pip -i https://registry.example/simple/", "see /home/li/xuncha", "cd /root/x", "~/x", r"C:\Users\li"):
        assert FOREIGN.search(line), line
    assert not FOREIGN.search("/opt/xuncha data/home/x [a](docs/work.md) https://www.example.gov.cn/root/3.html")


def test_both_readmes_say_the_same() -> None:
    english, chinese = (path.read_text("utf-8") for path in READMES)
    assert headings(english) == headings(chinese)
    assert blocks(english) == blocks(chinese)
    assert commands_named(english) == commands_named(chinese)
    assert sorted(set(links(english)) - {"README.zh-CN.md"}) == sorted(set(links(chinese)) - {"README.md"})
    for count in ("\n- ", "\n| ", "\n1. ", "\n4. "):
        assert english.count(count) == chinese.count(count)


def test_links_headings_and_blocks_are_found() -> None:
    document = "# A\n\n[x](docs/a.md#b) [y](https://example.org)\n\n```sh\n# no heading\n[z](c.md)\n```\n\n## B\n"
    assert list(links(document)) == ["docs/a.md#b"]
    assert headings(document) == [1, 2]
    assert blocks(document) == ["# no heading\n[z](c.md)"]


def test_decisions_are_numbered_without_a_hole_and_have_their_three_parts() -> None:
    paths = sorted((DOCS / "decisions").glob("*.md"))
    assert [path.name[:4] for path in paths] == [f"{number:04}" for number in range(1, len(paths) + 1)]
    for path in paths:
        words = path.read_text("utf-8")
        assert words.startswith(f"# {path.name[:4]}: "), path.name
        assert [part for part in ("Context", "Decision", "Consequence") if f"**{part}.**" not in words] == [], path.name
