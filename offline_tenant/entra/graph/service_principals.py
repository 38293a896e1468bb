"""``/servicePrincipals``: https://learn.microsoft.com/graph/api/resources/serviceprincipal ."""

from typing import Final

from offline_tenant.entra.directory import service_principals
from offline_tenant.entra.directory.application_types import SERVICE_PRINCIPAL
from offline_tenant.entra.directory.errors import denied
from offline_tenant.entra.graph.applications import add_password, initial_owners, remove_password
from offline_tenant.entra.graph.authorization import READ_APPLICATIONS, WRITE_APPLICATIONS
from offline_tenant.entra.graph.request import Request, Row
from offline_tenant.web.call import Answer

KIND: Final = service_principals.KIND
NO_CONTENT: Final = Answer(204)


def _list(request: Request) -> Answer:
    return request.many(SERVICE_PRINCIPAL, KIND)


def _create(request: Request) -> Answer:
    body = request.body()
    if not WRITE_APPLICATIONS.holds(request.caller):
        _check_is_local(request, str(body.get("appId")))
    made = service_principals.create(request.directory, body, initial_owners(request))
    return request.one(SERVICE_PRINCIPAL, KIND, made, 201)


def _check_is_local(request: Request, app_id: str) -> None:
    if not service_principals.is_registered_here(request.directory, app_id):
        raise denied(
            "When using this permission, the backing application of the service principal being created must in "
            "the local tenant"
        )


def _get(request: Request) -> Answer:
    return request.one(SERVICE_PRINCIPAL, KIND, request.target())


def _update(request: Request) -> Answer:
    service_principals.update(request.directory, request.target(), request.body())
    return NO_CONTENT


def _delete(request: Request) -> Answer:
    service_principals.delete(request.directory, request.target())
    return NO_CONTENT


ROWS: Final = (
    Row("GET", "/servicePrincipals", _list, READ_APPLICATIONS, KIND),
    Row("POST", "/servicePrincipals", _create, WRITE_APPLICATIONS, KIND),
    Row("GET", "/servicePrincipals/{id}", _get, READ_APPLICATIONS, KIND),
    Row("PATCH", "/servicePrincipals/{id}", _update, WRITE_APPLICATIONS, KIND),
    Row("DELETE", "/servicePrincipals/{id}", _delete, WRITE_APPLICATIONS, KIND),
    Row("POST", "/servicePrincipals/{id}/addPassword", add_password, WRITE_APPLICATIONS, KIND),
    Row("POST", "/servicePrincipals/{id}/removePassword", remove_password, WRITE_APPLICATIONS, KIND),
)
