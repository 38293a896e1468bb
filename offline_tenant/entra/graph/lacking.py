"""What Graph does at paths of which the offline tenant does something else: refused as lacking, not as nonsense."""

from typing import Final, NoReturn

from offline_tenant.entra.directory.errors import not_emulated
from offline_tenant.entra.graph.request import Request, Row

# Actions of Graph that stand where an object's id stands.
ACTIONS: Final = ("getByIds", "validateProperties", "getAvailableExtensionProperties")
COLLECTIONS: Final = ("directoryObjects", "applications", "servicePrincipals", "users")
LACKING: Final = (
    ("GET", "/applications/{id}/owners/$ref"),
    ("GET", "/servicePrincipals/{id}/owners/$ref"),
    ("PATCH", "/me"),
    ("DELETE", "/directoryObjects/{object}"),
    ("PATCH", "/organization/{id}"),
    ("PUT", "/users/{user}/manager/$ref"),
    ("POST", "/roleManagement/directory/roleDefinitions"),
    ("PATCH", "/roleManagement/directory/roleDefinitions/{role}"),
    ("DELETE", "/roleManagement/directory/roleDefinitions/{role}"),
)


def _refuse(request: Request) -> NoReturn:
    raise not_emulated(f"{request.call.method} {request.path}")


ROWS: Final = tuple(Row(method, path, _refuse, _refuse) for method, path in LACKING)
# Before all others: the router would take an action's name for an id.
ACTION_ROWS: Final = tuple(
    Row("POST", f"/{collection}/{action}", _refuse, _refuse)
    for collection in COLLECTIONS
    for action in ACTIONS
)
