"""A Pulumi project of somebody else, who has only installed mailgrant."""

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.worlds import OfflineTenant, Project

PROGRAMS = Path(__file__).parent / "programs"
PULUMI = """\
name: somebody
runtime: {name: python, options: {toolchain: pip, virtualenv: .venv}}
"""
STACK = """\
config:
  mailgrant:organization: contoso.onmicrosoft.com
  mailgrant:cloud: custom
"""
# The cmdlets of its first update.
FIRST: Final = {
    "New-ServicePrincipal": 1,
    "Add-MailboxPermission": 2,
    "Add-RecipientPermission": 1,
    "Get-CASMailbox": 3,  # IMAP is on at the front desk, and is looked at again before that is believed
    "Set-CASMailbox": 2,
    "Get-TransportConfig": 1,
    "Set-TransportConfig": 1,
    "New-AuthenticationPolicy": 1,
    "Get-User": 1,
    "Set-User": 1,
    "Get-DistributionGroup": 1,
    "New-ManagementScope": 1,
    "New-ManagementRoleAssignment": 1,
}


@dataclass(frozen=True)
class Somebody(Project):
    """The project; ``edit`` changes its program."""

    def edit(self, old: str, new: str) -> None:
        path = self.folder / "__main__.py"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


def project(folder: Path, environment: Mapping[str, str], program: str = "exchange_resources.py") -> Somebody:
    """A new one, nothing deployed yet."""
    folder.mkdir()
    shutil.copy(PROGRAMS / program, folder / "__main__.py")
    (folder / "Pulumi.yaml").write_text(PULUMI)
    (folder / "Pulumi.offline.yaml").write_text(STACK)
    (folder / ".venv").symlink_to(sys.prefix)
    found = Somebody(folder, environment)
    found.pulumi("stack", "init", "offline")
    return found


def settings(offline: OfflineTenant) -> dict[str, Any]:
    """What the settings say that belong to everybody, and who may do what: all that the program touches."""

    def pick(cmdlet: str, *names: str, **parameters: Any) -> list[list[Any]]:
        found = offline.cmdlet(cmdlet, **parameters)
        return sorted(([record[name] for name in names] for record in found), key=str)

    smtp = "SmtpClientAuthenticationDisabled"
    mailboxes = [f"{name}@contoso.com" for name in ("invoices", "billing")]
    return {
        "objects": offline.control("GET", "objects"),
        "mailboxes": pick("Get-CASMailbox", "Identity", "ImapEnabled", "PopEnabled", smtp),
        "organization": pick("Get-TransportConfig", smtp),
        "default": pick("Get-OrganizationConfig", "DefaultAuthenticationPolicy"),
        "people": pick("Get-User", "Identity", "AuthenticationPolicy"),
        "full": [pick("Get-MailboxPermission", "User", "AccessRights", Identity=one) for one in mailboxes],
        "send": [pick("Get-RecipientPermission", "Trustee", Identity=one) for one in mailboxes],
    }
