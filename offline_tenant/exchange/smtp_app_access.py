"""RBAC for Applications, as the SMTP server asks for it: may an app without any claim send as a mailbox?

https://learn.microsoft.com/exchange/client-developer/legacy-protocols/smtp-app-rbac-onboarding
"""

from typing import Final

from offline_tenant.exchange import scopes
from offline_tenant.exchange.app_roles import SEND
from offline_tenant.exchange.configuration import ASSIGNMENTS
from offline_tenant.state import propagation
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

ROLE: Final = SEND


def in_scope(tenant: Tenant, principal: Document, mailbox: Document) -> bool | None:
    """Whether the principal's assignments of 'Application SMTP.SendAsApp' reach a mailbox.

    Args:
        tenant: where both live.
        principal: the Exchange service principal, as from ``access.principal_of``.
        mailbox: as from ``access.mailbox_of``.

    Returns:
        None where the principal has no such assignment (or none that has arrived yet): mailbox permissions
        then decide alone.
    """
    held = _held(tenant, principal)
    return any(scopes.covers(tenant, assignment, mailbox) for assignment in held) if held else None


def _held(tenant: Tenant, principal: Document) -> list[Document]:
    assignments = propagation.found(tenant, ASSIGNMENTS, "RoleAssignee", principal["Guid"])
    return [
        assignment
        for assignment in assignments
        if assignment["Role"] == ROLE and assignment.get("Enabled", True)
    ]
