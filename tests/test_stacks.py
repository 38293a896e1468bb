"""The stack files of this repository are plans, and an environment differs from another only in what its file says."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from mailgrant.configuration.parsing import parse
from mailgrant.model import DaemonPlan, Plan
from mailgrant.schema.places import NAMESPACE
from tests.worlds import OfflineTenant, Project

STACKS = Path(__file__).parent.parent / "stacks"
NAMES = sorted(path.name.split(".")[1] for path in STACKS.glob("Pulumi.*.yaml"))
NOW = datetime(2026, 11, 28, tzinfo=UTC)


def plan(name: str) -> Plan:
    values: dict[str, Any] = yaml.safe_load((STACKS / f"Pulumi.{name}.yaml").read_text())["config"]
    own = {key.removeprefix(NAMESPACE): value for key, value in values.items() if key.startswith(NAMESPACE)}
    # The offline tenant's hosts are in a file that only a running one has.
    return parse({**own, "cloud": "global"}, NOW, STACKS)


@pytest.mark.parametrize("name", NAMES)
def test_a_stack_file_is_a_plan(name: str) -> None:
    assert plan(name).organization.endswith(".onmicrosoft.com")


def test_environments_share_what_they_do_not_say_themselves() -> None:
    dev, prod = (plan(name).clients["invoice-poller"] for name in ("dev", "prod"))
    assert isinstance(dev, DaemonPlan)
    assert isinstance(prod, DaemonPlan)

    assert dev.protocols == prod.protocols == ("imap", "smtp")
    assert dev.credentials["poller-vm"] == prod.credentials["poller-vm"]
    assert list(dev.credentials) == ["poller-vm", "developers"]
    assert list(prod.credentials) == ["poller-vm", "nightly"]
    assert dev.mailboxes == {"invoices@contosodev.onmicrosoft.com": "full-access"}
    assert prod.mailboxes["billing@contoso.com"] == "full-access, send-as"
    assert "thunderbird" not in plan("dev").clients


@pytest.mark.engine
def test_production_comes_up_on_the_offline_tenant_and_goes_again(
    project: Project, offline: OfflineTenant
) -> None:
    before = offline.control("GET", "objects")
    for path in STACKS.iterdir():
        shutil.copy(path, project.folder / "stacks" / path.name)
    production = project.folder / "stacks" / "Pulumi.prod.yaml"
    here = {"22222222-2222-4222-8222-222222222222": project.environment["ARM_TENANT_ID"]}
    text = production.read_text().replace(*next(iter(here.items())))
    production.write_text(
        text.replace("  mailgrant:extends", "  mailgrant:cloud: custom\n  mailgrant:extends")
    )
    project.pulumi("stack", "init", "prod")

    project.pulumi("up", "--yes", "--skip-preview")
    project.pulumi("up", "--yes", "--expect-no-changes")
    assert "6 of 6 logins verified" in project.mailgrant("verify", "--stack", "prod")

    project.pulumi("destroy", "--yes", "--skip-preview")
    assert offline.control("GET", "objects") == before
