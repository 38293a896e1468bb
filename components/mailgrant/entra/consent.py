"""Consent that somebody else has given already: told before this stack gives it again, which Entra refuses.

Only the engine knows what the state holds: its hook runs before something is created that is not in there.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from mailgrant.directory.consents import Grant, grants_of
from mailgrant.directory.graph import Graph
from mailgrant.errors import GraphError, SetupError, SignInError

CLIENT: Final = "servicePrincipalObjectId"
RESOURCE: Final = "resourceServicePrincipalObjectId"
PERSON: Final = "userObjectId"
SCOPES: Final = "claimValues"
PREFIX: Final = "/oauth2PermissionGrants/"  # of the ids that the azuread plugin gives them
PLAINLY: Final = (
    "--protect=false --generate-code=false"  # the program is there already, and destroys what it makes
)


class GivenAlready:
    """Looks for consents that are there.

    Args:
        graph: Microsoft Graph; asked for only if there is a question.
    """

    def __init__(self, graph: Callable[[], Graph]) -> None:
        self._graph = graph
        self._grants: dict[str, list[Grant]] = {}
        self._hooks: dict[str, pulumi.ResourceHook] = {}
        self._what: dict[str, str] = {}

    def before(self, client: str, name: str, what: str) -> pulumi.ResourceHookBinding | None:
        """What a consent must be created with.

        Args:
            client: its name in the stack.
            name: of the consent in Pulumi.
            what: it is, for messages.
        """
        if isinstance(get_monitor(), MockMonitor):  # it knows no hooks
            return None
        self._what[name] = what
        if client not in self._hooks:
            # Messages begin with the name of the hook.
            place = f"mailgrant:clients.{client}.consent"
            options = pulumi.ResourceHookOptions(on_dry_run=True)
            self._hooks[client] = pulumi.ResourceHook(place, self._look(client), options)
        return pulumi.ResourceHookBinding(before_create=[self._hooks[client]])

    async def look(self, client: str, told: pulumi.ResourceHookArgs) -> None:
        """Fail if a consent that the engine is about to create is there.

        Raises:
            RunError: it is, with what to do about it.
        """
        if there := await asyncio.to_thread(self._there, told.new_inputs or {}):
            raise pulumi.RunError(f"{self._what.get(told.name, told.name)} {_refusal(client, there, told)}")

    def _look(self, client: str) -> pulumi.ResourceHookFunction:
        async def look(told: pulumi.ResourceHookArgs) -> None:
            await self.look(client, told)

        return look

    def _there(self, wanted: Mapping[str, Any]) -> Grant | None:
        client = wanted.get(CLIENT)
        if not isinstance(client, str):  # still to be made: nobody can have consented to it
            return None
        parties = wanted.get(RESOURCE), wanted.get(PERSON) or ""
        found = (grant for grant in self._of(client) if (grant.resource, grant.person) == parties)
        return next(found, None)

    def _of(self, client: str) -> list[Grant]:
        if client not in self._grants:
            try:
                self._grants[client] = grants_of(self._graph(), client)
            except (SetupError, SignInError, GraphError):
                self._grants[client] = []  # then Entra itself will say so
        return self._grants[client]


def _refusal(client: str, there: Grant, told: pulumi.ResourceHookArgs) -> str:
    lacking = sorted(set((told.new_inputs or {}).get(SCOPES) or ()) - there.scopes)
    without = f", though without {' and '.join(lacking)}" if lacking else ""
    return (
        f"is there already{without}, and this stack did not give it, or was killed before it could note that.\n"
        "  → Leave it out of the stack, or take it back in Entra (Enterprise applications, Permissions), or let the stack "
        "take it over: leave it out, run pulumi up, put it in again, and run\n"
        f"    {_import(client, there, told)}"
    )


def _import(client: str, there: Grant, told: pulumi.ResourceHookArgs) -> str:
    stack, project, types, _ = told.urn.split("::")
    parent = "::".join([stack, project, types.rpartition("$")[0], client])
    # Types stand in URNs with dollar signs between them, and shells have other plans with those.
    return f"pulumi import {told.type} '{told.name}' {PREFIX}{there.id} --parent 'parent={parent}' {PLAINLY}"
