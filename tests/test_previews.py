"""What ``pulumi preview --diff`` says of every kind of change: the texts of docs/previews.md, from the real engine."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

PAGE: Final = Path(__file__).parent.parent / "docs" / "previews.md"
SECTION: Final = re.compile(r"^## (.*?)\n(?:(?!^## ).)*?^```diff\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADER: Final = re.compile(r"\s*(?:\+-|\+ |~ |- )\S+: \(\w+\)")
LEFT_OUT: Final = ("[id=", "[provider=", "--outputs", "@")  # "@ previewing update....": it waits
NOW: Final = "2026-12-02T00:00:00Z"
LATER: Final = "2027-03-01T00:00:00Z"  # a successor is due, and the predecessor has ended
GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
VM: Final = "        poller-vm: {type: secret, lifetime: 180d, rotate: 90d}\n"
BACKUP: Final = "        backup-vm: {type: secret, lifetime: 180d, rotate: 90d}\n"
BILLING: Final = "        billing@contoso.com: full-access, send-as\n"
# What somebody changes in the stack's file, by the title of its section.
CHANGES: Final = {
    "A mailbox more": (BILLING, f"{BILLING}        support@contoso.com: full-access\n"),
    "A right less": ("full-access, send-as", "full-access"),
    "A protocol more": ("[imap, pop]", "[imap, pop, smtp]"),
    "A credential revoked": (BACKUP, ""),
    "Another lifetime": (VM, VM.replace("180d", "200d")),
    "Another kind": ("kind: daemon", "kind: delegated\n      redirect_uris: [http://localhost]"),
}


def told(said: str) -> list[str]:
    """The resources of a preview with what differs in each, in the alphabet's order: the engine's own is by chance.

    Of a URN only the resource's name is kept, of what is made by others only that it is there.
    """
    blocks: list[list[str]] = []
    for line in said.partition("Resources:")[0].splitlines():
        if HEADER.match(line):
            blocks.append([])
        if not blocks or not line.strip() or line.lstrip().startswith(LEFT_OUT):
            continue
        if "__defaults" not in line:  # a mark of the engine's
            blocks[-1].append(GUID.sub("…", re.sub(r"\[urn=.*::", "[…::", line)).rstrip()[4:])
    return sorted("\n".join(block) for block in blocks)


def test_the_page_shows_what_the_engine_says(project: Project, offline: OfflineTenant) -> None:
    project.edit("[imap, pop, smtp]", "[imap, pop]")
    project.edit(VM, VM + BACKUP)
    project.edit("billing@contoso.com: full-access", "billing@contoso.com: full-access, send-as")
    now = replace(project, environment={**project.environment, "MAILGRANT_NOW": NOW})
    now.pulumi("up", "--yes", "--skip-preview")
    offline.stats(reset=True)
    file = project.folder / "stacks" / "Pulumi.offline.yaml"
    before = file.read_text()

    previews = {}
    for title, (old, new) in CHANGES.items():
        project.edit(old, new)
        previews[title] = told(now.pulumi("preview", "--diff", "--suppress-outputs"))
        file.write_text(before)
    later = replace(project, environment={**project.environment, "MAILGRANT_NOW": LATER})
    previews["A rotation"] = told(later.pulumi("preview", "--diff", "--suppress-outputs"))

    shown = dict(SECTION.findall(PAGE.read_text()))
    assert {title: "\n".join(blocks) + "\n" for title, blocks in previews.items()} == shown
    assert offline.stats()["exchange"] == {}


def held(project: Project) -> dict[str, Any]:
    outputs: dict[str, Any] = json.loads(project.pulumi("stack", "output", "--json", "--show-secrets"))
    found: dict[str, Any] = outputs["clients"]["invoice-poller"]
    return found


def test_another_kind_keeps_the_application_and_what_consumers_hold(
    project: Project, offline: OfflineTenant
) -> None:
    project.pulumi("up", "--yes", "--skip-preview")
    keys = ("client_id", "service_principal_object_id", "credentials", "mailboxes")
    before = held(project)

    project.edit(*CHANGES["Another kind"])
    project.pulumi("up", "--yes", "--skip-preview")

    assert {key: held(project)[key] for key in keys} == {key: before[key] for key in keys}
    assert held(project)["kind"] == "delegated"
    project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    project.pulumi("destroy", "--yes", "--skip-preview")
