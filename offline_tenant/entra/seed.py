"""What a new tenant's directory begins with: Microsoft's own principals, the people, and the automation."""

from typing import Final

from offline_tenant.company import COMPANY
from offline_tenant.entra.clouds import EXCHANGE, GRAPH
from offline_tenant.entra.directory import (
    applications,
    consent,
    passwords,
    role_assignments,
    service_principals,
)
from offline_tenant.entra.directory.objects import Directory
from offline_tenant.entra.directory.types import ORGANIZATION, USER
from offline_tenant.entra.first_party import PUBLISHED, ROLES
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

AUTOMATION: Final = "mailgrant automation"
# What the identity that runs deployments was given by hand, as the documentation asks.
AUTOMATION_APP_ROLES: Final = (
    (GRAPH, "Application.ReadWrite.All"),
    (GRAPH, "AppRoleAssignment.ReadWrite.All"),
    (GRAPH, "DelegatedPermissionGrant.ReadWrite.All"),
    (EXCHANGE, "Exchange.ManageAsApp"),
)
AUTOMATION_ROLE: Final = "Exchange Administrator"
FOREVER: Final = "2099-12-31T00:00:00Z"


def seed(tenant: Tenant, automation_client_id: str, automation_secret: str) -> None:
    """Fill the directory of a new tenant.

    Args:
        tenant: with no documents yet.
        automation_client_id: the application id that automation signs in with.
        automation_secret: its client secret; only a hash is kept.
    """
    directory = Directory(tenant)
    _organization(directory)
    resources = {
        app_id: service_principals.create(directory, {"appId": app_id}, ()) for app_id in (GRAPH, EXCHANGE)
    }
    for person in COMPANY:
        if person.type == "UserMailbox":
            _user(directory, person.address, person.name)
    principal = _automation(directory, automation_client_id, automation_secret)
    for resource, value in AUTOMATION_APP_ROLES:
        role = PUBLISHED[resource].app_roles[value]
        parties = {"principalId": principal["id"], "resourceId": resources[resource]["id"]}
        consent.assign(directory, parties | {"appRoleId": role})
    held = {"principalId": principal["id"], "roleDefinitionId": ROLES[AUTOMATION_ROLE]}
    role_assignments.assign(directory, held)


def _organization(directory: Directory) -> None:
    known = directory.tenant.store.collection("", "tenants").get(directory.tenant.id) or {"domains": []}
    domains = [
        {
            "capabilities": "Email",
            "isDefault": number == 0,
            "isInitial": number == 0,
            "name": name,
            "type": "Managed",
        }
        for number, name in enumerate(known["domains"])
    ]
    named = {"id": directory.tenant.id, "displayName": "Contoso", "verifiedDomains": domains}
    directory.add("organization", ORGANIZATION.new({}) | named | {"createdDateTime": directory.now()})


def _user(directory: Directory, address: str, name: str) -> None:
    first, _, last = name.partition(" ")
    written = {"displayName": name, "givenName": first, "surname": last or None, "userPrincipalName": address}
    directory.add("users", USER.new(written | {"mail": address}) | {"id": directory.tenant.ids.uuid()})


def _automation(directory: Directory, client_id: str, secret: str) -> Document:
    application = applications.create(directory, {"displayName": AUTOMATION}, ())
    application |= {"appId": client_id}
    directory.change(applications.KIND, application)
    endless = {"displayName": "seed", "endDateTime": FOREVER}
    passwords.keep(directory, applications.KIND, application, endless, secret)
    return service_principals.create(directory, {"appId": client_id}, ())
