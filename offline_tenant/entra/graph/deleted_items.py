"""``/directory/deletedItems``: https://learn.microsoft.com/graph/api/resources/directory ."""

from dataclasses import replace
from typing import Final

from offline_tenant.entra.directory import deleted_items
from offline_tenant.entra.directory.objects import TYPES
from offline_tenant.entra.graph import mixed
from offline_tenant.entra.graph.authorization import (
    READ_APPLICATIONS,
    READ_USERS,
    WRITE_APPLICATIONS,
    WRITE_USERS,
    Permission,
)
from offline_tenant.entra.graph.request import Operation, Request, Row
from offline_tenant.web.call import Answer

NO_CONTENT: Final = Answer(204)
ITEMS: Final = "/directory/deletedItems"
READ: Final = {"users": READ_USERS}
WRITE: Final = {"users": WRITE_USERS}


def _kind(request: Request) -> str:
    return deleted_items.required(request.directory, request.parameter("item"))[0]


def _read(request: Request) -> Permission:
    return READ.get(_kind(request), READ_APPLICATIONS)


def _write(request: Request) -> Permission:
    kind, document = deleted_items.required(request.directory, request.parameter("item"))
    needed = WRITE.get(kind, WRITE_APPLICATIONS)
    owned = request.caller.oid in document.get("owners", [])
    return needed if owned else replace(needed, if_owned=frozenset())


def _lister(kind: str) -> Operation:
    def list_(request: Request) -> Answer:
        found = deleted_items.of_kind(request.directory, kind)
        return request.many_of(mixed.SHAPES[kind], mixed.FRAGMENT, found)

    return list_


def _get(request: Request) -> Answer:
    return mixed.one(request, *deleted_items.required(request.directory, request.parameter("item")))


def _restore(request: Request) -> Answer:
    return mixed.one(request, *deleted_items.restore(request.directory, request.parameter("item")))


def _purge(request: Request) -> Answer:
    deleted_items.purge(request.directory, request.parameter("item"))
    return NO_CONTENT


ROWS: Final = (
    *(
        Row("GET", f"{ITEMS}/{type_.removeprefix('#')}", _lister(kind), READ.get(kind, READ_APPLICATIONS))
        for kind, type_ in TYPES.items()
    ),
    Row("GET", f"{ITEMS}/{{item}}", _get, _read),
    Row("POST", f"{ITEMS}/{{item}}/restore", _restore, _write),
    Row("DELETE", f"{ITEMS}/{{item}}", _purge, _write),
)
