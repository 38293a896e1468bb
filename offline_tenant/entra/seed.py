"""What a new tenant's directory begins with: Microsoft's own principals, the people, and who administers it."""

from typing import Any, Final

from offline_tenant import company
from offline_tenant.entra.clouds import EXCHANGE, GRAPH
from offline_tenant.entra.directory import (
    applications,
    consent,
    passwords,
    role_assignments,
    service_principals,
    users,
)
from offline_tenant.entra.directory.objects import Directory
from offline_tenant.entra.directory.people_types import ORGANIZATION, USER
from offline_tenant.entra.first_party import PUBLISHED, ROLES
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

AUTOMATION: Final = "mailgrant automation"
# What the identity that runs deployments was given by hand, as the documentation asks.
AUTOMATION_APP_ROLES: Final = (
    (GRAPH, "Application.ReadWrite.All"),
    (GRAPH, "AppRoleAssignment.ReadWrite.All"),
    (GRAPH, "DelegatedPermissionGrant.ReadWrite.All"),
    (GRAPH, "User.Read.All"),
    (GRAPH, "Policy.Read.All"),
    (EXCHANGE, "Exchange.ManageAsApp"),
)
AUTOMATION_ROLE: Final = "Exchange Administrator"
# Everybody's password until it is changed. It is public: it opens nothing but this machine's own toy.
PASSWORD: Final = "Contoso-Offline-1"  # noqa: S105
ADMINISTRATOR: Final = "admin"  # @ the initial domain; has no mailbox, as administrators should
ADMINISTRATOR_ROLE: Final = "Global Administrator"
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
    for person in company.of(tenant.registration()["domains"]):
        mail = person.address if person.licensed else None
        add_user(directory, person.address, person.name, mail, enabled=person.type == "UserMailbox")
    principal = _automation(directory, automation_client_id, automation_secret)
    for resource, value in AUTOMATION_APP_ROLES:
        role = PUBLISHED[resource].app_roles[value]
        parties = {"principalId": principal["id"], "resourceId": resources[resource]["id"]}
        consent.assign(directory, parties | {"appRoleId": role})
    held = {"principalId": principal["id"], "roleDefinitionId": ROLES[AUTOMATION_ROLE]}
    role_assignments.assign(directory, held)
    _administrator(directory)


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
    name = "".join(known["domains"][:1]).partition(".")[0].capitalize()
    named = {"id": directory.tenant.id, "displayName": name, "verifiedDomains": domains}
    directory.add("organization", ORGANIZATION.new({}) | named | {"createdDateTime": directory.now()})


def add_user(
    directory: Directory, address: str, name: str, mail: str | None, *, enabled: bool = True
) -> Document:
    """An account with the password of all seeded accounts.

    Args:
        directory: of the tenant.
        address: the user principal name.
        name: the display name.
        mail: the address of the mailbox; None without one.
        enabled: whether anybody may sign in; nobody does as a shared mailbox, a room or a piece of equipment.
    """
    first, _, last = name.partition(" ")
    written: dict[str, Any] = {
        "displayName": name,
        "givenName": first,
        "surname": last or None,
        "userPrincipalName": address,
    }
    written |= {"mail": mail, "accountEnabled": enabled, "mailNickname": address.partition("@")[0]}
    own = {"id": directory.tenant.ids.uuid(), "createdDateTime": directory.now()}
    user = directory.add("users", USER.new(written) | own)
    users.set_password(directory, user, PASSWORD)
    return user


def _administrator(directory: Directory) -> None:
    initial = applications.publisher_domain(directory) or directory.tenant.id
    name = f"{initial.partition('.')[0].capitalize()} Administrator"
    user = add_user(directory, f"{ADMINISTRATOR}@{initial}", name, None)
    held = {"principalId": user["id"], "roleDefinitionId": ROLES[ADMINISTRATOR_ROLE]}
    role_assignments.assign(directory, held)


def _automation(directory: Directory, client_id: str, secret: str) -> Document:
    application = applications.create(directory, {"displayName": AUTOMATION}, ())
    application |= {"appId": client_id}
    directory.change(applications.KIND, application)
    endless = {"displayName": "seed", "endDateTime": FOREVER}
    passwords.keep(directory, applications.KIND, application, endless, secret)
    return service_principals.create(directory, {"appId": client_id}, ())
