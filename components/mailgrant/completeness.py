"""An update that left something out fails, and loses nothing by it."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.runtime.settings import _get_rpc_manager

from mailgrant.exchange import mailbox_access


def require(failed: Mapping[str, pulumi.Output[Mapping[str, str]]]) -> None:
    """Fail the update, with each client, mailbox and reason, if any access is missing.

    Failing here and not in the provider keeps what was granted in the state: the next ``pulumi up`` tries exactly
    what is missing. Failing last lets everything else end first, other clients and the stack's outputs included.

    Args:
        failed: the reasons by mailbox, by client.
    """

    async def check(reasons: Mapping[str, Mapping[str, str] | None]) -> None:
        missing = {client: of for client, of in reasons.items() if of}
        for client, of in missing.items():
            pulumi.log.error(mailbox_access.failures(of, f"was not granted to {client}"))
        if missing:
            await _everything_else()
            raise pulumi.RunError("Mend the cause and run pulumi up again: it tries exactly what is missing.")

    outputs: Any = pulumi.Output.all(**failed)
    outputs.apply(check)


async def _everything_else() -> None:
    """Wait for all registrations under way, the stack's outputs among them.

    Pulumi has no public way to say this. The list must only be looked at: Pulumi's own loop takes from it.
    """
    registrations: Any = _get_rpc_manager().rpcs
    while pending := [registration for registration in registrations if not registration.done()]:
        await asyncio.wait(pending)
