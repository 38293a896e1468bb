"""``python -m offline_tenant.azuread_plugin``: what a ``pulumi-resource-azuread`` executable runs."""

import asyncio
import contextlib
import os
import sys
from importlib.metadata import version

from offline_tenant.azuread_plugin.pace import VARIABLE, Pace
from offline_tenant.azuread_plugin.provider import AzureadProvider
from offline_tenant.azuread_plugin.server import serve


def main() -> None:
    """Serve the engine that started this process."""
    # The engine asks for the plugin of the same version as the SDK that the program uses.
    claimed = version("pulumi-azuread")
    provider = AzureadProvider(os.environ, Pace(real=os.environ.get(VARIABLE) == "real"), claimed)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(provider, claimed, sys.argv[1:]))
    provider.close()
    # Threads that still wait for the tenant must not hold the process.
    os._exit(0)


if __name__ == "__main__":
    main()
