"""Service principals: the enterprise application that stands for an application in this tenant."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from offline_tenant.entra import clouds, first_party
from offline_tenant.entra.directory import deleted_items, owners, registrations
from offline_tenant.entra.directory.application_types import SERVICE_PRINCIPAL
from offline_tenant.entra.directory.errors import DirectoryError, conflict, denied, read_only
from offline_tenant.entra.directory.objects import Directory
from offline_tenant.entra.directory.schema import required
from offline_tenant.state.store import Document

KIND: Final = "servicePrincipals"

# What falls with a principal: kinds, and the fields that name it.
DEPENDENTS: Final = (
    ("appRoleAssignments", "principalId"),
    ("appRoleAssignments", "resourceId"),
    ("oauth2PermissionGrants", "clientId"),
    ("oauth2PermissionGrants", "resourceId"),
    ("directoryRoleAssignments", "principalId"),
    ("managementRoleAssignments", "ObjectId"),  # Exchange's; its record of the principal stays
)


def create(directory: Directory, body: Mapping[str, Any], owner_ids: Iterable[str]) -> Document:
    """Put an application into this tenant, be it registered here or published elsewhere.

    Raises:
        DirectoryError: no such application (400), there is a principal of it already (409), a property does not fit.
    """
    required(body, ("appId",), SERVICE_PRINCIPAL.name)
    document = SERVICE_PRINCIPAL.new(body)
    if directory.primary.by_app_id(KIND, document["appId"]):
        raise conflict(
            "The service principal cannot be created, updated, or restored because the service principal name "
            f"{document['appId']} is already in use."
        )
    document |= _backing(directory, document["appId"])
    document |= {
        "id": directory.tenant.ids.uuid(),
        "createdDateTime": directory.now(),
        "owners": owners.checked(directory, owner_ids),
    }
    return directory.add(KIND, document)


def update(directory: Directory, principal: Document, body: Mapping[str, Any]) -> None:
    """Change a service principal.

    Raises:
        DirectoryError: a property does not fit, another application (400).
    """
    changed = SERVICE_PRINCIPAL.changed(principal, body)
    if changed["appId"] != principal["appId"]:
        raise read_only("appId")
    directory.change(KIND, changed)


def delete(directory: Directory, principal: Document) -> None:
    """Remove a service principal with its assignments, its grants and its directory roles; it can be restored.

    Raises:
        DirectoryError: it is one of Microsoft's own, which no tenant can be without (403).
    """
    if principal["appOwnerOrganizationId"] == first_party.MICROSOFT:
        raise denied()
    found = {
        (kind, dependent["id"]): dependent
        for kind, field in DEPENDENTS
        for dependent in directory.primary.find(kind, field, principal["id"])
    }
    dependents = ((kind, dependent) for (kind, _), dependent in found.items())
    deleted_items.bury(directory, KIND, principal, dependents)


def follow(directory: Directory, application: Document) -> None:
    """Bring the principal of an application of this tenant up to the application's new state."""
    if principal := directory.primary.by_app_id(KIND, application["appId"]):
        directory.change(KIND, principal | _of_registration(directory.tenant.id, application))


def is_registered_here(directory: Directory, app_id: str) -> bool:
    """Whether this tenant has the application itself, and not only could have a principal of it."""
    return directory.by_app_id("applications", app_id) is not None


def _backing(directory: Directory, app_id: str) -> Document:
    if published := first_party.PUBLISHED.get(app_id.casefold()):
        return _of_publication(directory, published)
    if registration := registrations.find(directory, app_id):
        return _of_registration(registration.owner, registration.document)
    message = f"The appId '{app_id}' of the service principal does not reference a valid application object."
    raise DirectoryError(400, "NoBackingApplicationObject", message)


def _of_registration(owner: str, application: Document) -> Document:
    from_application = ("info", "signInAudience", "verifiedPublisher")
    redirects = (application[kind]["redirectUris"] for kind in ("web", "spa", "publicClient"))
    return {name: application[name] for name in from_application} | {
        "appDisplayName": application["displayName"],
        "appDescription": application["description"],
        "appId": application["appId"],
        "appOwnerOrganizationId": owner,
        "appRoles": application["appRoles"],
        "displayName": application["displayName"],
        "homepage": application["web"]["homePageUrl"],
        "logoutUrl": application["web"]["logoutUrl"],
        "oauth2PermissionScopes": application["api"]["oauth2PermissionScopes"],
        "replyUrls": [uri for uris in redirects for uri in uris],
        "servicePrincipalNames": [*application["identifierUris"], application["appId"]],
    }


def _of_publication(directory: Directory, published: first_party.PublishedApplication) -> Document:
    names = clouds.of(directory.tenant).names.get(published.app_id, ())
    return {
        "appDisplayName": published.name,
        "appId": published.app_id,
        "appOwnerOrganizationId": published.owner,
        "appRoles": published.app_role_documents(),
        "displayName": published.name,
        "oauth2PermissionScopes": published.scope_documents(),
        "servicePrincipalNames": [*names, published.app_id],
        "signInAudience": "AzureADMultipleOrgs",
    }
