"""The plan: what a stack wants, as frozen values that know no configuration keys, no Pulumi and no Exchange."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailgrant.facts import Cloud


@dataclass(frozen=True)
class SecretCredential:
    """A client secret of one consumer.

    Args:
        lifetime: how long one secret is valid.
        rotate: how often the next one is made; at most half the lifetime.
    """

    lifetime: timedelta
    rotate: timedelta


@dataclass(frozen=True)
class DaemonPlan:
    """A program that reads mail with nobody signed in.

    Args:
        protocols: names in ``facts.PROTOCOLS``.
        mailboxes: rights by primary SMTP address, such as ``{"a@contoso.com": "full-access"}``.
        credentials: by the name of the consumer.
    """

    protocols: tuple[str, ...]
    mailboxes: Mapping[str, str]
    credentials: Mapping[str, SecretCredential]


@dataclass(frozen=True)
class Plan:
    """All that one stack declares.

    Args:
        organization: the tenant's ``….onmicrosoft.com`` domain.
        cloud: which of Microsoft's clouds.
        clients: by name.
        now: the moment that credentials are computed for, aware.
    """

    organization: str
    cloud: Cloud
    clients: Mapping[str, DaemonPlan]
    now: datetime
