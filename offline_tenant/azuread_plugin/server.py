"""The plugin's gRPC server: what Pulumi's experimental one leaves out or answers differently from a real plugin.

- Errors become gRPC statuses with the text that the engine prints, and nothing on stderr.
- A read of what is gone says so in the only way that an import understands.
- A resource that was made but not finished is reported as such, so that the engine keeps it.
- Calls of newer engines that a plugin may leave unanswered are refused without noise.
- A plugin whose engine was killed ends.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any, Final

import grpc  # type: ignore[import-untyped]
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from offline_tenant.azuread_plugin.errors import InitFailedError, PluginError
from offline_tenant.azuread_plugin.provider import AzureadProvider
from offline_tenant.azuread_plugin.values import property_map

DETAILS: Final = "grpc-status-details-bin"
ANSWERED: Final = (
    *("GetSchema", "CheckConfig", "DiffConfig", "Configure", "Invoke"),
    *("Check", "Diff", "Create", "Read", "Update", "Delete"),
)
UNANSWERED: Final = (
    *("Handshake", "Attach", "Parameterize", "GetMapping", "GetMappings", "Construct", "Call"),
)
WATCH: Final = 1.0  # seconds between looks for the engine
Method = Callable[[Any, Any, Any], Awaitable[Any]]


class Servicer(ProviderServicer):
    """The gRPC service of the stand-in; its methods are put in below."""


def _answering(inherited: Method) -> Method:
    async def method(self: Servicer, request: Any, context: Any) -> Any:
        try:
            return _without_emptiness(await inherited(self, request, context))
        except InitFailedError as error:
            details = ((DETAILS, _init_failed(error)),)
            await context.abort(grpc.StatusCode.UNKNOWN, str(error), details)
        except PluginError as error:
            await context.abort(grpc.StatusCode.UNKNOWN, str(error))

    return method


def _without_emptiness(answer: Any) -> Any:
    # A read without id must come without properties too: empty ones make an import of nothing succeed.
    if isinstance(answer, provider_pb2.ReadResponse) and not answer.id:
        return provider_pb2.ReadResponse()
    return answer


def _refusing(name: str) -> Method:
    async def method(_self: Servicer, _request: Any, context: Any) -> Any:
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the azuread stand-in does not implement {name}")

    return method


for _name in ANSWERED:
    setattr(Servicer, _name, _answering(getattr(ProviderServicer, _name)))
for _name in UNANSWERED:
    setattr(Servicer, _name, _refusing(_name))


def _init_failed(error: InitFailedError) -> bytes:
    known = {name: value for name, value in error.properties.items() if value is not None}
    properties = PropertyValue.marshal_map(property_map(known, error.secrets))
    detail = provider_pb2.ErrorResourceInitFailed(
        id=error.resource_id, properties=properties, reasons=[error.reason]
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
    status.details.add().Pack(detail)
    return bytes(status.SerializeToString())


async def serve(provider: AzureadProvider, version: str, arguments: list[str]) -> None:
    """Serve one engine until it is gone; the first line of stdout is the port and there is no second.

    Args:
        provider: answers.
        version: that the plugin claims.
        arguments: of the command; the first that is no option is the engine's address.
    """
    # Whoever reads the port may be gone the moment after.
    parent = os.getppid()
    engine = next((argument for argument in arguments if not argument.startswith("-")), "")
    server = grpc.aio.server(options=_GRPC_CHANNEL_OPTIONS)
    servicer = Servicer(arguments, version, provider, engine)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while os.getppid() == parent:  # noqa: ASYNC110 - no event tells that a parent is gone
        await asyncio.sleep(WATCH)
    await server.stop(0)
