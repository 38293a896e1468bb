"""Consent: app role assignments (application permissions) and OAuth2 permission grants (delegated ones)."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from offline_tenant.entra.directory.consent_types import APP_ROLE_ASSIGNMENT, OAUTH2_PERMISSION_GRANT
from offline_tenant.entra.directory.errors import absent_reference, bad_request, conflict, read_only
from offline_tenant.entra.directory.objects import PRINCIPAL_TYPES, Directory
from offline_tenant.entra.directory.schema import Place, required
from offline_tenant.state.store import Document

ASSIGNMENTS: Final = "appRoleAssignments"
GRANTS: Final = "oauth2PermissionGrants"
DEFAULT_ROLE: Final = "00000000-0000-0000-0000-000000000000"
ALL_PRINCIPALS: Final = "AllPrincipals"


def assign(directory: Directory, body: Mapping[str, Any]) -> Document:
    """Assign an app role of a resource to a principal.

    Raises:
        DirectoryError: principal or resource not there, no such role, assigned already (400).
    """
    required(body, ("principalId", "resourceId", "appRoleId"), APP_ROLE_ASSIGNMENT.name)
    document = APP_ROLE_ASSIGNMENT.new(body)
    principal = directory.principal(document["principalId"])
    resource = directory.get("servicePrincipals", document["resourceId"])
    if principal is None or resource is None:
        raise bad_request("Not a valid reference update.")
    _check_role(resource, document["appRoleId"])
    if any(_same_role(document, other) for other in of_principal(directory.primary, document["principalId"])):
        raise bad_request("Permission being assigned already exists on the object")
    kind, holder = principal
    document |= {
        "id": packed_id(holder["id"], directory.tenant.ids.uuid()),
        "createdDateTime": directory.now(),
        "principalDisplayName": holder["displayName"],
        "principalType": PRINCIPAL_TYPES[kind],
        "resourceDisplayName": resource["displayName"],
    }
    return directory.add(ASSIGNMENTS, document)


def of_principal(directory: Directory, id_: str) -> list[Document]:
    """What a principal was assigned."""
    return directory.find(ASSIGNMENTS, "principalId", id_)


def of_resource(directory: Directory, id_: str) -> list[Document]:
    """Who was assigned a role of this resource."""
    return directory.find(ASSIGNMENTS, "resourceId", id_)


def grant(directory: Directory, body: Mapping[str, Any]) -> Document:
    """Let a client act for users on a resource.

    Raises:
        DirectoryError: client, resource or user not there (400), granted already (409), a property does not fit.
    """
    required(body, ("clientId", "consentType", "resourceId"), OAUTH2_PERMISSION_GRANT.name)
    document = OAUTH2_PERMISSION_GRANT.new(body)
    _check_parties(directory, document)
    parties = (document[name] for name in ("clientId", "resourceId", "principalId"))
    document["id"] = packed_id(*(party for party in parties if party is not None))
    if directory.primary.get(GRANTS, document["id"]):
        raise conflict("Permission entry already exists.")
    return directory.add(GRANTS, document)


def change_grant(directory: Directory, before: Document, body: Mapping[str, Any]) -> None:
    """Change the scopes of a grant; nothing else of it can change.

    Raises:
        DirectoryError: another property (400).
    """
    changed = OAUTH2_PERMISSION_GRANT.changed(before, body)
    for name in ("clientId", "consentType", "resourceId", "principalId"):
        if changed[name] != before[name]:
            raise read_only(name)
    directory.change(GRANTS, changed)


def _check_role(resource: Document, role_id: str) -> None:
    roles = {role["id"] for role in resource["appRoles"] if role["isEnabled"]}
    if role_id.casefold() not in (roles or {DEFAULT_ROLE}):
        raise bad_request(f"Permission being assigned was not found on application '{resource['appId']}'.")


def _same_role(one: Document, other: Document) -> bool:
    return all(str(one[name]).casefold() == other[name].casefold() for name in ("resourceId", "appRoleId"))


def _check_parties(directory: Directory, document: Document) -> None:
    # A grant for one user names the user, a grant for all names nobody.
    if (document["consentType"] == ALL_PRINCIPALS) != (document["principalId"] is None):
        raise Place(OAUTH2_PERMISSION_GRANT.name, "principalId").invalid()
    kinds = {"clientId": "servicePrincipals", "resourceId": "servicePrincipals", "principalId": "users"}
    for name, kind in kinds.items():
        if document[name] is not None and directory.get(kind, document[name]) is None:
            raise absent_reference(document[name])


def packed_id(*ids: str) -> str:
    """An id made of others as Graph makes it: their bytes in .NET's order, base64url without padding."""
    return urlsafe_b64encode(b"".join(UUID(id_).bytes_le for id_ in ids)).rstrip(b"=").decode()
