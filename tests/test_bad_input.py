"""What people get wrong around a stack: one clear message each, nothing half made, no traceback."""

import json
import os
from pathlib import Path

import pytest

from offline_tenant import process
from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine


def deployed(project: Project) -> list[str]:
    exported = json.loads(project.pulumi("stack", "export"))
    types = [resource["type"] for resource in exported["deployment"].get("resources", [])]
    return [type_ for type_ in types if type_ != "pulumi:pulumi:Stack"]


def without(project: Project, *variables: str, **changes: str) -> Project:
    environment = {name: value for name, value in project.environment.items() if name not in variables}
    return Project(project.folder, {**environment, **changes})


def test_every_fault_of_a_stack_file_is_told_at_once(project: Project, offline: OfflineTenant) -> None:
    project.edit("kind: daemon", "kind: demon")
    project.edit("protocols:", "protocol:")
    project.edit("invoices@contoso.com", "invoices")
    offline.stats(reset=True)

    said = project.pulumi("up", "--yes", expect=1)

    assert "4 faults in the stack's configuration; nothing was touched" in said
    assert "mailgrant:clients.invoice-poller.kind: 'demon' is not known; did you mean 'daemon'?" in said
    assert "mailgrant:clients.invoice-poller.protocols: is missing" in said
    assert "did you mean 'protocols'?" in said
    assert "mailgrant:clients.invoice-poller.mailboxes.invoices: not an SMTP address" in said
    assert "Traceback" not in said
    assert deployed(project) == []
    assert offline.stats()["graph"] == {}


def test_a_stack_without_clients(project: Project) -> None:
    path = project.folder / "stacks" / "Pulumi.offline.yaml"
    path.write_text(path.read_text().partition("  mailgrant:clients:")[0])

    said = project.pulumi("up", "--yes", expect=1)

    assert "mailgrant:clients: is missing" in said
    assert "Traceback" not in said


def test_a_tenant_that_is_not_running(project: Project, offline: OfflineTenant) -> None:
    process.stop(offline.home)

    said = project.pulumi("up", "--yes", expect=1)

    assert f"the custom cloud does not answer at https://localhost:{offline.ports['https']}" in said
    assert "mailgrant offline start" in said
    assert "Traceback" not in said
    assert deployed(project) == []


def test_a_shell_that_does_not_know_the_tenant(project: Project) -> None:
    said = without(project, "MAILGRANT_CLOUD_FILE").pulumi("up", "--yes", expect=1)

    assert "the environment variable MAILGRANT_CLOUD_FILE is not set" in said
    assert 'eval "$(mailgrant offline env)"' in said
    assert "Traceback" not in said


def test_a_missing_powershell(project: Project, offline: OfflineTenant) -> None:
    path = os.pathsep.join(
        folder for folder in project.environment["PATH"].split(os.pathsep) if folder != str(offline.home.bin)
    )

    said = without(project, PATH=path).pulumi("up", "--yes", "--skip-preview", expect=1)

    assert "there is no pwsh on PATH" in said
    assert "Install PowerShell 7.4 or newer" in said
    assert "Traceback" not in said
    project.pulumi("up", "--yes", "--skip-preview")
    project.pulumi("up", "--yes", "--expect-no-changes")


def test_a_wrong_passphrase(project: Project) -> None:
    project.pulumi("up", "--yes", "--skip-preview")
    stranger = without(project, PULUMI_CONFIG_PASSPHRASE="wrong")

    assert "incorrect passphrase" in stranger.pulumi("up", "--yes", expect=1)
    said = stranger.mailgrant_error("verify")
    assert "the passphrase of the stack is wrong" in said
    assert "PULUMI_CONFIG_PASSPHRASE" in said


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["verify"], "the stack has put out no clients"),
        (["verify", "--stack", "moon"], "there is no such stack"),
    ],
)
def test_verify_without_a_deployed_stack(project: Project, arguments: list[str], complaint: str) -> None:
    said = project.mailgrant_error(*arguments)

    assert complaint in said
    assert "Traceback" not in said


def test_verify_outside_a_project(project: Project, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    said = Project(elsewhere, project.environment).mailgrant_error("verify")

    assert "there is no Pulumi project here" in said


def test_verify_without_an_engine(project: Project, tmp_path: Path) -> None:
    said = without(project, PATH=str(tmp_path)).mailgrant_error("verify")

    assert "there is no pulumi on PATH" in said


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("ARM_CLIENT_SECRET", "not-the-secret", "AADSTS7000215"),
        ("ARM_CLIENT_ID", "11111111-1111-4111-8111-111111111111", "AADSTS700016"),
    ],
)
def test_an_identity_that_entra_does_not_take(
    project: Project, offline: OfflineTenant, variable: str, value: str, complaint: str
) -> None:
    stranger = Project(project.folder, {**project.environment, variable: value})

    said = stranger.pulumi("up", "--yes", expect=1)

    assert "the azuread provider cannot sign in" in said
    assert complaint in said
    assert "→" in said
    assert "Traceback" not in said
    assert "not-the-secret" not in said
    assert deployed(project) == []


def test_a_wrong_organization(project: Project) -> None:
    project.edit("contoso.onmicrosoft.com", "fabrikam.onmicrosoft.com")

    said = project.pulumi("up", "--yes", "--skip-preview", expect=1)

    assert "Exchange did not take the connection to fabrikam.onmicrosoft.com" in said
    assert "Is mailgrant:organization the tenant's first domain?" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("now", ["tomorrow", "9999-12-31T23:59:59Z", "1999-01-01T00:00:00Z"])
def test_a_moment_that_makes_no_sense(project: Project, now: str) -> None:
    said = Project(project.folder, {**project.environment, "MAILGRANT_NOW": now}).pulumi(
        "up", "--yes", expect=1
    )

    assert "MAILGRANT_NOW" in said
    assert "Traceback" not in said


def test_one_mailbox_under_two_names(project: Project) -> None:
    project.edit("billing@contoso.com", "rechnungen@contoso.com")

    said = project.pulumi("up", "--yes", "--skip-preview", expect=1)

    assert "is the same mailbox as" in said
    assert "name it once" in said
