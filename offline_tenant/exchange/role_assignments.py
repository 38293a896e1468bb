"""Role assignments as they are shown: of applications, and of the role groups that every organization has."""

from typing import Final

from offline_tenant.exchange import app_roles, configuration, scopes
from offline_tenant.exchange.cmdlets import service_principal
from offline_tenant.exchange.configuration import ASSIGNMENTS, SCOPES
from offline_tenant.exchange.groups import KIND as GROUPS
from offline_tenant.exchange.invocation import Record
from offline_tenant.exchange.mailboxes import find_mailbox
from offline_tenant.exchange.roles import ROLE_GROUPS
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

WHOLE: Final = "Organization"
NOT_RUN: Final = "Not Run"


def all_of(tenant: Tenant) -> list[Document]:
    """Every assignment, those of role groups first."""
    return [*app_roles.from_the_beginning(tenant), *tenant.documents(ASSIGNMENTS).all()]


def type_of(assignment: Document) -> str:
    """The RoleAssigneeType."""
    return "RoleGroup" if "Group" in assignment else "ServicePrincipal"


def assignee(tenant: Tenant, identity: str | None) -> str | None:
    """Whom -RoleAssignee means: a role group by name, an application by its GUID; None if nobody is asked for.

    Raises:
        CmdletError: it means nobody, or several.
    """
    if identity is None:
        return None
    group = next((name for name in ROLE_GROUPS if name.casefold() == identity.casefold()), None)
    return group or str(service_principal.find(tenant, identity)["Guid"])


def record(tenant: Tenant, assignment: Document) -> Record:
    """An assignment as Get-ManagementRoleAssignment shows it."""
    holder = assignment.get("Group") or _principal_name(tenant, assignment)
    return {
        "Role": assignment["Role"],
        "RoleAssignee": holder,
        "RoleAssigneeName": holder,
        "RoleAssigneeType": type_of(assignment),
        "App": None if "Group" in assignment else holder,
        "User": assignment.get("Group"),
        "AssignmentMethod": "Direct",
        "EffectiveUserName": "All Group Members" if "Group" in assignment else holder,
        "RoleAssignmentDelegationType": "DelegatingOrgWide" if assignment.get("Delegating") else "Regular",
        "Enabled": assignment["Enabled"],
        "CustomResourceScope": _scope_name(tenant, assignment),
        "CustomRecipientWriteScope": None,
        "RecipientReadScope": WHOLE,
        "RecipientWriteScope": _scope_type(assignment),
        "ConfigReadScope": "OrganizationConfig",
        "ConfigWriteScope": "OrganizationConfig",
    } | configuration.common(tenant, ASSIGNMENTS, assignment)


def authorization(tenant: Tenant, principal: Document, resource: str | None) -> list[Record]:
    """What an application was given, and whether that reaches a mailbox; no cache is asked.

    Args:
        tenant: where.
        principal: the Exchange service principal.
        resource: the mailbox; None asks about none.

    Raises:
        CmdletError: there is no such mailbox.
    """
    mailbox = find_mailbox(tenant, resource) if resource else None
    return [
        {
            "RoleName": assignment["Role"],
            "GrantedPermissions": app_roles.APP_ROLES[assignment["Role"]],
            "AllowedResourceScope": _scope_name(tenant, assignment) or WHOLE,
            "ScopeType": _scope_type(assignment),
            "InScope": str(scopes.covers(tenant, assignment, mailbox)) if mailbox else NOT_RUN,
        }
        for assignment in tenant.documents(ASSIGNMENTS).find("RoleAssignee", principal["Guid"])
        if assignment["Enabled"]
    ]


def _principal_name(tenant: Tenant, assignment: Document) -> str:
    principal = tenant.documents(service_principal.KIND).get(assignment["RoleAssignee"])
    return str(principal["ObjectId"]) if principal else str(assignment["RoleAssignee"])


def _scope_name(tenant: Tenant, assignment: Document) -> str | None:
    kinds = {"CustomResourceScope": SCOPES, "RecipientGroupScope": GROUPS}
    for name, kind in kinds.items():
        if (guid := assignment[name]) and (scope := tenant.documents(kind).get(guid)):
            return str(scope["Name"])
    return None


def _scope_type(assignment: Document) -> str:
    if assignment["RecipientGroupScope"]:
        return "Group"  # which word Microsoft has for it, no source says
    return "CustomRecipientScope" if assignment["CustomResourceScope"] else WHOLE
