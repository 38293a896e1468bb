"""The APIs of a tenant, each looked up once: what their permissions are called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mailgrant.adopt.found import Permission
from mailgrant.directory.graph import Graph, reading

SELECT: Final = "id,appId,displayName,appRoles,oauth2PermissionScopes"


@dataclass(frozen=True)
class Api:
    """An API, as this tenant has it.

    Args:
        object_id: of its service principal here; empty if it has none.
        app_id: its application id.
        title: what it is called.
        values: what its permissions are called, by id.
    """

    object_id: str
    app_id: str
    title: str
    values: Mapping[str, str]

    def permission(self, id_: str, *, application: bool) -> Permission:
        """One of its permissions."""
        return Permission(self.app_id, self.values.get(id_, id_), application, self.title)


@dataclass
class Apis:
    """Look-ups in one tenant.

    Args:
        graph: of the automation identity.
    """

    graph: Graph
    _known: dict[str, Api] = field(default_factory=dict)

    def of_principal(self, object_id: str) -> Api:
        """The API with this service principal."""
        if object_id not in self._known:
            self._note([self.graph.one(f"servicePrincipals/{object_id}", {"$select": SELECT})])
        return self._known[object_id]

    def of_application(self, app_id: str) -> Api:
        """The API with this application id."""
        if app_id not in self._known:
            wanted = {"$filter": f"appId eq '{app_id}'", "$select": SELECT}
            self._note(self.graph.many("servicePrincipals", wanted))
        return self._known.setdefault(app_id, Api("", app_id, "", {}))

    def _note(self, told: Iterable[Mapping[str, Any]]) -> None:
        for one in told:
            with reading("a service principal"):
                found = _api(one)
            self._known |= {found.object_id: found, found.app_id: found}


def _api(told: Mapping[str, Any]) -> Api:
    permissions = [*(told.get("appRoles") or ()), *(told.get("oauth2PermissionScopes") or ())]
    values = {one["id"]: str(one.get("value") or one["id"]) for one in permissions}
    return Api(told["id"], told["appId"], str(told.get("displayName") or ""), values)
