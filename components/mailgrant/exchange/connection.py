"""From a stack's settings to its sessions: who signs in, where, over which carrier."""

import os
from collections.abc import Callable
from typing import Any

from mailgrant import config
from mailgrant.errors import ConfigurationError, ConfigurationFault
from mailgrant.exchange.carriers.pwsh import PwshCarrier
from mailgrant.exchange.pool import SessionPool, shared_pool
from mailgrant.exchange.session import Session
from mailgrant.identity import TokenSource, find_identity


def connect(configured: Callable[[str], Any]) -> Session:
    """The sessions of this stack, shared by all its resources; nothing is opened before there is work.

    Args:
        configured: gives the value of a key of the stack's configuration, such as ``mailgrant:organization``.

    Raises:
        ConfigurationError: ``mailgrant:exchange`` is wrong.
        SetupError: no identity to sign in with, or no cloud.
    """
    settings = config.parse_exchange(configured("mailgrant:exchange"))
    cloud = config.cloud(configured("mailgrant:cloud") or "global")
    identity = find_identity(configured, os.environ)
    organization = configured("mailgrant:organization")
    if not organization:
        raise ConfigurationError([ConfigurationFault("mailgrant:organization", "is missing")])
    tokens = TokenSource(identity, f"{cloud.authority}/{identity.tenant_id}")

    def carrier() -> PwshCarrier:
        token = tokens.token(cloud.scope)
        return PwshCarrier(token, organization, cloud.exchange_environment, settings.timeout)

    key = (
        identity.tenant_id,
        identity.client_id,
        identity.source,
        organization,
        cloud.authority,
        settings.carrier,
    )
    return shared_pool(key, lambda: SessionPool(carrier, settings.sessions))
