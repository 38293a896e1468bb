"""What an application's properties must be together, beyond what each of them may be.

https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from offline_tenant.entra.directory.application_types import APPLICATION
from offline_tenant.entra.directory.errors import DirectoryError, bad_request, duplicate
from offline_tenant.entra.directory.objects import Directory
from offline_tenant.entra.directory.schema import Place
from offline_tenant.state.store import Document

KIND: Final = "applications"
# All permissions that an application may ask for, on all resources.
MOST_PERMISSIONS: Final = 400
# A role and a scope of the same id are one permission, and say the same.
SAME: Final = (
    ("description", "adminConsentDescription"),
    ("displayName", "adminConsentDisplayName"),
    ("isEnabled", "isEnabled"),
    ("origin", "origin"),
    ("value", "value"),
)
NEW: Final[Mapping[str, Any]] = {"appRoles": [], "api": {"oauth2PermissionScopes": []}, "identifierUris": []}


def check(directory: Directory, after: Document, before: Mapping[str, Any] = NEW) -> None:
    """Refuse an application that cannot be.

    Args:
        directory: of the tenant.
        after: as it would be.
        before: as it is; nothing for a new one.

    Raises:
        DirectoryError: with Graph's own reason (400).
    """
    if not after["displayName"]:
        raise Place(APPLICATION.name, "displayName").invalid()
    _check_enabled(before["appRoles"], after["appRoles"])
    _check_enabled(before["api"]["oauth2PermissionScopes"], after["api"]["oauth2PermissionScopes"])
    _check_namespace(after["appRoles"], after["api"]["oauth2PermissionScopes"])
    wanted = after["requiredResourceAccess"]
    if sum(len(resource["resourceAccess"]) for resource in wanted) > MOST_PERMISSIONS:
        raise Place(APPLICATION.name, "requiredResourceAccess").invalid()
    _check_identifiers(directory, after, before["identifierUris"])


def _check_enabled(before: list[Document], after: list[Document]) -> None:
    kept = {permission["id"]: permission for permission in after}
    for permission in before:
        wanted = kept.get(permission["id"])
        if permission["isEnabled"] and (wanted is None or wanted | {"isEnabled": True} != permission):
            message = "Permission (scope or role) cannot be deleted or updated unless disabled first."
            raise DirectoryError(400, "CannotDeleteOrUpdateEnabledEntitlement", message)


def _check_namespace(roles: list[Document], scopes: list[Document]) -> None:
    for role in roles:
        for scope in scopes:
            if role["id"] == scope["id"]:
                _check_same(role, scope)
            elif role["value"] and role["value"] == scope["value"]:
                raise duplicate("oauth2PermissionScopes")


def _check_same(role: Document, scope: Document) -> None:
    if any(role[one] != scope[other] for one, other in SAME):
        pairs = ",".join(f"({one}, {other})" for one, other in SAME)
        raise bad_request(
            "The following values must match for the 'oauth2Permissions' and 'appRoles' properties with identifier "
            f"'{role['id']}': {pairs}. Ensure that you are intending to have entries with the same identifier, and "
            "if so, are updating them together."
        )


def _check_identifiers(directory: Directory, document: Document, before: Iterable[str]) -> None:
    for uri in document["identifierUris"]:
        if any(
            other["id"] != document["id"] for other in directory.primary.find(KIND, "identifierUris", uri)
        ):
            raise bad_request(
                "Another object with the same value for property identifierUris already exists."
            )
        # With tokens of version 2.0 nobody takes the URI for whose it is.
        if document["api"]["requestedAccessTokenVersion"] != 2 and uri not in before:  # noqa: PLR2004 - a version
            _check_host(directory, uri)


def _check_host(directory: Directory, uri: str) -> None:
    parts = urlsplit(uri)
    if parts.scheme not in {"http", "https"}:
        return
    host = (parts.hostname or "").casefold()
    names = [domain["name"] for one in directory.all("organization") for domain in one["verifiedDomains"]]
    if not any(host == name or host.endswith(f".{name}") for name in names):
        message = (
            f"Values of identifierUris property must use a verified domain of the organization or its subdomain: "
            f"'{uri}'"
        )
        raise DirectoryError(400, "HostNameNotOnVerifiedDomain", message)
