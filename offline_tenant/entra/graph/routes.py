"""Who answers below ``/v1.0`` and ``/beta``."""

from collections.abc import Iterator
from typing import Final

from offline_tenant.entra.graph import (
    app_policies,
    applications,
    conditional_access,
    consent,
    deleted_items,
    directory_objects,
    directory_roles,
    errors,
    federated_credentials,
    lacking,
    owners,
    policies,
    role_members,
    service_principals,
    users,
)
from offline_tenant.entra.graph.request import Row, handler
from offline_tenant.web.call import Area, Route

VERSIONS: Final = ("v1.0", "beta")
AREA: Final = Area(
    "graph",
    errors.area_error,
    prefixes=tuple(f"/{version}/" for version in VERSIONS),
    wrong_method=errors.wrong_method,
    too_long=errors.too_long,
    stamp=errors.stamp,
    codes=errors.CODES,
)
ROWS: Final = (
    *lacking.ACTION_ROWS,
    *applications.ROWS,
    *federated_credentials.ROWS,
    *service_principals.ROWS,
    *owners.ROWS,
    *consent.ROWS,
    *users.ROWS,
    *directory_objects.ROWS,
    *directory_roles.ROWS,
    *role_members.ROWS,
    *policies.ROWS,
    *app_policies.ROWS,
    *conditional_access.ROWS,
    *deleted_items.ROWS,
    *lacking.ROWS,
)
# Objects that also go by their application id: /applications(appId='…').
BY_APP_ID: Final = ("applications", "servicePrincipals")


def _paths(row: Row) -> Iterator[str]:
    yield row.path
    for kind in BY_APP_ID:
        if row.path.startswith(f"/{kind}/{{id}}"):
            yield row.path.replace(f"/{kind}/{{id}}", f"/{kind}(appId='{{appId}}')", 1)


ROUTES: Final = [
    Route(AREA, row.method, f"/{version}{path}", handler(row, version))
    for version in VERSIONS
    for row in ROWS
    for path in _paths(row)
]
