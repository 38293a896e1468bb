"""Microsoft's clouds: what the same resources are called in each, and who signs there.

https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
https://learn.microsoft.com/graph/deployments
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from offline_tenant.state.tenant import Tenant

EXCHANGE: Final = "00000002-0000-0ff1-ce00-000000000000"
GRAPH: Final = "00000003-0000-0000-c000-000000000000"


@dataclass(frozen=True)
class Cloud:
    """One of Microsoft's clouds.

    Args:
        authority: the host at which people sign in there; here everything is localhost.
        issuer: the start of ``iss`` in version 1.0 tokens.
        names: service principal names by application id, for ``scope`` and ``aud``.
        region: ``tenant_region_scope`` of the discovery document.
        sub_region: ``tenant_region_sub_scope``, where there is one.
    """

    authority: str
    issuer: str
    names: Mapping[str, tuple[str, ...]]
    region: str
    sub_region: str | None = None


def _names(graph: str, *exchange: str) -> dict[str, tuple[str, ...]]:
    return {GRAPH: (graph,), EXCHANGE: exchange}


CLOUDS: Final[Mapping[str, Cloud]] = {
    "global": Cloud(
        "login.microsoftonline.com",
        "https://sts.windows.net",
        _names(
            "https://graph.microsoft.com",
            "https://outlook.office365.com",
            "https://outlook.office.com",
            "https://ps.outlook.com",
        ),
        "EU",
    ),
    "usgov-high": Cloud(
        "login.microsoftonline.us",
        "https://sts.windows.net",
        _names("https://graph.microsoft.us", "https://outlook.office365.us"),
        "USGov",
        "DODCON",
    ),
    "usgov-dod": Cloud(
        "login.microsoftonline.us",
        "https://sts.windows.net",
        _names(
            "https://dod-graph.microsoft.us",
            "https://outlook-dod.office365.us",
            "https://webmail.apps.mil",
        ),
        "USGov",
        "DOD",
    ),
    "china": Cloud(
        "login.partner.microsoftonline.cn",
        "https://sts.chinacloudapi.cn",
        _names("https://microsoftgraph.chinacloudapi.cn", "https://partner.outlook.cn"),
        "AS",
    ),
}


def of(tenant: Tenant) -> Cloud:
    """The cloud that a tenant lives in.

    Raises:
        KeyError: it was made for a cloud that stands not in ``CLOUDS``.
    """
    known = tenant.store.collection("", "tenants").get(tenant.id) or {}
    return CLOUDS[known.get("cloud", "global")]


def audiences(app_id: str) -> frozenset[str]:
    """What a resource is called in any cloud, its application id included.

    Tokens name only what their own tenant's cloud knows, because sign-in refuses the rest.
    """
    return frozenset({app_id, *(name for cloud in CLOUDS.values() for name in cloud.names[app_id])})
