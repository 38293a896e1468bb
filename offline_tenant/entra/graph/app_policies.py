"""``/policies/appManagementPolicies``, and which of them an application has.

https://learn.microsoft.com/graph/api/resources/appmanagementpolicy
"""

from typing import Final

from offline_tenant.entra.directory import app_policies, owners
from offline_tenant.entra.directory.policy_types import APP_POLICY
from offline_tenant.entra.graph.authorization import (
    ASSIGN_APP_POLICIES,
    READ_APP_POLICIES,
    READ_POLICIES,
    WRITE_APP_MANAGEMENT,
)
from offline_tenant.entra.graph.request import Request, Row
from offline_tenant.web.call import Answer

NO_CONTENT: Final = Answer(204)
KIND: Final = app_policies.KIND
FRAGMENT: Final = f"policies/{KIND}"
PATH: Final = f"/{FRAGMENT}"
ONE: Final = PATH + "/{id}"


def _list(request: Request) -> Answer:
    return request.many(APP_POLICY, KIND, FRAGMENT)


def _create(request: Request) -> Answer:
    return request.one(APP_POLICY, FRAGMENT, app_policies.create(request.directory, request.body()), 201)


def _get(request: Request) -> Answer:
    return request.one(APP_POLICY, FRAGMENT, request.target())


def _update(request: Request) -> Answer:
    app_policies.update(request.directory, request.target(), request.body())
    return NO_CONTENT


def _delete(request: Request) -> Answer:
    request.directory.remove(KIND, request.target()["id"])
    return NO_CONTENT


def _held(request: Request) -> Answer:
    return request.many_of(APP_POLICY, KIND, app_policies.held(request.directory, request.target()))


def _give(request: Request) -> Answer:
    policy = owners.referred(request.json().get("@odata.id"))
    app_policies.give(request.directory, request.kind, request.target(), policy)
    return NO_CONTENT


def _take(request: Request) -> Answer:
    app_policies.take(request.directory, request.kind, request.target(), request.parameter("policy"))
    return NO_CONTENT


ROWS: Final = (
    Row("GET", PATH, _list, READ_POLICIES, KIND),
    Row("POST", PATH, _create, WRITE_APP_MANAGEMENT, KIND),
    Row("GET", ONE, _get, READ_POLICIES, KIND),
    Row("PATCH", ONE, _update, WRITE_APP_MANAGEMENT, KIND),
    Row("DELETE", ONE, _delete, WRITE_APP_MANAGEMENT, KIND),
    *(
        row
        for holders in ("applications", "servicePrincipals")
        for row in (
            Row("GET", f"/{holders}/{{id}}/{KIND}", _held, READ_APP_POLICIES, holders),
            Row("POST", f"/{holders}/{{id}}/{KIND}/$ref", _give, ASSIGN_APP_POLICIES, holders),
            Row("DELETE", f"/{holders}/{{id}}/{KIND}/{{policy}}/$ref", _take, ASSIGN_APP_POLICIES, holders),
        )
    ),
)
