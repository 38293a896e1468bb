"""``/policies``: https://learn.microsoft.com/graph/api/resources/policy-overview ."""

from typing import Final

from offline_tenant.entra.directory import policies
from offline_tenant.entra.graph.authorization import (
    READ_POLICIES,
    READ_SECURITY_DEFAULTS,
    WRITE_APP_MANAGEMENT,
    WRITE_AUTHORIZATION,
    WRITE_SECURITY_DEFAULTS,
)
from offline_tenant.entra.graph.request import Operation, Request, Row
from offline_tenant.web.call import Answer

NO_CONTENT: Final = Answer(204)
# To read, and to write.
NEEDED: Final = {
    policies.APP_MANAGEMENT: (READ_POLICIES, WRITE_APP_MANAGEMENT),
    policies.AUTHORIZATION: (READ_POLICIES, WRITE_AUTHORIZATION),
    policies.SECURITY_DEFAULTS: (READ_SECURITY_DEFAULTS, WRITE_SECURITY_DEFAULTS),
}


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
    for name, (read, write) in NEEDED.items()
    for row in (
        Row("GET", f"/policies/{name}", _getter(name), read),
        Row("PATCH", f"/policies/{name}", _updater(name), write),
    )
)
