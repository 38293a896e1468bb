"""An update that left something out fails, and loses nothing by it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

import pulumi
from pulumi.runtime.settings import _get_rpc_manager

from mailgrant.exchange import mailbox_access, settings
from mailgrant.exchange.resources import (
    AuthenticationPolicy,
    MailboxAccess,
    MailboxProtocols,
    TransportSettings,
)
from mailgrant.exchange.settings_provider import KINDS

Failed = pulumi.Output[Mapping[str, str]]
Remedies = pulumi.Output[Sequence[str] | None]
Sentence = Callable[[Mapping[str, str], str], str]


def _access(failed: Mapping[str, str], name: str) -> str:
    return mailbox_access.failures(failed, f"was not granted to {name}")


def _settings(kind: str) -> Sentence:
    return lambda failed, name: settings.failures(KINDS[kind], failed, f"were not set for {name}")


# What a resource's failures are called; what is no resource is access.
SENTENCES: Final[Mapping[type, Sentence]] = {
    MailboxAccess: _access,
    MailboxProtocols: _settings("MailboxProtocols"),
    TransportSettings: _settings("TransportSettings"),
    AuthenticationPolicy: _settings("AuthenticationPolicy"),
}


class Incomplete(Protocol):
    """What may have left something out: a resource, or a client."""

    failed: Failed
    remedies: Remedies


def require(failed: Mapping[str, Failed | Incomplete]) -> None:
    """Fail the update, with each name, mailbox, reason and remedy, if any access or any setting is missing.

    Failing here and not in the provider keeps what was granted in the state: the next ``pulumi up`` tries exactly
    what is missing. Failing last lets everything else end first, other clients and the stack's outputs included.

    Args:
        failed: resources or clients by name; or the reasons by mailbox that a ``MailboxAccess`` puts out, which lack
            the remedies.
    """
    if not failed:
        return
    sentences = {name: SENTENCES.get(type(one), _access) for name, one in failed.items()}

    async def check(told: Mapping[str, tuple[Mapping[str, str] | None, Sequence[str] | None]]) -> None:
        missing = {name: of for name, of in told.items() if of[0]}
        for name, (reasons, remedies) in missing.items():
            sentence = sentences[name](reasons or {}, name)
            pulumi.log.error("\n".join([sentence, *(f"  → {remedy}" for remedy in remedies or ())]))
        if missing:
            await _everything_else()
            raise pulumi.RunError("Mend the cause and run pulumi up again: it tries exactly what is missing.")

    outputs: Any = pulumi.Output.all(**{name: _told(one) for name, one in failed.items()})
    outputs.apply(check)


def _told(one: Failed | Incomplete) -> pulumi.Output[Any]:
    """The reasons by mailbox, and what to do about them."""
    if isinstance(one, pulumi.Output):
        return pulumi.Output.all(one, None)
    return pulumi.Output.all(one.failed, one.remedies)


async def _everything_else() -> None:
    """Wait for all registrations under way, the stack's outputs among them.

    Pulumi has no public way to say this. The list must only be looked at: Pulumi's own loop takes from it.
    """
    registrations: Any = _get_rpc_manager().rpcs
    while pending := [registration for registration in registrations if not registration.done()]:
        await asyncio.wait(pending)
