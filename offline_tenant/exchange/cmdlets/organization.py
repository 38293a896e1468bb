"""Get-/Set-TransportConfig, Get-/Set-OrganizationConfig and Enable-OrganizationCustomization.

https://learn.microsoft.com/powershell/module/exchangepowershell/set-transportconfig, …/set-organizationconfig
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid5

from offline_tenant.exchange import configuration, customization, errors, organization
from offline_tenant.exchange.cmdlets.authentication_policy import name_of
from offline_tenant.exchange.configuration import POLICIES
from offline_tenant.exchange.invocation import Body, Invocation, Outcome, Record, changed, one
from offline_tenant.exchange.names import configuration_name
from offline_tenant.exchange.names import organization as domain_of
from offline_tenant.exchange.organization import ORGANIZATION, TRANSPORT
from offline_tenant.state.tenant import Tenant

TRANSPORT_NAME: Final = "Transport Settings"
POLICY: Final = "DefaultAuthenticationPolicy"
MADE: Final = "2020-01-01T00:00:00+00:00"  # organizations are older than whatever happens in them


def get_transport(call: Invocation) -> Outcome:
    """Get-TransportConfig: the one there is."""
    return one(_record(call.tenant, TRANSPORT, TRANSPORT_NAME))


def set_transport(call: Invocation) -> Outcome:
    """Set-TransportConfig: what is named, and nothing else."""
    something = organization.change(call.tenant, TRANSPORT, _given(call, TRANSPORT))
    return changed(TRANSPORT_NAME, something=something)


def get_organization(call: Invocation) -> Outcome:
    """Get-OrganizationConfig: the one there is."""
    record = _record(call.tenant, ORGANIZATION, domain_of(call.tenant))
    return one(
        record | {POLICY: name_of(call.tenant, organization.config(call.tenant, ORGANIZATION)[POLICY])}
    )


def set_organization(call: Invocation) -> Outcome:
    """Set-OrganizationConfig: what is named, and nothing else; a default policy must be there."""
    given = _given(call, ORGANIZATION)
    if given.get(POLICY):
        given[POLICY] = configuration.find(call.tenant, POLICIES, given[POLICY])["Guid"]
    something = organization.change(call.tenant, ORGANIZATION, given)
    return changed(domain_of(call.tenant), something=something)


def enable_customization(call: Invocation) -> Outcome:
    """Enable-OrganizationCustomization: once; afterwards it is an error."""
    if not customization.is_dehydrated(call.tenant):
        raise errors.already_hydrated()
    customization.enable(call.tenant)
    return Outcome()


def _given(call: Invocation, noun: str) -> dict[str, Any]:
    known = organization.DEFAULTS[noun]
    return {name: value for name, value in call.parameters.items() if name in known}


def _record(tenant: Tenant, noun: str, name: str) -> Record:
    place = configuration_name(tenant, name, *(["Global Settings"] if noun == TRANSPORT else []))
    guid = str(uuid5(UUID(tenant.id), noun))
    tail = configuration.tail(tenant, name, guid, place, (MADE, MADE))
    return organization.config(tenant, noun) | tail


BODIES: Final[Mapping[str, Body]] = {
    "Get-TransportConfig": Body(get_transport),
    "Set-TransportConfig": Body(set_transport, lambda _: f'Changing "{TRANSPORT_NAME}".'),
    "Get-OrganizationConfig": Body(get_organization),
    "Set-OrganizationConfig": Body(
        set_organization, lambda call: f'Changing the organization "{domain_of(call.tenant)}".'
    ),
    "Enable-OrganizationCustomization": Body(
        enable_customization,
        lambda call: f'Enabling customization of the organization "{domain_of(call.tenant)}".',
    ),
}
