"""What Graph does at paths of which the offline tenant does something else: refused as lacking, not as nonsense."""

from typing import Final, NoReturn

from offline_tenant.entra.directory.errors import not_emulated
from offline_tenant.entra.graph.request import Request, Row

LACKING: Final = (
    ("PATCH", "/me"),
    ("DELETE", "/directoryObjects/{object}"),
    ("PATCH", "/organization/{id}"),
    ("POST", "/roleManagement/directory/roleDefinitions"),
    ("PATCH", "/roleManagement/directory/roleDefinitions/{role}"),
    ("DELETE", "/roleManagement/directory/roleDefinitions/{role}"),
)


def _refuse(request: Request) -> NoReturn:
    raise not_emulated(f"{request.call.method} {request.path}")


ROWS: Final = tuple(Row(method, path, _refuse, _refuse) for method, path in LACKING)
