"""New-, Get-, Set- and Remove-ManagementRoleAssignment: RBAC for Applications.

https://learn.microsoft.com/powershell/module/exchangepowershell/new-managementroleassignment
"""

from collections.abc import Mapping
from typing import Any, Final

from offline_tenant.exchange import app_roles, configuration, errors, recipients, role_assignments
from offline_tenant.exchange.cmdlets import service_principal
from offline_tenant.exchange.configuration import ASSIGNMENTS, LONGEST, SCOPES, find
from offline_tenant.exchange.groups import KIND as GROUPS
from offline_tenant.exchange.invocation import Body, Invocation, Outcome, changed, listed, one
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

SCOPE_PARAMETERS: Final = ("CustomResourceScope", "RecipientGroupScope")


def new(call: Invocation) -> Outcome:
    """New-ManagementRoleAssignment: a role for an application, with a scope or for the whole organization."""
    if not call.get("App"):
        raise errors.parameters_do_not_go_together()
    role = app_roles.assignable(call["Role"])
    principal = service_principal.find_materialised(call.tenant, call["App"])
    properties: dict[str, Any] = {"CustomResourceScope": None, "RecipientGroupScope": None, **_scope(call)}
    properties |= {"Role": role, "RoleAssignee": principal["Guid"], "Enabled": True}
    properties["ObjectId"] = principal["ObjectId"]  # with which it goes when Entra's principal goes
    name = call.get("Name") or _free_name(call.tenant, f"{role}-{principal['ObjectId']}")
    assignment = configuration.create(call.tenant, ASSIGNMENTS, name, properties)
    return one(role_assignments.record(call.tenant, assignment))


def get(call: Invocation) -> Outcome:
    """Get-ManagementRoleAssignment: one, or those of a role, of an assignee, of a type of assignee."""
    if call.get("Identity") and any(call.get(name) for name in ("Role", "RoleAssignee", "RoleAssigneeType")):
        raise errors.parameters_do_not_go_together()
    assignments = role_assignments.all_of(call.tenant)
    if identity := call.get("Identity"):
        mine = configuration.lookup(call.tenant, ASSIGNMENTS, identity)
        found = [mine] if mine else [one_ for one_ in assignments if _is_named(one_, identity)]
        record = role_assignments.record(call.tenant, found[0]) if found else None
        if (outcome := configuration.shown(call, record)) is not None:
            return outcome
    wanted = [one_ for one_ in assignments if _fits(call, one_)]
    return Outcome(
        lambda offset, limit: [
            role_assignments.record(call.tenant, one_) for one_ in wanted[offset : offset + limit]
        ]
    )


def set_(call: Invocation) -> Outcome:
    """Set-ManagementRoleAssignment: another scope, or switched off and on."""
    assignment = _own(call)
    wanted: dict[str, Any] = {name: call[name] for name in ("Enabled",) if name in call.parameters}
    if given := _scope(call):
        wanted |= {**dict.fromkeys(SCOPE_PARAMETERS), **given}
    something = configuration.change(call.tenant, ASSIGNMENTS, assignment, wanted)
    return changed(assignment["Name"], something=something)


def remove(call: Invocation) -> Outcome:
    """Remove-ManagementRoleAssignment."""
    call.tenant.documents(ASSIGNMENTS).delete(_own(call)["Guid"])
    return Outcome()


def test(call: Invocation) -> Outcome:
    """Test-ServicePrincipalAuthorization: what an application was given, however new; and whether that reaches a mailbox.

    https://learn.microsoft.com/powershell/module/exchangepowershell/test-serviceprincipalauthorization
    """
    principal = service_principal.find(call.tenant, call["Identity"])
    return Outcome(listed(role_assignments.authorization(call.tenant, principal, call.get("Resource"))))


def _scope(call: Invocation) -> dict[str, str]:
    """The GUIDs of the scopes that are named."""
    given = {name: call[name] for name in SCOPE_PARAMETERS if call.get(name)}
    if len(given) > 1:
        raise errors.parameters_do_not_go_together()
    lookup = {"CustomResourceScope": _scope_named, "RecipientGroupScope": _group_named}
    return {name: lookup[name](call.tenant, identity)["Guid"] for name, identity in given.items()}


def _scope_named(tenant: Tenant, identity: str) -> Document:
    return find(tenant, SCOPES, identity)


def _group_named(tenant: Tenant, identity: str) -> Document:
    return recipients.find(tenant, (GROUPS,), identity)


def _free_name(tenant: Tenant, name: str) -> str:
    """The name, or one with a number behind it if that is taken."""
    taken = tenant.documents(ASSIGNMENTS)
    number, free = 0, name[:LONGEST]
    while taken.find("Name", free):
        number += 1
        free = f"{name[: LONGEST - len(str(number)) - 1]}-{number}"
    return free


def _own(call: Invocation) -> Document:
    """An assignment that can be changed: one of an application."""
    identity = call["Identity"]
    mine = configuration.lookup(call.tenant, ASSIGNMENTS, identity)
    if mine is None and any(_is_named(one_, identity) for one_ in app_roles.from_the_beginning(call.tenant)):
        raise errors.not_emulated(f"changing the role assignment {identity}")
    return mine or find(call.tenant, ASSIGNMENTS, identity)


def _is_named(assignment: Document, identity: str) -> bool:
    return identity.casefold() in {assignment["Name"].casefold(), assignment["Guid"]}


def _fits(call: Invocation, assignment: Document) -> bool:
    wanted: dict[str, Any] = {
        "Role": app_roles.role_named(call["Role"]) if call.get("Role") else None,
        "Assignee": role_assignments.assignee(call.tenant, call.get("RoleAssignee")),
        "Type": call.get("RoleAssigneeType"),
        "Enabled": call.get("Enabled"),
        "Delegating": call.get("Delegating"),
    }
    known = {
        "Role": assignment["Role"],
        "Assignee": assignment.get("RoleAssignee") or assignment["Group"],
        "Type": role_assignments.type_of(assignment),
        "Enabled": assignment["Enabled"],
        "Delegating": assignment.get("Delegating", False),
    }
    return all(value in {None, known[name]} for name, value in wanted.items())


BODIES: Final[Mapping[str, Body]] = {
    "New-ManagementRoleAssignment": Body(
        new, lambda call: f'Creating a management role assignment of the role "{call["Role"]}".'
    ),
    "Get-ManagementRoleAssignment": Body(get),
    "Set-ManagementRoleAssignment": Body(
        set_, lambda call: f'Changing the management role assignment "{_own(call)["Name"]}".'
    ),
    "Remove-ManagementRoleAssignment": Body(
        remove, lambda call: f'Removing the management role assignment "{_own(call)["Name"]}".'
    ),
    "Test-ServicePrincipalAuthorization": Body(
        test, lambda call: f'Testing the authorization of the service principal "{call["Identity"]}".'
    ),
}
