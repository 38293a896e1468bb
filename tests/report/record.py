"""Records previews of the real engine on the offline tenant, for the tests beside it.

``python -m tests.report.record`` records all of them, with names behind it only those.
Run it when the engine, the azuread plugin or a resource changes. What says nothing about rights is left out, and so
is every path of this machine.
"""

import base64
import copy
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import yaml

from mailgrant.certificates.keys import generate
from offline_tenant import process, seed
from offline_tenant.home import Home
from tests.worlds import OfflineTenant, Project

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent.parent
NOW: Final = "2026-12-01T00:00:00Z"
GITHUB: Final = {"type": "federated", "github": {"repository": "contoso/mail", "environment": "production"}}
NOISE: Final = (
    "sourcePosition",
    "stackTrace",
    "created",
    "modified",
    "propertyDependencies",
    "dependencies",
    "provider",
    "additionalSecretOutputs",
)

Config = dict[str, Any]

BASE: Final[Config] = {
    "azuread:tenantId": seed.TENANT_ID,
    "mailgrant:organization": "contoso.onmicrosoft.com",
    "mailgrant:cloud": "custom",
    "mailgrant:clients": {
        "invoice-poller": {
            "kind": "daemon",
            "protocols": ["imap", "smtp"],
            "mailboxes": {
                "invoices@contoso.com": "full-access",
                "billing@contoso.com": "full-access, send-as",
            },
            "credentials": {
                "poller-vm": {"type": "secret", "lifetime": "180d", "rotate": "90d"},
                "appliance": {"type": "certificate", "lifetime": "360d"},
            },
        },
        "newsletter": {
            "kind": "daemon",
            "protocols": ["smtp"],
            "smtp_scope": {"group": "newsletter-senders@contoso.com"},
            "credentials": {"ci": GITHUB},
        },
        "support-portal": {
            "kind": "delegated",
            "protocols": ["imap"],
            "redirect_uris": ["http://localhost"],
        },
        "thunderbird": {
            "kind": "third-party",
            "client_id": "thunderbird",
            "protocols": ["imap"],
            "consent": ["frontdesk@contoso.com"],
        },
    },
    "mailgrant:mailboxes": {"boardroom@contoso.com": {"pop": False}},
}
POLLER: Final = "invoice-poller"


def _client(name: str, **changes: Any) -> Callable[[Config], None]:
    def change(config: Config) -> None:
        config["mailgrant:clients"][name] |= changes

    return change


def _remove(name: str) -> Callable[[Config], None]:
    return lambda config: config["mailgrant:clients"].pop(name)


def _key(key: str, value: Any) -> Callable[[Config], None]:
    return lambda config: config.__setitem__(key, value)


def _credentials(name: str, **changes: Any) -> Callable[[Config], None]:
    def change(config: Config) -> None:
        held = config["mailgrant:clients"][name]["credentials"]
        merged = {**held, **{consumer.replace("_", "-"): one for consumer, one in changes.items()}}
        config["mailgrant:clients"][name]["credentials"] = {key: one for key, one in merged.items() if one}

    return change


# A program of somebody's own: what mailgrant does not know, and something that is there already.
PROGRAM: Final = """
import pulumi, pulumi_azuread as azuread
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

class Anything(ResourceProvider):
    def create(self, props):
        return CreateResult("anything", props)

class Thing(Resource, module="somebody", name="Thing"):
    pass

Thing(Anything(), "anything", {"who": "invoice-poller"})
azuread.Application(
    "intranet", display_name="intranet", app_roles=[{"allowed_member_types": ["Application"], "description": "all",
    "display_name": "all", "enabled": True, "id": "0d0d0d0d-0000-4000-8000-000000000001", "value": "All"}],
)
azuread.Application("by-hand", display_name="by hand", opts=pulumi.ResourceOptions(import_="/applications/%s"))
"""
SCANNER: Final = {
    "kind": "app-password",
    "protocols": ["smtp"],
    "mailboxes": {"frontdesk@contoso.com": "send-as"},
    "credentials": {"bridge": {"type": "secret"}},
}
BILLING: Final = {"billing@contoso.com": "full-access, send-as"}
INVOICES: Final = {"invoices@contoso.com": "full-access"}
VENDOR: Final = generate(
    "vendor", datetime(2026, 11, 1, tzinfo=UTC), datetime(2028, 11, 1, tzinfo=UTC)
).public.pem
SCENARIOS: Final[Mapping[str, Callable[[Config], Any]]] = {
    "mailbox-added": _client(
        POLLER, mailboxes={**INVOICES, **BILLING, "support@contoso.com": "full-access+automapping"}
    ),
    "mailbox-removed": _client(POLLER, mailboxes=INVOICES),
    "mailbox-exchanged": _client(POLLER, mailboxes={**INVOICES, "support@contoso.com": "full-access"}),
    "right-dropped": _client(POLLER, mailboxes={**INVOICES, "billing@contoso.com": "full-access"}),
    "protocol-added": _client(POLLER, protocols=["imap", "pop", "smtp"]),
    "protocol-removed": _client(POLLER, protocols=["imap"]),
    "credential-added": _credentials(POLLER, ci=GITHUB, backup={"type": "secret"}),
    "certificate-given": _credentials(POLLER, vendor={"type": "certificate", "certificate": VENDOR}),
    "credential-replaced": _credentials(
        POLLER, poller_vm={"type": "secret", "lifetime": "184d", "rotate": "90d"}
    ),
    "credential-revoked": _credentials(POLLER, appliance=None),
    "federated-changed": _credentials(
        "newsletter", ci={"type": "federated", "github": {"repository": "contoso/mail", "pull_request": True}}
    ),
    "federated-flexible": _credentials(
        "newsletter",
        ci={
            "type": "federated",
            "issuer": "https://token.actions.githubusercontent.com",
            "claims": "claims['sub'] matches 'repo:contoso/mail:*'",
        },
    ),
    "scope-changed": _client("newsletter", smtp_scope={"filter": "CustomAttribute1 -eq 'newsletter'"}),
    "kind-changed": _client(
        "newsletter", kind="delegated", smtp_scope=None, device_code=True, credentials={}, protocols=["imap"]
    ),
    "client-removed": _remove(POLLER),
    "client-renamed": lambda config: config["mailgrant:clients"].update(
        {"invoice-robot": config["mailgrant:clients"].pop(POLLER)}
    ),
    "third-party-removed": _remove("thunderbird"),
    "app-password-client": lambda config: config["mailgrant:clients"].update({"scanner": SCANNER}),
    "consent-for-everybody": _client("thunderbird", consent="tenant"),
    "consent-for-one-more": _client("thunderbird", consent=["frontdesk@contoso.com", "adele@contoso.com"]),
    "published-client-exchanged": _client("thunderbird", client_id="thunderbird-old"),
    "redirect-uris": _client(
        "support-portal",
        redirect_uris=["http://localhost", "https://portal.contoso.com/signed-in"],
        device_code=True,
        credentials={"server": {"type": "secret"}},
    ),
    "delegated-mailboxes": _client("support-portal", mailboxes={"support@contoso.com": "full-access"}),
    "switches": _key(
        "mailgrant:mailboxes",
        {
            "boardroom@contoso.com": {"pop": True, "smtp_auth": "inherit"},
            "lynne@contoso.com": {"imap": False},
        },
    ),
    "switches-given-back": _key("mailgrant:mailboxes", {}),
    "tenant-settings": _key(
        "mailgrant:tenant", {"smtp_auth": "enabled", "block_basic_auth": ["adele@contoso.com"]}
    ),
    "automation": _key("mailgrant:automation", {"credentials": {"pipeline": GITHUB}}),
}


class Recorder:
    """A project on a tenant of its own."""

    def __init__(self, folder: Path, tenant: OfflineTenant, wanted: list[str]) -> None:
        self.folder = folder
        self.wanted = wanted
        self.tenant = tenant
        (folder / "stacks").mkdir(parents=True)
        for name in ("Pulumi.yaml", "__main__.py", "stacks/Pulumi.offline.yaml"):
            shutil.copy(ROOT / name, folder / name)
        (folder / ".venv").symlink_to(sys.prefix)
        self.salt = yaml.safe_load((folder / "stacks/Pulumi.offline.yaml").read_text())["encryptionsalt"]
        self.project = Project(folder, {**tenant.environment, "MAILGRANT_NOW": NOW})
        self.project.pulumi("stack", "init", "offline")

    def write(self, config: Config) -> None:
        """Make this the stack's file."""
        clients = config["mailgrant:clients"]
        config["mailgrant:clients"] = {
            name: {key: value for key, value in one.items() if value is not None}
            for name, one in clients.items()
        }
        text = yaml.safe_dump({"config": config, "encryptionsalt": self.salt}, sort_keys=False)
        (self.folder / "stacks/Pulumi.offline.yaml").write_text(text)

    def record(self, name: str, *arguments: str, now: str = NOW) -> None:
        """Preview, and keep it under this name, if it is wanted."""
        if self.wanted and name not in self.wanted:
            return
        done = subprocess.run(
            ["pulumi", "preview", "--json", "--non-interactive", *arguments],
            cwd=self.folder,
            env={**self.project.environment, "MAILGRANT_NOW": now},
            capture_output=True,
            text=True,
            check=False,
        )
        print(f"{name}: exit code {done.returncode}")  # noqa: T201 - a tool for people
        (HERE / "previews" / f"{name}.json").write_text(trimmed(done.stdout))

    def __call__(self) -> None:
        """All of them."""
        base = copy.deepcopy(BASE)
        self.write(base)
        self.record("new-stack")
        self.project.pulumi("up", "--yes", "--skip-preview")
        self.record("nothing")
        for name, change in SCENARIOS.items():
            config = copy.deepcopy(BASE)
            change(config)
            self.write(config)
            self.record(name)
        config = copy.deepcopy(BASE)
        self.write({**config, "mailgrant:organization": "no domain"})
        self.record("failed")
        self.write(config)
        self.record("rotation", "--show-sames", now="2027-03-05T00:00:00Z")
        self._program()
        self._drift()

    def _program(self) -> None:
        there = self.tenant.graph("POST", "/v1.0/applications", {"displayName": "by hand"})
        program = self.folder / "__main__.py"
        whole = program.read_text()
        program.write_text(whole + PROGRAM % there["id"])
        self.record("a-program-of-ones-own")
        program.write_text(whole)

    def _drift(self) -> None:
        clients = json.loads(self.project.pulumi("stack", "output", "--json"))["clients"]
        principal = clients[POLLER]["service_principal_object_id"]
        self.tenant.cmdlet(
            "Remove-MailboxPermission",
            Identity="billing@contoso.com",
            User=principal,
            AccessRights=["FullAccess"],
            Confirm=False,
        )
        self.tenant.cmdlet(
            "Remove-ServicePrincipal",
            Identity=clients["newsletter"]["service_principal_object_id"],
            Confirm=False,
        )
        self.record("drift", "--refresh")


def trimmed(text: str) -> str:
    """Without what says nothing about rights, and without this machine."""
    preview = json.loads(text)
    preview.pop("config", None)
    preview.pop("duration", None)
    preview["steps"] = [_step(step) for step in preview["steps"]]
    # What stays the same is recorded only where a report needs it.
    summary = preview.get("changeSummary") or {}
    if "same" in summary:
        summary["same"] = sum(step["op"] == "same" for step in preview["steps"])
    return json.dumps(preview, indent=1, ensure_ascii=False) + "\n"


def _step(step: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in step.items() if key != "provider" and value is not None}
    for state in ("oldState", "newState"):
        if state in kept:
            kept[state] = {key: value for key, value in kept[state].items() if key not in NOISE}
            _without_paths(kept[state].get("inputs") or {})
            if kept["urn"].split("::")[2] == "pulumi:pulumi:Stack":
                kept[state].pop("outputs", None)
    return kept


def _without_paths(inputs: dict[str, Any]) -> None:
    """Code that is pickled by value names the file that it came from."""
    code = inputs.get("__provider", "")
    if code != "[secret]" and "/" in base64.b64decode(code).decode("latin-1"):
        inputs["__provider"] = base64.b64encode(b"code by value").decode()


def main() -> None:
    """Start a tenant, record, stop it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "offline")
        tenant = OfflineTenant(home, process.start(home))
        try:
            Recorder(Path(folder) / "project", tenant, sys.argv[1:])()
        finally:
            process.stop(home)


if __name__ == "__main__":
    main()
