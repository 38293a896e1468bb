"""From a stack's settings to its sessions: who signs in, where, over which carrier."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from mailgrant.configuration import clouds
from mailgrant.configuration.loading import extended
from mailgrant.configuration.parsing import parse_exchange
from mailgrant.errors import ConfigurationError, ConfigurationFault, SetupError
from mailgrant.exchange.cancellation import CANCELLATION
from mailgrant.exchange.carriers.target import JumpHost, Target
from mailgrant.exchange.pool import SessionPool, shared_pool
from mailgrant.exchange.session import Carrier, Session
from mailgrant.facts import Cloud
from mailgrant.identities.identity import TokenSource, find_identity
from mailgrant.schema.stack import ExchangeSchema

# Where a jump host is found that the stack does not name, and who signs in there: passwords have no place in a stack.
HOST, PORT = "MAILGRANT_WSMAN_HOST", "MAILGRANT_WSMAN_PORT"
USERNAME, PASSWORD = "MAILGRANT_WSMAN_USERNAME", "MAILGRANT_WSMAN_PASSWORD"
WINRM_TLS: Final = 5986


@dataclass(frozen=True)
class Kind:
    """A kind of carrier.

    Args:
        module: where its class is; imported when it is needed, because each brings libraries of its own.
        name: of the class.
        batch: calls that it takes at once.
    """

    module: str
    name: str
    batch: int = 1

    def carrier(self) -> Callable[[Target], Carrier]:
        """Its class.

        Raises:
            SetupError: its libraries are not installed.
        """
        try:
            found: Callable[[Target], Carrier] = getattr(import_module(self.module), self.name)
        except ModuleNotFoundError as error:
            extra = self.module.rpartition(".")[2]
            raise SetupError(
                f"the carrier {extra} needs {error.name}, which is not installed",
                f"pip install 'mailgrant[{extra}]'",
            ) from None
        return found


CARRIERS: Final[Mapping[str, Kind]] = {
    "pwsh": Kind("mailgrant.exchange.carriers.pwsh", "PwshCarrier"),
    "wsman": Kind("mailgrant.exchange.carriers.wsman", "WsmanCarrier"),
    "rest": Kind("mailgrant.exchange.carriers.rest", "RestCarrier", batch=10),
}


def connect(configured: Callable[[str], Any]) -> Session:
    """The sessions of this stack, shared by all its resources; nothing is opened before there is work.

    Args:
        configured: gives the value of a key of the stack's configuration, such as ``mailgrant:organization``.

    Raises:
        ConfigurationError: ``mailgrant:exchange`` is wrong, or the file that the stack extends.
        SetupError: no identity to sign in with, no cloud, or no jump host.
    """
    configured = extended(configured)
    settings = parse_exchange(configured("mailgrant:exchange"))
    name = clouds.cloud_name(configured("mailgrant:cloud"), clouds.environment(configured))
    cloud = clouds.cloud(name)
    identity = find_identity(configured, os.environ)
    organization = configured("mailgrant:organization")
    if not organization:
        raise ConfigurationError([ConfigurationFault("mailgrant:organization", "is missing")])
    kind = CARRIERS[settings.carrier]
    make, tokens = kind.carrier(), TokenSource(identity, f"{cloud.authority}/{identity.tenant_id}")
    target = _target(organization, cloud, settings)

    def carrier() -> Carrier:
        return make(target(tokens))

    way = (settings.carrier, settings.host, settings.port)
    key = (identity.tenant_id, identity.client_id, identity.source, organization, cloud.authority, *way)
    return shared_pool(
        key,
        lambda: SessionPool(
            carrier,
            settings.sessions,
            kind.batch,
            renew=lambda: tokens.access(cloud.scope, force=True),
        ),
    )


def _target(organization: str, cloud: Cloud, settings: ExchangeSchema) -> Callable[[TokenSource], Target]:
    """Makes the target with a token that is good now."""
    jump_host = _jump_host(settings, os.environ) if settings.carrier == "wsman" else None

    def target(tokens: TokenSource) -> Target:
        access = tokens.access(cloud.scope)
        return Target(
            organization=organization,
            token=access.value,
            ends_at=access.expires_at.timestamp(),
            timeout=settings.timeout,
            environment=cloud.exchange_environment,
            address=cloud.exchange,
            jump_host=jump_host,
            cancellation=CANCELLATION,
        )

    return target


def _jump_host(settings: ExchangeSchema, environment: Mapping[str, str]) -> JumpHost:
    host = settings.host or environment.get(HOST)
    if not host:
        raise SetupError(
            "the carrier wsman needs a jump host, and none is named",
            f"Set mailgrant:exchange.host, or the variable {HOST}.",
        )
    port = settings.port or int(environment.get(PORT) or WINRM_TLS)
    who = (environment.get(USERNAME, ""), environment.get(PASSWORD, ""))
    return JumpHost(host, port, settings.auth or environment.get("MAILGRANT_WSMAN_AUTH", "negotiate"), *who)
