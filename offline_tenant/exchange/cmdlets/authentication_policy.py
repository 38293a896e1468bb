"""New-, Get-, Set- and Remove-AuthenticationPolicy: where basic authentication may still be used.

https://learn.microsoft.com/powershell/module/exchangepowershell/new-authenticationpolicy
"""

from collections.abc import Mapping
from typing import Final

from offline_tenant.exchange import configuration
from offline_tenant.exchange.configuration import POLICIES, find, lookup, shown
from offline_tenant.exchange.invocation import Body, Invocation, Outcome, Record, changed, one
from offline_tenant.exchange.syntax.authentication_policy import PROTOCOLS
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant


def new(call: Invocation) -> Outcome:
    """New-AuthenticationPolicy: blocks basic authentication everywhere but where a switch allows it."""
    allowed = {name: call.get(name, False) for name in PROTOCOLS}
    return one(_record(call.tenant, configuration.create(call.tenant, POLICIES, call["Name"], allowed)))


def get(call: Invocation) -> Outcome:
    """Get-AuthenticationPolicy: one, or all of them."""
    found = lookup(call.tenant, POLICIES, call["Identity"]) if call.get("Identity") else None
    return shown(call, found and _record(call.tenant, found)) or Outcome(
        lambda offset, limit: [
            _record(call.tenant, policy)
            for policy in call.tenant.documents(POLICIES).all(offset=offset, limit=limit)
        ]
    )


def set_(call: Invocation) -> Outcome:
    """Set-AuthenticationPolicy: the switches that are named; the name cannot change."""
    policy = find(call.tenant, POLICIES, call["Identity"])
    wanted = {name: call[name] for name in PROTOCOLS if name in call.parameters}
    something = configuration.change(call.tenant, POLICIES, policy, wanted)
    return changed(policy["Name"], something=something)


def remove(call: Invocation) -> Outcome:
    """Remove-AuthenticationPolicy. Users who had it have none, as a link into nothing is none."""
    call.tenant.documents(POLICIES).delete(find(call.tenant, POLICIES, call["Identity"])["Guid"])
    return Outcome()


def name_of(tenant: Tenant, guid: str | None) -> str | None:
    """How a policy is called now; None without one."""
    policy = tenant.documents(POLICIES).get(guid) if guid else None
    return str(policy["Name"]) if policy else None


def _named(call: Invocation) -> str:
    return str(find(call.tenant, POLICIES, call["Identity"])["Name"])


def _record(tenant: Tenant, policy: Document) -> Record:
    allowed = {name: bool(policy[name]) for name in PROTOCOLS}
    return {**allowed, "AllowBasicAuthRest": False} | configuration.common(tenant, POLICIES, policy)


BODIES: Final[Mapping[str, Body]] = {
    "New-AuthenticationPolicy": Body(
        new, lambda call: f'Creating the authentication policy "{call["Name"]}".'
    ),
    "Get-AuthenticationPolicy": Body(get),
    "Set-AuthenticationPolicy": Body(
        set_, lambda call: f'Changing the authentication policy "{_named(call)}".'
    ),
    "Remove-AuthenticationPolicy": Body(
        remove, lambda call: f'Removing the authentication policy "{_named(call)}".'
    ),
}
