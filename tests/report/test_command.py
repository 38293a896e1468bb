"""The command ``mailgrant preview-report``, as people and pipelines run it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from mailgrant.report import gate
from mailgrant.report.formats import document
from tests.report.readings import GOLDEN, PREVIEWS, recorded
from tests.report.test_limits import written
from tests.worlds import OfflineTenant, Project

ADDED, REMOVED = str(PREVIEWS / "mailbox-added.json"), str(PREVIEWS / "mailbox-removed.json")
TWO = "        billing@contoso.com: full-access\n"
LOOSER = "  mailgrant:guardrails: {forbidden_mailboxes: warning}\n"


def run(
    folder: Path, *arguments: str, given: bytes = b"", path: str | None = None
) -> subprocess.CompletedProcess[bytes]:
    program = Path(sys.executable).with_name("mailgrant")
    environment = {**os.environ, "PATH": os.environ["PATH"] if path is None else path}
    return subprocess.run(
        [program, "preview-report", *arguments],
        cwd=folder,
        env=environment,
        input=given,
        capture_output=True,
        check=False,
    )


GATES = {
    ("mailbox-added", "never"): 0,
    ("mailbox-added", "broadening"): 7,
    ("mailbox-added", "any-change"): 7,
    ("mailbox-removed", "broadening"): 0,
    ("mailbox-removed", "any-change"): 7,
    ("credential-replaced", "broadening"): 7,
    ("credential-replaced", "any-change"): 7,
    ("rotation", "broadening"): 0,
    ("rotation", "any-change"): 7,
    ("nothing", "any-change"): 0,
    ("a-program-of-ones-own", "broadening"): 7,
}


@pytest.mark.parametrize(("name", "approval"), GATES)
def test_the_gate_follows_the_verdict(name: str, approval: str) -> None:
    assert gate.exit_code(recorded(name), gate.Approval(approval)) == GATES[name, approval]


def test_a_file_becomes_the_comment_and_the_gate_closes(tmp_path: Path) -> None:
    done = run(tmp_path, "--preview", ADDED, "--format", "markdown", "--require-approval", "broadening")

    assert done.returncode == 7
    assert done.stdout.decode() == (GOLDEN / "mailbox-added.md").read_text()
    assert done.stderr == b""


GUARDED = """\
config:
  mailgrant:organization: contoso.onmicrosoft.com
  mailgrant:guardrails:
    forbidden_mailboxes: {addresses: [billing@contoso.com]}
  mailgrant:clients:
    invoice-poller:
      kind: daemon
      protocols: [imap]
      mailboxes:
        billing@contoso.com: full-access
      credentials:
        vm: {type: secret}
"""
WAIVER = """\
  mailgrant:waivers:
    - rule: forbidden_mailboxes
      client: invoice-poller
      owner: cfo@contoso.com
      until: 2026-12-31
      reason: moved in January
"""


@pytest.mark.parametrize(("waived", "code"), [(False, 5), (True, 7)])
def test_guardrails_of_the_stacks_file_stand_in_the_report(
    waived: bool,  # noqa: FBT001
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAILGRANT_NOW", "2026-12-01T00:00:00Z")
    (tmp_path / "Pulumi.yaml").write_text("name: mailgrant\nruntime: python\n")
    (tmp_path / "Pulumi.offline.yaml").write_text(GUARDED + (WAIVER if waived else ""))
    gate_closed = ("--require-approval", "broadening")

    as_json = run(tmp_path, "--preview", ADDED, "--format", "json", *gate_closed)
    comment = run(tmp_path, "--preview", ADDED, "--format", "markdown", *gate_closed)

    assert (as_json.returncode, comment.returncode) == (code, code)
    [finding] = json.loads(as_json.stdout)["findings"]
    assert finding["rule"] == "forbidden_mailboxes"
    assert finding["severity"] == ("warning" if waived else "error")
    shown = comment.stdout.decode()
    assert f"**Guardrails**\n\n- {finding['severity']}: " in shown
    assert shown.index("**Guardrails**") < shown.index("| application |")


def test_guardrails_that_cannot_be_read_are_no_silent_pass(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: mailgrant\nruntime: python\n")
    (tmp_path / "Pulumi.offline.yaml").write_text(GUARDED.replace("kind: daemon", "kind: demon"))

    done = run(tmp_path, "--preview", ADDED)

    assert (done.returncode, done.stdout) == (2, b"")
    assert "mailgrant:clients.invoice-poller.kind: 'demon' is not known" in done.stderr.decode()


@pytest.mark.parametrize(
    ("own", "code"),
    [
        ("  mailgrant:organization: contoso.onmicrosoft.com\n", 7),
        ("  azuread:tenantId: 0ff11ce0-7e4a-4b1d-9c3e-c0a750000001\n", 7),
        ("  mailgrant:extends: gone.yaml\n", 2),  # it might declare clients, and guardrails
        ("  mailgrant:guardrails: {secrets: error}\n", 2),  # nobody could hold them against the program
    ],
)
def test_a_program_of_ones_own_has_its_clients_in_itself(own: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: mailgrant\nruntime: python\n")
    (tmp_path / "Pulumi.offline.yaml").write_text(f"config:\n{own}")
    preview = PREVIEWS / "a-program-of-ones-own.json"

    done = run(tmp_path, "--preview", str(preview), "--require-approval", "broadening")

    assert done.returncode == code, done.stderr.decode()


def test_guardrails_of_a_stack_that_has_no_file(tmp_path: Path) -> None:
    shared = yaml.safe_load(GUARDED)["config"]
    config = {key: value if isinstance(value, str) else {"default": value} for key, value in shared.items()}
    (tmp_path / "Pulumi.yaml").write_text(
        yaml.safe_dump({"name": "mailgrant", "runtime": "python", "config": config})
    )

    done = run(tmp_path, "--preview", ADDED)

    assert done.returncode == 5, done.stderr.decode()


def test_standard_input_becomes_a_file(tmp_path: Path) -> None:
    # As PowerShell would hand it over.
    given = (PREVIEWS / "mailbox-added.json").read_text().encode("utf-16")

    done = run(tmp_path, "--preview", "-", "--format", "json", "-o", "report.json", given=given)

    assert (done.returncode, done.stdout) == (0, b"")
    assert json.loads((tmp_path / "report.json").read_text()) == document.document(recorded("mailbox-added"))


def test_the_schema_can_be_printed(tmp_path: Path) -> None:
    assert json.loads(run(tmp_path, "--schema").stdout) == document.schema()


def test_one_preview_becomes_several_files(tmp_path: Path) -> None:
    done = run(tmp_path, "--preview", ADDED, "--write", "markdown=comment.md", "--write", "json=report.json")

    assert done.returncode == 0
    assert "broadening, stack mailgrant/offline" in done.stdout.decode()
    assert (tmp_path / "comment.md").read_text() == (GOLDEN / "mailbox-added.md").read_text()
    assert json.loads((tmp_path / "report.json").read_text())["hash"] == recorded("mailbox-added").hash


@pytest.mark.parametrize(("form", "code"), [("markdown", 7), ("github-summary", 0), ("json", 0)])
def test_what_nobody_can_read_nobody_can_approve(form: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "large.json").write_text(written(5_000))

    done = run(tmp_path, "--preview", "large.json", "--write", f"{form}=report", "--require-whole")

    assert done.returncode == code
    assert ("nobody can approve" in done.stderr.decode()) == bool(code)


REFUSED = {
    ("--preview", "nowhere.json"): "nowhere.json cannot be read: No such file or directory",
    ("--preview", "."): ". cannot be read: Is a directory",
    ("--preview", ADDED, "--preview", REMOVED): "are both of mailgrant/offline: give one of them",
    ("--preview", ADDED, "--stack", "production"): "is of the stack offline, which --stack does not name",
    (
        "--preview",
        ADDED,
        "--stack",
        "offline",
        "--stack",
        "b",
    ): "no preview is of the stack b, which --stack names",
    ("--preview", ADDED, "--format", "markdown", "-o", "no/such/folder"): "cannot be written",
    ("--preview", ADDED, "--write", "json=no/such/folder"): "cannot be written",
    ("--preview", ADDED, "--write", "report.html"): "is not FORMAT=FILE",
    ("--preview", ADDED, "--write", "html=report.html"): "is not FORMAT=FILE",
    ("--preview", ADDED, "--write", "json="): "is not FORMAT=FILE",
    (): "there is no pulumi on PATH",
}


@pytest.mark.parametrize("arguments", REFUSED, ids=str)
def test_what_cannot_be_reported_on_is_an_error(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = run(tmp_path, *arguments, path="")

    assert done.returncode == 2
    assert done.stdout == b""
    assert REFUSED[arguments] in done.stderr.decode()


def test_a_preview_of_another_project_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "deeper").mkdir()

    done = run(tmp_path / "deeper", "--preview", ADDED)

    assert done.returncode == 2
    assert "is of the project mailgrant; this folder is of shop" in done.stderr.decode()


def test_a_failed_preview_is_exit_code_1(tmp_path: Path) -> None:
    done = run(tmp_path, "--preview", str(PREVIEWS / "failed.json"), "--require-approval", "never")

    assert (done.returncode, done.stdout) == (1, b"")
    assert "mailgrant:organization: not a domain" in done.stderr.decode()


@pytest.mark.engine
def test_the_engine_is_run_and_what_it_will_do_is_told(project: Project, offline: OfflineTenant) -> None:
    def report(*arguments: str, expect: int = 0) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(
            project.mailgrant("preview-report", "--format", "json", *arguments, expect=expect)
        )
        return told

    # Everything is new.
    first = report("--stack", "offline", "--require-approval", "broadening", expect=7)
    assert first["verdict"] == "broadening"
    assert first["stacks"][0]["mailboxes"] == [{"client": "invoice-poller", "before": 0, "after": 2}]
    assert "not understood" not in {change["right"] for change in first["changes"]}
    # The same again has the same hash, whatever form of previews somebody likes; nothing was touched.
    streaming = {**project.environment, "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
    again = Project(project.folder, streaming).mailgrant("preview-report", "--format", "json")
    assert json.loads(again)["hash"] == first["hash"]
    assert offline.stats()["exchange"] == {}

    # After the update nothing changes any more, and a mailbox less is narrowing, whatever its guardrails say.
    project.pulumi("up", "--yes", "--skip-preview")
    assert report("--require-approval", "any-change")["verdict"] == "neutral"
    project.edit(TWO, "")
    project.edit("  mailgrant:clients:\n", f"{LOOSER}  mailgrant:clients:\n")
    narrower = report("--require-approval", "broadening")
    assert narrower["verdict"] == "narrowing"
    assert [(one["op"], one["right"], one["object"]) for one in narrower["changes"]] == [
        ("remove", "full-access", "billing@contoso.com")
    ]

    loosened = {"rule": "forbidden_mailboxes", "where": "", "before": "error", "after": "warning"}
    assert [first["stacks"][0]["loosened"], narrower["stacks"][0]["loosened"]] == [[], [loosened]]

    # What Pulumi refuses is its own exit code.
    assert "no stack named 'nowhere' found" in project.mailgrant_error(
        "preview-report", "-s", "nowhere", expect=6
    )
    project.edit("kind: daemon", "kind: demon")
    # A failed preview stands where an older report would be taken for news.
    files = ("--write", "markdown=comment.md", "--write", "json=report.json", "--write", "text=report.txt")
    assert "mailgrant:clients.invoice-poller.kind" in project.mailgrant_error(
        "preview-report", *files, expect=1
    )
    comment, told = (project.folder / "comment.md").read_text(), (project.folder / "report.txt").read_text()
    assert comment.startswith(
        '<!-- mailgrant:preview-report {"stack": "mailgrant/offline", "hash": null, "verdict": "failed", "complete": false} -->\n'
    )
    assert all("mailgrant:clients.invoice-poller.kind" in shown for shown in (comment, told))
    failed = json.loads((project.folder / "report.json").read_text())
    assert (failed["verdict"], failed["hash"], failed["failures"][0]["exit_code"]) == ("failed", None, 1)
