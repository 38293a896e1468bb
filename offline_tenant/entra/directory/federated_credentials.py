"""Federated identity credentials: whose assertions stand for an application.

https://learn.microsoft.com/graph/api/resources/federatedidentitycredential
"""

from collections.abc import Mapping
from typing import Any, Final

from offline_tenant.entra.directory import claims_expressions
from offline_tenant.entra.directory.credential_types import FEDERATED_CREDENTIAL
from offline_tenant.entra.directory.errors import bad_request, conflict, not_found, read_only
from offline_tenant.entra.directory.objects import Directory
from offline_tenant.entra.directory.schema import required
from offline_tenant.state.store import Document

KIND: Final = "federatedIdentityCredentials"
LIMIT: Final = 20  # of one application
EXPRESSION: Final = "claimsMatchingExpression"


def of(directory: Directory, application: Document) -> list[Document]:
    """The federated credentials of an application."""
    return directory.find(KIND, "applicationId", application["id"])


def named(directory: Directory, application: Document, name: str) -> Document:
    """The one with this id or name.

    Raises:
        DirectoryError: there is none (404).
    """
    for one in of(directory, application):
        if name.casefold() in {one["id"], one["name"].casefold()}:
            return one
    raise not_found(name)


def create(directory: Directory, application: Document, body: Mapping[str, Any]) -> Document:
    """One more.

    Raises:
        DirectoryError: a property does not fit (400), name or subject taken (409), too many (400).
    """
    required(body, ("name", "issuer", "audiences"), FEDERATED_CREDENTIAL.name)
    document = FEDERATED_CREDENTIAL.new(body)
    others = of(directory.primary, application)
    _check(document, others)
    if len(others) >= LIMIT:
        raise bad_request(f"The number of federated identity credentials exceeds the limit of {LIMIT}.")
    owned = {"id": directory.tenant.ids.uuid(), "applicationId": application["id"]}
    return directory.add(KIND, document | owned)


def update(directory: Directory, before: Document, body: Mapping[str, Any]) -> None:
    """Change one; its name stays.

    Raises:
        DirectoryError: another name, a property does not fit (400), subject taken (409).
    """
    if body.get("name", before["name"]) != before["name"]:
        raise read_only("name")
    changed = FEDERATED_CREDENTIAL.changed(before, body)
    application = {"id": before["applicationId"]}
    _check(changed, [other for other in of(directory.primary, application) if other["id"] != before["id"]])
    directory.change(KIND, changed)


def stands_for(credential: Document, claims: Mapping[str, Any]) -> bool:
    """Whether a credential is meant for who makes these claims: by subject, or by expression."""
    if expression := credential.get(EXPRESSION):
        return claims_expressions.holds(expression, claims)
    return bool(credential["subject"] == claims.get("sub"))


def _check(document: Document, others: list[Document]) -> None:
    if len(document["audiences"]) != 1:
        raise bad_request("Federated Identity Credential must have exactly one audience.")
    expression = document.get(EXPRESSION)
    if expression and document["subject"]:
        raise bad_request("Only one of 'subject' and 'claimsMatchingExpression' may be specified.")
    if expression:
        claims_expressions.check(document["issuer"], expression)
    else:
        required(document, ("subject",), FEDERATED_CREDENTIAL.name)
    for other in others:
        if other["name"].casefold() == str(document["name"]).casefold():
            raise conflict(f"FederatedIdentityCredential with name {document['name']} already exists.")
        if document["subject"] and (other["issuer"], other["subject"]) == (
            document["issuer"],
            document["subject"],
        ):
            raise conflict("FederatedIdentityCredential with the same issuer and subject already exists.")
