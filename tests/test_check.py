"""Stack files are checked as they stand there, with the words of an update and without its engine."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from mailgrant.configuration.check import check
from mailgrant.errors import SetupError
from tests.faulty_stacks import ORGANIZATION, WAIVER, Values, stack

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 28, tzinfo=UTC)
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A project with one stack, dev."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: mail\nruntime: python\nstackConfigDir: stacks\n")

    def written(values: Values | str, name: str = "dev") -> Path:
        config = (
            {f"mailgrant:{key}": value for key, value in values.items()} if isinstance(values, dict) else {}
        )
        text = yaml.safe_dump({"config": config}) if config else str(values)
        (tmp_path / "stacks" / f"Pulumi.{name}.yaml").write_text(text)
        return tmp_path

    return written


def mailgrant(folder: Path, *arguments: str) -> tuple[int, str, str]:
    program = Path(sys.executable).with_name("mailgrant")
    nothing = {"PATH": ""}  # no engine, no identity, no passphrase
    done = subprocess.run(
        [program, "check", *arguments], cwd=folder, env=nothing, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_the_stacks_of_this_repository_would_come_up() -> None:
    checked = {one.stack: one for one in check([], ROOT, NOW)}

    assert set(checked) == {path.name.split(".")[1] for path in (ROOT / "stacks").glob("Pulumi.*.yaml")}
    assert all(one.ok for one in checked.values())


@pytest.mark.parametrize("ending", ["yml", "json"])
def test_files_of_stacks_end_as_the_projects_own(ending: str, tmp_path: Path) -> None:
    (tmp_path / f"Pulumi.{ending}").write_text('{"name": "mail", "runtime": "python"}')
    (tmp_path / f"Pulumi.dev.{ending}").write_text('{"config": {"mailgrant:organization": "no domain"}}')
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {}\n")  # which Pulumi does not look at

    [dev] = check([], tmp_path, NOW)
    assert (dev.stack, dev.ok) == ("dev", False)


def test_exit_code_1_and_every_fault_of_every_stack(write: Write) -> None:
    write(stack(client={}, suffix="-dev"))
    write(stack(guardrails={"secrets": "error"}), "prod")
    folder = write(stack(tenant={"smtp_auth": "enabled"}), "test.eu")

    code, told, _ = mailgrant(folder / "stacks")

    assert code == 1
    assert "dev: stopped\n  error: mailgrant:suffix: not a name;" in told
    assert "  error: mailgrant:client: unknown key; did you mean 'clients'?" in told
    assert "prod: stopped\n  error: mailgrant:clients.poller.credentials.vm: a secret travels" in told
    assert "\n    → Use type: federated" in told
    assert "test.eu: ok\n  warning: mailgrant:tenant.smtp_auth: opens SMTP AUTH" in told


@pytest.mark.parametrize("written", ["stackConfigDir: stacks", "config: stacks"])
def test_both_ways_to_say_where_the_files_of_stacks_are(write: Write, written: str) -> None:
    folder = write(stack())
    (folder / "Pulumi.yaml").write_text(f"name: mail\nruntime: python\n{written}\n")

    assert [one.stack for one in check([], folder, NOW)] == ["dev"]


SHARED = {"secrets": "error"}


@pytest.mark.parametrize(
    "entry",
    [
        {"mailgrant:guardrails": {"value": SHARED}},
        {"guardrails": {"type": "object", "default": SHARED}},  # below the project's own name
    ],
)
def test_what_the_projects_file_says_for_all_stacks(write: Write, entry: Values) -> None:
    folder = write({name: value for name, value in stack().items() if name != "organization"})
    write(stack(guardrails={"secrets": "off"}), "own")
    project = {
        "name": "mailgrant",
        "runtime": "python",
        "stackConfigDir": "stacks",
        "config": {**entry, "mailgrant:organization": ORGANIZATION, "mailgrant:waivers": []},
    }
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(project))

    dev, own = check([], folder, NOW)

    assert [*dev.faults, *own.faults, *own.findings] == []
    assert [(one.rule, one.severity) for one in dev.findings] == [("secrets", "error")]


def test_exit_code_0_and_findings_for_programs(write: Write) -> None:
    waived = stack(
        guardrails={"secrets": "error"}, waivers=[{**WAIVER, "rule": "secrets", "until": "2099-01-31"}]
    )
    write(stack(client={}), "broken")
    folder = write(waived)

    code, told, _ = mailgrant(folder, "--json", "--stack", "dev")

    found: dict[str, Any] = json.loads(told)
    assert code == 0
    [one] = found["stacks"]
    assert (found["ok"], one["stack"], one["ok"], one["faults"]) == (True, "dev", True, [])
    [finding] = one["findings"]
    assert finding.keys() == {"rule", "place", "severity", "reason", "remedy"}
    assert (finding["rule"], finding["severity"]) == ("secrets", "warning")


def test_exit_code_2_where_nothing_can_be_checked(write: Write) -> None:
    code, told, error = mailgrant(write(stack()), "--stack", "moon")

    assert (code, told) == (2, "")
    assert error.rstrip().endswith("Pulumi.moon.yaml")
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("config: {a: 1, a: 2}", "'a' stands there twice"),
        ("config: [", "line 1"),
        ("config: [mailgrant]", "holds no map of keys under config:"),
        ("- config", "holds no map of keys"),
        ("config: {d: 2027-99-99}", "month must be in 1..12"),
    ],
)
def test_a_file_that_is_no_stack(write: Write, text: str, problem: str) -> None:
    with pytest.raises(SetupError, match=r"Pulumi\.dev\.yaml") as caught:
        check([], write(text), NOW)

    assert problem in caught.value.message


def test_a_folder_without_a_project_or_a_stack(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no Pulumi project here"):
        check([], tmp_path, NOW)
    (tmp_path / "Pulumi.yaml").write_text("name: mail\n")
    with pytest.raises(SetupError, match="holds no stack's file"):
        check([], tmp_path, NOW)


@pytest.mark.parametrize(("word", "faults"), [("yes", 1), ("on", 1), ("true", 0), ("False", 0)])
def test_words_are_read_as_the_engine_reads_them(write: Write, word: str, faults: int) -> None:
    values = stack(mailboxes={"a@contoso.com": {"imap": "WORD"}})
    folder = write(values)
    path = folder / "stacks" / "Pulumi.dev.yaml"
    path.write_text(path.read_text().replace("WORD", word))

    [one] = check([], folder, NOW)

    assert len(one.faults) == faults


def test_what_is_encrypted_is_no_silent_pass(write: Write) -> None:
    [one] = check([], write({**stack(), "organization": {"secure": "v1:abc"}}), NOW)

    assert [fault.path for fault in one.faults] == ["mailgrant:organization"]


def test_a_cloud_whose_hosts_are_on_another_machine(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILGRANT_CLOUD_FILE", raising=False)

    [one] = check([], write(stack(cloud="custom")), NOW)

    assert one.ok
