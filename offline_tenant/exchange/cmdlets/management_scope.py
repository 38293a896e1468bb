"""New-, Get-, Set- and Remove-ManagementScope: which recipients a role reaches.

https://learn.microsoft.com/powershell/module/exchangepowershell/new-managementscope
"""

from collections.abc import Mapping
from typing import Final

from offline_tenant.exchange import configuration, errors, recipient_filter
from offline_tenant.exchange.configuration import ASSIGNMENTS, SCOPES, find, lookup, shown
from offline_tenant.exchange.invocation import Body, Invocation, Outcome, Record, changed, listed, one
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

FILTER: Final = "RecipientRestrictionFilter"


def new(call: Invocation) -> Outcome:
    """New-ManagementScope: the filter must be one."""
    recipient_filter.parse(call[FILTER], FILTER)
    scope = configuration.create(call.tenant, SCOPES, call["Name"], {"RecipientFilter": call[FILTER]})
    return one(_record(call.tenant, scope))


def get(call: Invocation) -> Outcome:
    """Get-ManagementScope: one, all of them, or with -Orphan those that no role assignment has."""
    found = lookup(call.tenant, SCOPES, call["Identity"]) if call.get("Identity") else None
    if (one_of_them := shown(call, found and _record(call.tenant, found))) is not None:
        return one_of_them
    scopes = call.tenant.documents(SCOPES).all()
    if call.get("Orphan"):
        scopes = [scope for scope in scopes if not _is_used(call.tenant, scope)]
    return Outcome(listed([_record(call.tenant, scope) for scope in scopes]))


def set_(call: Invocation) -> Outcome:
    """Set-ManagementScope: another name, another filter."""
    scope = find(call.tenant, SCOPES, call["Identity"])
    wanted: dict[str, str] = {}
    if name := call.get("Name"):
        configuration.refuse_name(call.tenant, SCOPES, name, scope["Guid"])
        wanted["Name"] = name
    if text := call.get(FILTER):
        recipient_filter.parse(text, FILTER)
        wanted["RecipientFilter"] = text
    something = configuration.change(call.tenant, SCOPES, scope, wanted)
    return changed(scope["Name"], something=something)


def remove(call: Invocation) -> Outcome:
    """Remove-ManagementScope: not while a role assignment has it."""
    call.tenant.documents(SCOPES).delete(_removable(call)["Guid"])
    return Outcome()


def _removable(call: Invocation) -> Document:
    scope = find(call.tenant, SCOPES, call["Identity"])
    if _is_used(call.tenant, scope):
        raise errors.scope_in_use(scope["Name"])
    return scope


def _is_used(tenant: Tenant, scope: Document) -> bool:
    return bool(tenant.documents(ASSIGNMENTS).find("CustomResourceScope", scope["Guid"]))


def _record(tenant: Tenant, scope: Document) -> Record:
    return {
        "RecipientRoot": None,
        "RecipientFilter": scope["RecipientFilter"],
        "ServerFilter": "",
        "ScopeRestrictionType": "RecipientScope",
        "Exclusive": False,
    } | configuration.common(tenant, SCOPES, scope)


BODIES: Final[Mapping[str, Body]] = {
    "New-ManagementScope": Body(new, lambda call: f'Creating the management scope "{call["Name"]}".'),
    "Get-ManagementScope": Body(get),
    "Set-ManagementScope": Body(
        set_,
        lambda call: (
            f'Changing the management scope "{find(call.tenant, SCOPES, call["Identity"])["Name"]}".'
        ),
    ),
    "Remove-ManagementScope": Body(
        remove, lambda call: f'Removing the management scope "{_removable(call)["Name"]}".'
    ),
}
