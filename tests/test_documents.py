"""What the documents show is run: commands give what stands below them, stack files are plans."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from mailgrant.configuration.parsing import parse
from mailgrant.schema.stack import StackSchema
from tests.worlds import OfflineTenant, Project

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "components" / "mailgrant"
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(document: str, language: str) -> list[str]:
    return [body for found, body in FENCE.findall((ROOT / document).read_text()) if found == language]


def with_blocks(language: str) -> list[str]:
    return [name for name in NAMES if blocks(name, language)]


def session(block: str) -> list[tuple[str, str]]:
    """The commands of a block, each with the output that stands below it."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)
    assert parts[0] == "", "a console block begins with a command"
    return list(zip(parts[1::2], parts[2::2], strict=True))


def matches(shown: str, said: str) -> bool:
    """Whether an output is the one shown, in which ... stands for anything."""
    pattern = "".join(
        ".*" if part == "..." else re.escape(part) for part in re.split(r"(\.\.\.)", shown.strip())
    )
    return re.fullmatch(pattern, said.strip(), re.DOTALL) is not None


@pytest.mark.parametrize("document", with_blocks("yaml"))
def test_a_stack_file_in_a_document_is_a_plan(document: str) -> None:
    for block in blocks(document, "yaml"):
        values: dict[str, Any] = yaml.safe_load(block)["config"]
        own = {
            key.removeprefix("mailgrant:"): value
            for key, value in values.items()
            if key.startswith("mailgrant:")
        }

        assert set(own) <= set(StackSchema.model_fields)
        assert parse(own, datetime.now(UTC)).clients


@pytest.mark.engine
@pytest.mark.parametrize("document", with_blocks("console"))
def test_commands_in_a_document_say_what_it_shows(
    document: str, project: Project, offline: OfflineTenant
) -> None:
    path = f"{Path(sys.executable).parent}:{project.environment['PATH']}"
    for block in blocks(document, "console"):
        # One shell for the whole block; a line of its own parts what the commands say.
        steps = session(block)
        script = "\n".join(f"{command}\nprintf '\\n--%d--\\n' $?" for command, _ in steps)
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=project.folder,
            env={**project.environment, "PATH": path, "PULUMI_OPTION_COLOR": "never"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        said = re.split(r"\n--\d+--\n", done.stdout)
        for (command, shown), output in zip(steps, said, strict=False):
            assert matches(shown, output), f"$ {command}\n{output}"
        assert re.findall(r"\n--(\d+)--\n", done.stdout) == ["0"] * len(steps), done.stdout


@pytest.mark.parametrize("document", NAMES)
def test_links_between_documents_lead_somewhere(document: str) -> None:
    here = (ROOT / document).parent
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / document).read_text()):
        assert (here / target).exists(), target


@pytest.mark.parametrize("document", [name for name in NAMES if "parity" in name])
def test_what_is_said_to_be_emulated_is_shown_by_a_test(document: str) -> None:
    rows = [
        line.split("|")[1:-1] for line in (ROOT / document).read_text().splitlines() if line.startswith("| ")
    ]
    for feature, verdict, tests, *_ in rows[1:]:
        named = re.findall(r"`(tests/[\w/]+\.py)", tests)
        assert named or verdict.strip() in {"", "absent"}, feature
        for name in named:
            assert (ROOT / name).exists(), name


def test_every_room_of_the_package_is_told_to_whoever_comes_new() -> None:
    table = (ROOT / "CONTRIBUTING.md").read_text().partition("## Where things are")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    rooms = {path.parent.name + "/" for path in PACKAGE.glob("*/__init__.py")}
    modules = {path.name for path in PACKAGE.glob("*.py")} - {"__init__.py"}

    assert sorted(re.findall(r"`(.*?)`", " ".join(cells))) == sorted(rooms | modules)
