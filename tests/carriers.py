"""The three ways to Exchange, as tests open them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mailgrant.exchange.carriers.pwsh import PwshCarrier
from mailgrant.exchange.carriers.rest import RestCarrier
from mailgrant.exchange.carriers.target import JumpHost, Target
from mailgrant.exchange.carriers.wsman import WsmanCarrier
from mailgrant.exchange.session import Carrier
from mailgrant.identities.identity import Identity, TokenSource
from offline_tenant import seed
from tests.worlds import OfflineTenant

CARRIERS: dict[str, Callable[[Target], Carrier]] = {
    "pwsh": PwshCarrier,
    "wsman": WsmanCarrier,
    "rest": RestCarrier,
}


def token(tenant: OfflineTenant) -> str:
    """An access token of the automation."""
    authority = f"https://localhost:{tenant.ports['https']}/{seed.TENANT_ID}"
    identity = Identity(seed.TENANT_ID, seed.AUTOMATION_CLIENT_ID, seed.AUTOMATION_SECRET)
    return TokenSource(identity, authority).token("https://outlook.office365.com/.default")


def target(tenant: OfflineTenant, of: str | None = None, **changes: object) -> Target:
    """The tenant as carriers know it."""
    jump = JumpHost("localhost", tenant.ports["wsman"], "basic", seed.JUMP_HOST_USER, seed.JUMP_HOST_PASSWORD)
    known: dict[str, object] = {
        "organization": seed.ORGANIZATION,
        "token": token(tenant) if of is None else of,
        "timeout": 30.0,
        "address": f"https://localhost:{tenant.ports['https']}",
        "jump_host": jump,
    }
    return Target(**(known | changes))  # type: ignore[arg-type]


@contextmanager
def opened(name: str, tenant: OfflineTenant) -> Iterator[Carrier]:
    """A connected carrier."""
    carrier = CARRIERS[name](target(tenant))
    yield carrier
    carrier.close()
