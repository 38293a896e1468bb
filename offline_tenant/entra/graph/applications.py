"""``/applications``: https://learn.microsoft.com/graph/api/resources/application ."""

from typing import Any, Final

from offline_tenant.entra.directory import applications, certificates, passwords
from offline_tenant.entra.directory.application_types import APPLICATION
from offline_tenant.entra.directory.credential_types import PASSWORD_CREDENTIAL
from offline_tenant.entra.directory.errors import bad_request
from offline_tenant.entra.graph import errors
from offline_tenant.entra.graph.authorization import OWNED_BY, READ_APPLICATIONS, WRITE_APPLICATIONS
from offline_tenant.entra.graph.request import Request, Row
from offline_tenant.web.call import Answer

KIND: Final = applications.KIND
NO_CONTENT: Final = Answer(204)


def initial_owners(request: Request) -> list[str]:
    """The owners that a new object begins with.

    With OwnedBy a caller owns what it makes: it could do nothing with it otherwise.
    """
    bound = request.bound_owners()
    return bound or ([request.caller.oid] if OWNED_BY in request.caller.roles else [])


def _list(request: Request) -> Answer:
    return request.many(APPLICATION, KIND)


def _create(request: Request) -> Answer:
    made = applications.create(request.directory, request.body(), initial_owners(request))
    return request.one(APPLICATION, KIND, made, 201)


def _get(request: Request) -> Answer:
    found = passwords.visible(request.directory, request.target())
    # Certificates are shown only to those who ask for them by name.
    asked = "keycredentials" in request.call.query.get("$select", "").casefold()
    return request.one(
        APPLICATION, KIND, certificates.with_keys(request.directory, found) if asked else found
    )


def _update(request: Request) -> Answer:
    applications.update(request.directory, request.target(), request.body())
    return NO_CONTENT


def _delete(request: Request) -> Answer:
    applications.delete(request.directory, request.target())
    return NO_CONTENT


def add_password(request: Request) -> Answer:
    """``addPassword``: the one answer that shows the secret."""
    wanted: Any = _parameters(request, "addPassword", "passwordCredential").get("passwordCredential")
    if wanted is not None and not isinstance(wanted, dict):
        raise bad_request(
            "Invalid value specified for property 'passwordCredential' of resource 'PasswordCredential'."
        )
    made = passwords.add(request.directory, request.kind, request.target(), wanted or {})
    shown = PASSWORD_CREDENTIAL.shown(made, request.version)
    return Answer(200, request.context("microsoft.graph.passwordCredential") | shown)


def remove_password(request: Request) -> Answer:
    """``removePassword``, by ``keyId``."""
    key_id = _parameters(request, "removePassword", "keyId").get("keyId")
    passwords.remove(request.directory, request.kind, request.target(), key_id)
    return NO_CONTENT


def _parameters(request: Request, action: str, known: str) -> dict[str, Any]:
    body = request.body()
    for name in body.keys() - {known}:
        raise errors.bad_syntax(
            f"The parameter '{name}' in the request payload is not a valid parameter for the operation '{action}'."
        )
    return body


ROWS: Final = (
    Row("GET", "/applications", _list, READ_APPLICATIONS, KIND),
    Row("POST", "/applications", _create, WRITE_APPLICATIONS, KIND),
    Row("GET", "/applications/{id}", _get, READ_APPLICATIONS, KIND),
    Row("PATCH", "/applications/{id}", _update, WRITE_APPLICATIONS, KIND),
    Row("DELETE", "/applications/{id}", _delete, WRITE_APPLICATIONS, KIND),
    Row("POST", "/applications/{id}/addPassword", add_password, WRITE_APPLICATIONS, KIND),
    Row("POST", "/applications/{id}/removePassword", remove_password, WRITE_APPLICATIONS, KIND),
)
