"""The organization, and directory objects of any kind."""

from typing import Final

from offline_tenant.entra.directory.errors import not_found
from offline_tenant.entra.directory.people_types import ORGANIZATION
from offline_tenant.entra.graph import authorization, mixed
from offline_tenant.entra.graph.request import Request, Row
from offline_tenant.web.call import Answer


def _list_organization(request: Request) -> Answer:
    return request.many(ORGANIZATION, "organization")


def _get_organization(request: Request) -> Answer:
    return request.one(
        ORGANIZATION, "organization", request.directory.required("organization", request.parameter("id"))
    )


def _get_directory_object(request: Request) -> Answer:
    if (found := request.directory.principal(request.parameter("object"))) is None:
        raise not_found(request.parameter("object"))
    return mixed.one(request, *found)


ROWS: Final = (
    Row("GET", "/organization", _list_organization, authorization.READ_ORGANIZATION),
    Row("GET", "/organization/{id}", _get_organization, authorization.READ_ORGANIZATION),
    Row("GET", "/directoryObjects/{object}", _get_directory_object, authorization.READ_APPLICATIONS),
)
