"""``/identity/conditionalAccess/policies``: https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy ."""

from typing import Final

from offline_tenant.entra.directory import conditional_access
from offline_tenant.entra.directory.policy_types import CONDITIONAL_ACCESS_POLICY
from offline_tenant.entra.graph.authorization import READ_CONDITIONAL_ACCESS, WRITE_CONDITIONAL_ACCESS
from offline_tenant.entra.graph.request import Request, Row
from offline_tenant.web.call import Answer

NO_CONTENT: Final = Answer(204)
KIND: Final = conditional_access.KIND
FRAGMENT: Final = "identity/conditionalAccess/policies"
PATH: Final = f"/{FRAGMENT}"
ONE: Final = PATH + "/{id}"


def _list(request: Request) -> Answer:
    return request.many(CONDITIONAL_ACCESS_POLICY, KIND, FRAGMENT)


def _create(request: Request) -> Answer:
    made = conditional_access.create(request.directory, request.body())
    return request.one(CONDITIONAL_ACCESS_POLICY, FRAGMENT, made, 201)


def _get(request: Request) -> Answer:
    return request.one(CONDITIONAL_ACCESS_POLICY, FRAGMENT, request.target())


def _update(request: Request) -> Answer:
    conditional_access.update(request.directory, request.target(), request.body())
    return NO_CONTENT


def _delete(request: Request) -> Answer:
    request.directory.remove(KIND, request.target()["id"])
    return NO_CONTENT


ROWS: Final = (
    Row("GET", PATH, _list, READ_CONDITIONAL_ACCESS, KIND),
    Row("POST", PATH, _create, WRITE_CONDITIONAL_ACCESS, KIND),
    Row("GET", ONE, _get, READ_CONDITIONAL_ACCESS, KIND),
    Row("PATCH", ONE, _update, WRITE_CONDITIONAL_ACCESS, KIND),
    Row("DELETE", ONE, _delete, WRITE_CONDITIONAL_ACCESS, KIND),
)
