"""Application registrations: the application object, not the enterprise application that stands for it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from offline_tenant.entra.directory import (
    application_rules,
    certificates,
    deleted_items,
    federated_credentials,
    owners,
    passwords,
    service_principals,
)
from offline_tenant.entra.directory.application_types import APPLICATION
from offline_tenant.entra.directory.objects import Directory
from offline_tenant.entra.directory.schema import required
from offline_tenant.state.store import Document

KIND: Final = "applications"
SECRETS: Final = "passwordCredentials"


def create(directory: Directory, body: Mapping[str, Any], owner_ids: Iterable[str]) -> Document:
    """Register an application; it has no service principal yet.

    Returns:
        The application, with the secrets of those ``passwordCredentials`` that it was made with.

    Raises:
        DirectoryError: a property does not fit, or an owner is not there.
    """
    required(body, ("displayName",), APPLICATION.name)
    document = APPLICATION.new({name: value for name, value in body.items() if name != SECRETS})
    application_rules.check(directory, document)
    document |= {
        "id": directory.tenant.ids.uuid(),
        "appId": directory.tenant.ids.uuid(),
        "createdDateTime": directory.now(),
        "keyCredentials": [],
        "publisherDomain": publisher_domain(directory),
        "owners": owners.checked(directory, owner_ids),
    }
    document["keyCredentials"] = certificates.replace(directory, document, body.get("keyCredentials") or [])
    return passwords.keep_all(directory, KIND, directory.add(KIND, document), body.get(SECRETS))


def update(directory: Directory, application: Document, body: Mapping[str, Any]) -> None:
    """Change an application, and the service principal that stands for it here.

    Raises:
        DirectoryError: a property does not fit, a secret would come, or an enabled permission would go (400).
    """
    passwords.refuse_new(application, body.get(SECRETS))
    changed = APPLICATION.changed(application, body)
    application_rules.check(directory, changed, application)
    if "keyCredentials" in body:
        changed["keyCredentials"] = certificates.replace(directory, application, changed["keyCredentials"])
    directory.change(KIND, changed)
    service_principals.follow(directory, changed)


def delete(directory: Directory, application: Document) -> None:
    """Remove an application with its secrets, its service principal, and what that was given.

    Both can be restored for a while, each by itself.
    """
    if principal := directory.primary.by_app_id(service_principals.KIND, application["appId"]):
        service_principals.delete(directory, principal)
    credentials = (
        (kind, credential)
        for kind in ("secrets", certificates.KIND, federated_credentials.KIND)
        for credential in directory.primary.find(kind, "applicationId", application["id"])
    )
    deleted_items.bury(directory, KIND, application, credentials)


def publisher_domain(directory: Directory) -> str | None:
    """The initial domain name of the tenant."""
    for organization in directory.all("organization"):
        initial = (domain["name"] for domain in organization["verifiedDomains"] if domain["isInitial"])
        return next(initial, None)
    return None
