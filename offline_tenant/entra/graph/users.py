"""``/users`` and ``/me``: https://learn.microsoft.com/graph/api/resources/user ."""

from typing import Final, NoReturn

from offline_tenant.entra.directory import users
from offline_tenant.entra.directory.errors import DirectoryError
from offline_tenant.entra.directory.people_types import USER
from offline_tenant.entra.graph.authorization import READ_ME, READ_USERS, WRITE_USERS, Permission
from offline_tenant.entra.graph.request import Request, Row
from offline_tenant.state.store import Document
from offline_tenant.web.call import Answer

NO_CONTENT: Final = Answer(204)
KIND: Final = users.KIND


def _one(request: Request) -> Document:
    return users.named(request.directory, request.parameter("user"))


def _list(request: Request) -> Answer:
    return request.many(USER, KIND)


def _create(request: Request) -> Answer:
    return request.one(USER, KIND, users.create(request.directory, request.body()), 201)


def _get(request: Request) -> Answer:
    return request.one(USER, KIND, _one(request))


def _update(request: Request) -> Answer:
    users.update(request.directory, _one(request), request.body())
    return NO_CONTENT


def _delete(request: Request) -> Answer:
    users.delete(request.directory, _one(request))
    return NO_CONTENT


def _revoke(request: Request) -> Answer:
    users.revoke_sessions(request.directory, _one(request))
    return Answer(200, request.context("Edm.Boolean") | {"value": True})


def _manager(request: Request) -> NoReturn:
    _one(request)
    message = (
        "Resource 'manager' does not exist or one of its queried reference-property objects are not present."
    )
    raise DirectoryError(404, "Request_ResourceNotFound", message)


def _needed_for_me(request: Request) -> Permission:
    # Whatever the application may do: it is nobody.
    if request.caller.app_only:
        raise DirectoryError(
            400, "BadRequest", "/me request is only valid with delegated authentication flow."
        )
    return READ_ME


def _me(request: Request) -> Answer:
    return request.one(USER, KIND, users.named(request.directory, request.caller.oid))


ROWS: Final = (
    Row("GET", "/me", _me, _needed_for_me),
    Row("GET", "/users", _list, READ_USERS),
    Row("POST", "/users", _create, WRITE_USERS),
    Row("GET", "/users/{user}", _get, READ_USERS),
    Row("PATCH", "/users/{user}", _update, WRITE_USERS),
    Row("DELETE", "/users/{user}", _delete, WRITE_USERS),
    Row("GET", "/users/{user}/manager", _manager, READ_USERS),
    Row("POST", "/users/{user}/revokeSignInSessions", _revoke, WRITE_USERS),
)
