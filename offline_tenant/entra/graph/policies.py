"""``/policies``: https://learn.microsoft.com/graph/api/resources/policy-overview ."""

from typing import Final

from offline_tenant.entra.directory import policies
from offline_tenant.entra.graph.authorization import READ_POLICIES, WRITE_APP_MANAGEMENT, WRITE_AUTHORIZATION
from offline_tenant.entra.graph.request import Operation, Request, Row
from offline_tenant.web.call import Answer

NO_CONTENT: Final = Answer(204)
NEEDED: Final = {policies.APP_MANAGEMENT: WRITE_APP_MANAGEMENT, policies.AUTHORIZATION: WRITE_AUTHORIZATION}


def _getter(name: str) -> Operation:
    def get(request: Request) -> Answer:
        return request.one(policies.TYPES[name], f"policies/{name}", policies.get(request.directory, name))

    return get


def _updater(name: str) -> Operation:
    def update(request: Request) -> Answer:
        policies.update(request.directory, name, request.body())
        return NO_CONTENT

    return update


ROWS: Final = tuple(
    row
    for name, needed in NEEDED.items()
    for row in (
        Row("GET", f"/policies/{name}", _getter(name), READ_POLICIES),
        Row("PATCH", f"/policies/{name}", _updater(name), needed),
    )
)
