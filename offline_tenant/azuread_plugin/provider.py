"""The plugin as Pulumi's experimental provider class sees it: property values in, property values out."""

import asyncio
import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from pulumi.provider.experimental import provider as rpc

from offline_tenant.azuread_plugin import operations
from offline_tenant.azuread_plugin.differences import top_level
from offline_tenant.azuread_plugin.errors import PluginError
from offline_tenant.azuread_plugin.graph import Operation
from offline_tenant.azuread_plugin.pace import Pace
from offline_tenant.azuread_plugin.resources.resource import Resource, Target
from offline_tenant.azuread_plugin.schema import package_schema
from offline_tenant.azuread_plugin.settings import settings_from
from offline_tenant.azuread_plugin.signin import Session
from offline_tenant.azuread_plugin.table import FUNCTIONS, RESOURCES
from offline_tenant.azuread_plugin.values import Values, plain_map, property_map

PARALLEL: Final = 16  # operations at a time; the engine's own default is twice that for two cores
FUNCTION_SECONDS: Final = 300
NAMESPACE: Final = "azuread:config:"
T = TypeVar("T")


class AzureadProvider(rpc.Provider):
    """The azuread stand-in.

    Args:
        environment: of the process.
        pace: its clock and waits.
        version: that the plugin claims.
    """

    def __init__(self, environment: Mapping[str, str], pace: Pace, version: str) -> None:
        self._version = version
        self._environment, self._pace = environment, pace
        self._configuration: Values = {}
        self._opened: Session | None = None
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(PARALLEL, thread_name_prefix="azuread")

    async def configure(self, request: rpc.ConfigureRequest) -> rpc.ConfigureResponse:
        """Note the configuration; nothing is asked of the tenant yet."""
        named = {name.removeprefix(NAMESPACE): value for name, value in request.variables.items()}
        self._configuration = named | plain_map(request.args)
        self._opened = None
        return rpc.ConfigureResponse(supports_preview=True)

    async def get_schema(self, _request: rpc.GetSchemaRequest) -> rpc.GetSchemaResponse:
        """The package's schema, for the code that an import writes."""
        return rpc.GetSchemaResponse(json.dumps(package_schema(self._version)))

    async def check(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        """Complete and check the inputs of a resource."""
        inputs, wrong = operations.check(_resource(request.type), plain_map(request.new_inputs))
        failed = [rpc.CheckFailure(failure.name, failure.reason) for failure in wrong]
        return rpc.CheckResponse(property_map(inputs), failed)

    async def diff(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        """Compare a resource with new inputs."""
        resource, state = _resource(request.type), plain_map(request.old_state)
        found = operations.diff(resource, state, plain_map(request.new_inputs), request.ignore_changes)
        replacing = {top_level(path) for path, kind in found.items() if kind.name.endswith("_REPLACE")}
        return rpc.DiffResponse(
            changes=bool(found),
            replaces=sorted(replacing),
            diffs=sorted({top_level(path) for path in found}),
            detailed_diff={path: rpc.PropertyDiff(kind, input_diff=False) for path, kind in found.items()},
        )

    async def create(self, request: rpc.CreateRequest) -> rpc.CreateResponse:
        """Make a resource, or plan to."""
        resource, inputs = _resource(request.type), plain_map(request.properties)
        if request.preview:
            planned = operations.planned_create(resource, inputs)
            return rpc.CreateResponse("", property_map(planned, resource.secrets))
        made, state = await self._run(
            lambda: operations.create(resource, self._session(), request.urn, inputs, request.timeout)
        )
        return rpc.CreateResponse(made, property_map(state, resource.secrets))

    async def read(self, request: rpc.ReadRequest) -> rpc.ReadResponse:
        """Read a resource for a refresh or an import; no id in the answer means that it is gone."""
        resource = _resource(request.type)
        state, inputs = plain_map(request.properties), plain_map(request.inputs)
        found = await self._run(
            lambda: operations.read(resource, self._session(), request.resource_id, state, inputs)
        )
        if found is None:
            return rpc.ReadResponse("")
        properties = property_map(found[0], resource.secrets)
        return rpc.ReadResponse(request.resource_id, properties, property_map(found[1]))

    async def update(self, request: rpc.UpdateRequest) -> rpc.UpdateResponse:
        """Change a resource, or plan to."""
        resource = _resource(request.type)
        state, inputs = plain_map(request.olds), plain_map(request.news)
        if request.preview:
            planned = operations.planned_update(resource, state, inputs)
            return rpc.UpdateResponse(property_map(planned, resource.secrets))
        target = Target(request.resource_id, state, inputs)
        changed = await self._run(
            lambda: operations.update(resource, self._session(), target, request.timeout)
        )
        return rpc.UpdateResponse(property_map(changed, resource.secrets))

    async def delete(self, request: rpc.DeleteRequest) -> None:
        """Remove a resource."""
        resource, target = _resource(request.type), Target(request.resource_id, plain_map(request.properties))
        await self._run(lambda: operations.delete(resource, self._session(), target, request.timeout))

    async def invoke(self, request: rpc.InvokeRequest) -> rpc.InvokeResponse:
        """Call a function."""
        function = FUNCTIONS.get(request.tok)
        if function is None:
            raise PluginError(f"the azuread stand-in does not know the function {request.tok!r}")
        arguments = plain_map(request.args)
        if wrong := function.wrong(arguments):
            return rpc.InvokeResponse(failures=[rpc.CheckFailure(one.name, one.reason) for one in wrong])
        found = await self._run(
            lambda: function.invoke(Operation(self._session(), FUNCTION_SECONDS), arguments)
        )
        return rpc.InvokeResponse(property_map(found))

    async def cancel(self) -> None:
        """Stop every wait."""
        self._pace.stopped.set()

    def close(self) -> None:
        """Stop, and close the connections."""
        self._pace.stopped.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._opened is not None:
            self._opened.close()

    def _session(self) -> Session:
        with self._lock:
            if self._opened is None:
                self._opened = Session(settings_from(self._configuration, self._environment), self._pace)
            return self._opened

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _resource(qualified: str) -> Resource:
    """The resource of a type as a URN holds it: the types of its parents stand before it, each with a $."""
    token = qualified.rpartition("$")[2]
    if token not in RESOURCES:
        raise PluginError(f"the azuread stand-in does not know the resource type {token!r}")
    return RESOURCES[token]
