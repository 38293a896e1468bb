"""What others may do to a tenant behind a stack's back, and what the engine tells of it: recorded for the tests beside it.

``python -m tests.report.drifting`` records all of it, with names behind it only those; see ``record.py``.
"""

import copy
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from mailgrant.report.engine import REFRESH, STREAMED
from offline_tenant import process
from offline_tenant.home import Home
from tests.report.record import BASE, HERE, NOISE, NOW, Recorder
from tests.worlds import OfflineTenant, Project

DRIFTS: Final = HERE / "drifts"
POLLER, PORTAL, THUNDERBIRD, NEWSLETTER = "invoice-poller", "support-portal", "thunderbird", "newsletter"


class Somebody:
    """Who works in the tenant by hand.

    Args:
        tenant: theirs.
        clients: the stack's output of this name.
    """

    def __init__(self, tenant: OfflineTenant, clients: dict[str, Any]) -> None:
        self.tenant = tenant
        self.clients = clients

    def application(self, client: str) -> dict[str, Any]:
        """As Graph has it."""
        every: list[dict[str, Any]] = self.tenant.graph("GET", "/v1.0/applications")["value"]
        return next(one for one in every if one["appId"] == self.clients[client]["client_id"])

    def of_principal(self, client: str, what: str) -> list[dict[str, Any]]:
        """What hangs on its service principal."""
        principal = self.clients[client]["service_principal_object_id"]
        found: list[dict[str, Any]] = self.tenant.graph("GET", f"/v1.0/servicePrincipals/{principal}/{what}")[
            "value"
        ]
        return found


def nothing(_: Somebody) -> None:
    """All is as it was."""


def taken_away(by: Somebody) -> None:
    """Access, a permission, a secret, a switch, and the record that a scope rests on."""
    principal = by.clients[POLLER]["service_principal_object_id"]
    by.tenant.cmdlet(
        "Remove-MailboxPermission",
        Identity="billing@contoso.com",
        User=principal,
        AccessRights=["FullAccess"],
        Confirm=False,
    )
    newsletter = by.clients[NEWSLETTER]["service_principal_object_id"]
    by.tenant.cmdlet("Remove-ServicePrincipal", Identity=newsletter, Confirm=False)
    by.tenant.cmdlet("Set-CASMailbox", Identity="invoices@contoso.com", SmtpClientAuthenticationDisabled=True)
    poller = by.application(POLLER)
    newest = max(poller["passwordCredentials"], key=lambda one: str(one["endDateTime"]))
    by.tenant.graph("POST", f"/v1.0/applications/{poller['id']}/removePassword", {"keyId": newest["keyId"]})
    first = min(by.of_principal(POLLER, "appRoleAssignments"), key=lambda one: str(one["appRoleId"]))
    by.tenant.graph("DELETE", f"/v1.0/servicePrincipals/{principal}/appRoleAssignments/{first['id']}")


def widened(by: Somebody) -> None:
    """A redirect URI, an owner, sign-in by code, consent to more, a wider scope, a switch."""
    portal = by.application(PORTAL)
    by.tenant.graph(
        "PATCH",
        f"/v1.0/applications/{portal['id']}",
        {
            "publicClient": {"redirectUris": ["http://localhost", "https://portal.example.com/signed-in"]},
            "isFallbackPublicClient": True,
        },
    )
    people = by.tenant.graph("GET", "/v1.0/users")["value"]
    somebody = next(one for one in people if str(one["userPrincipalName"]).startswith("adele@"))
    reference = f"https://graph.microsoft.com/v1.0/directoryObjects/{somebody['id']}"
    by.tenant.graph("POST", f"/v1.0/applications/{portal['id']}/owners/$ref", {"@odata.id": reference})
    grants = by.of_principal(THUNDERBIRD, "oauth2PermissionGrants")
    mail = next(one for one in grants if "IMAP" in str(one["scope"]))
    by.tenant.graph(
        "PATCH", f"/v1.0/oauth2PermissionGrants/{mail['id']}", {"scope": f"{mail['scope']} SMTP.Send"}
    )
    (scope,) = by.tenant.cmdlet("Get-ManagementScope")
    by.tenant.cmdlet(
        "Set-ManagementScope",
        Identity=scope["Name"],
        RecipientRestrictionFilter="CustomAttribute1 -eq 'sales'",
    )
    by.tenant.cmdlet("Set-CASMailbox", Identity="boardroom@contoso.com", PopEnabled=True)


def application_deleted(by: Somebody) -> None:
    """All of a client."""
    by.tenant.graph("DELETE", f"/v1.0/applications/{by.application(PORTAL)['id']}")


SCENARIOS: Final[Mapping[str, Callable[[Somebody], None]]] = {
    "as-it-was": nothing,
    "taken-away": taken_away,
    "widened": widened,
    "application-deleted": application_deleted,
}


def found(project: Project, folder: Path) -> str:
    """What the engine tells of a project's tenant."""
    return subprocess.run(
        ["pulumi", *REFRESH],
        cwd=folder,
        env={**project.environment, "MAILGRANT_NOW": NOW, STREAMED: "true"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def trimmed(text: str) -> str:
    """Without what says nothing about rights: of what is as it was only the name."""
    events = map(json.loads, filter(str.strip, text.splitlines()))
    return "".join(f"{json.dumps(kept, ensure_ascii=False)}\n" for kept in map(_trimmed, events) if kept)


def _trimmed(event: dict[str, Any]) -> dict[str, Any]:
    if "summaryEvent" in event:
        return {"summaryEvent": {"resourceChanges": event["summaryEvent"]["resourceChanges"]}}
    if "diagnosticEvent" in event:
        told = event["diagnosticEvent"]
        kept = {key: told[key] for key in ("urn", "message", "severity") if key in told}
        return {} if told["severity"] == "debug" else {"diagnosticEvent": kept}
    if "resOutputsEvent" not in event:
        return {}
    step = {key: value for key, value in event["resOutputsEvent"]["metadata"].items() if key not in NOISE}
    as_it_was = step["old"] == step["new"]
    for side in ("old", "new"):
        kept = {key: value for key, value in (step[side] or {}).items() if key not in NOISE}
        step[side] = None if as_it_was else kept or None
    return {"resOutputsEvent": {"metadata": step}}


def main() -> None:
    """Start a tenant, bring the stack up, and for each scenario: change, record, put it back."""
    wanted = sys.argv[1:] or list(SCENARIOS)
    DRIFTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home, place = Home(Path(folder) / "offline"), Path(folder) / "project"
        tenant = OfflineTenant(home, process.start(home))
        try:
            project = Recorder(place, tenant, [])
            project.write(copy.deepcopy(BASE))
            project.project.pulumi("up", "--yes", "--skip-preview")
            for name in wanted:
                clients = json.loads(project.project.pulumi("stack", "output", "--json"))["clients"]
                SCENARIOS[name](Somebody(tenant, clients))
                (DRIFTS / f"{name}.jsonl").write_text(trimmed(found(project.project, place)))
                project.project.pulumi("up", "--refresh", "--yes", "--skip-preview")
                again = trimmed(found(project.project, place))
                print(f"{name}: recorded; put back: {'update' not in again.splitlines()[-1]}")  # noqa: T201 - a tool
        finally:
            process.stop(home)


if __name__ == "__main__":
    main()
