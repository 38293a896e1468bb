"""Get- and Set-CASMailboxPlan: which protocols new mailboxes have. There is no switch for SMTP among them.

https://learn.microsoft.com/powershell/module/exchangepowershell/get-casmailboxplan
"""

from collections.abc import Mapping
from typing import Final

from offline_tenant.exchange import cas_plans, errors
from offline_tenant.exchange.invocation import Body, Invocation, Outcome, Record, listed, warned
from offline_tenant.exchange.names import distinguished_name, organization
from offline_tenant.exchange.texts import NOTHING_CHANGED
from offline_tenant.state.tenant import Tenant


def get(call: Invocation) -> Outcome:
    """Get-CASMailboxPlan: one or all."""
    identity = call.get("Identity")
    found = cas_plans.matching(call.tenant, identity) if identity else None
    if identity and found is None and call.settings.get("unknown_identity") != "everything":
        raise errors.not_found(identity)
    return Outcome(listed([_record(call.tenant, plan) for plan in ((found,) if found else cas_plans.PLANS)]))


def set_(call: Invocation) -> Outcome:
    """Set-CASMailboxPlan: mailboxes that are there keep what they have."""
    plan = _find(call)
    wanted = {name: call[name] for name in cas_plans.SETTINGS if name in call.parameters}
    changed = cas_plans.change(call.tenant, plan, wanted)
    return Outcome() if changed else warned(NOTHING_CHANGED.format(cas_plans.name(call.tenant, plan)))


def change_prompt(call: Invocation) -> str:
    """What Set-CASMailboxPlan asks with -Confirm."""
    return f'Setting CAS mailbox plan "{cas_plans.name(call.tenant, _find(call))}".'


def _find(call: Invocation) -> str:
    if (found := cas_plans.matching(call.tenant, call["Identity"])) is None:
        raise errors.not_found(call["Identity"])
    return found


def _record(tenant: Tenant, plan: str) -> Record:
    name = cas_plans.name(tenant, plan)
    return {
        "DisplayName": plan,
        **cas_plans.settings(tenant, plan),
        "IsDefault": plan == cas_plans.DEFAULT,
        "Name": name,
        "DistinguishedName": distinguished_name(tenant, name),
        "Identity": name,
        "Id": name,
        "Guid": cas_plans.guid(tenant, plan),
        "OrganizationId": organization(tenant),
        "IsValid": True,
        "ObjectState": "Unchanged",
    }


BODIES: Final[Mapping[str, Body]] = {
    "Get-CASMailboxPlan": Body(get),
    "Set-CASMailboxPlan": Body(set_, change_prompt),
}
