"""``/applications/{id}/federatedIdentityCredentials``."""

from typing import Any, Final

from offline_tenant.entra.directory import federated_credentials as credentials
from offline_tenant.entra.directory.credential_types import FEDERATED_CREDENTIAL
from offline_tenant.entra.directory.errors import bad_request
from offline_tenant.entra.graph.authorization import READ_APPLICATIONS, WRITE_APPLICATIONS
from offline_tenant.entra.graph.request import Request, Row
from offline_tenant.state.store import Document
from offline_tenant.web.call import Answer

NO_CONTENT: Final = Answer(204)
APPLICATIONS: Final = "applications"
EXPRESSIVE: Final = ("beta",)  # versions that take an expression in the place of a subject
PATH: Final = "/applications/{id}/federatedIdentityCredentials"


def _one(request: Request) -> Document:
    return credentials.named(request.directory, request.target(), request.parameter("credential"))


def _list(request: Request) -> Answer:
    found = credentials.of(request.directory, request.target())
    return request.many_of(FEDERATED_CREDENTIAL, credentials.KIND, found)


def _body(request: Request) -> dict[str, Any]:
    body = request.body()
    if request.version not in EXPRESSIVE and body.get(credentials.EXPRESSION) is not None:
        raise bad_request(f"Invalid property '{credentials.EXPRESSION}'.")
    return body


def _create(request: Request) -> Answer:
    made = credentials.create(request.directory, request.target(), _body(request))
    return request.one(FEDERATED_CREDENTIAL, credentials.KIND, made, 201)


def _get(request: Request) -> Answer:
    return request.one(FEDERATED_CREDENTIAL, credentials.KIND, _one(request))


def _update(request: Request) -> Answer:
    credentials.update(request.directory, _one(request), _body(request))
    return NO_CONTENT


def _delete(request: Request) -> Answer:
    request.directory.remove(credentials.KIND, _one(request)["id"])
    return NO_CONTENT


ROWS: Final = (
    Row("GET", PATH, _list, READ_APPLICATIONS, APPLICATIONS),
    Row("POST", PATH, _create, WRITE_APPLICATIONS, APPLICATIONS),
    Row("GET", PATH + "/{credential}", _get, READ_APPLICATIONS, APPLICATIONS),
    Row("PATCH", PATH + "/{credential}", _update, WRITE_APPLICATIONS, APPLICATIONS),
    Row("DELETE", PATH + "/{credential}", _delete, WRITE_APPLICATIONS, APPLICATIONS),
)
