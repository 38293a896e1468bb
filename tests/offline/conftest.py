"""What every test of the offline tenant starts from: an empty tenant in memory, and a client over its HTTP side."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx
import pytest
import trustme

from offline_tenant.entra import keys
from offline_tenant.entra.keys import signing_key
from offline_tenant.state.store import Store
from offline_tenant.state.tenant import Installation, Tenant
from offline_tenant.web import app
from offline_tenant.web.call import Answer, Area, Route
from offline_tenant.web.ledger import Ledger
from tests.offline import mail_helper

TENANT_ID = "0ff11ce0-7e4a-4b1d-9c3e-c0a750000001"
DOMAINS = ["contoso.onmicrosoft.com", "contoso.com"]
UNKNOWN = Area(
    "unknown", lambda status, code, message: Answer(status, {"error": {"code": code, "message": message}})
)


@pytest.fixture(scope="session")
def signing_key_document() -> dict[str, Any]:
    """A signing key for all tests, because to make one takes a tenth of a second."""
    store = Store(":memory:")
    signing_key(store)
    [document] = store.collection("", "signingKeys").all()
    store.close()
    return document


@pytest.fixture
def installation(signing_key_document: dict[str, Any]) -> Iterator[Installation]:
    installation = Installation(":memory:")
    installation.store.collection("", "signingKeys").insert(keys.ID, signing_key_document)
    installation.add_tenant(TENANT_ID, DOMAINS)
    yield installation
    installation.store.close()


@pytest.fixture
def tenant(installation: Installation) -> Tenant:
    return installation.tenants()[0]


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


class InProcess(httpx.BaseTransport):
    """Carries the requests of a synchronous client straight into an ASGI application."""

    def __init__(self, application: Callable[..., object]) -> None:
        self._inner = httpx.ASGITransport(application)  # type: ignore[arg-type]  # httpx has no name for Starlette

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        body = b"".join([chunk async for chunk in response.stream])  # type: ignore[union-attr]  # it is the async kind
        return httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(body))


@pytest.fixture
def client_of(
    installation: Installation, ledger: Ledger
) -> Iterator[Callable[[Iterable[Route]], httpx.Client]]:
    """Makes a client that talks to these routes only."""
    clients: list[httpx.Client] = []

    def client_of(routes: Iterable[Route]) -> httpx.Client:
        application = app.build(installation, ledger, routes, UNKNOWN)
        clients.append(httpx.Client(transport=InProcess(application), base_url="https://localhost"))
        return clients[-1]

    yield client_of
    for client in clients:
        client.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> mail_helper.Certificate:
    """What servers on loopback show, and the authority behind it."""
    folder, authority = tmp_path_factory.mktemp("certificates"), trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    leaf = authority.issue_cert(mail_helper.HOST, "localhost")
    leaf.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    return mail_helper.Certificate(folder / "server.pem", folder / "ca.pem")


@pytest.fixture(scope="session")
def reactor_thread() -> Iterator[mail_helper.ReactorThread]:
    thread = mail_helper.ReactorThread()
    yield thread
    thread.close()


@pytest.fixture
def mail(
    reactor_thread: mail_helper.ReactorThread,
    certificate: mail_helper.Certificate,
    installation: Installation,
    ledger: Ledger,
) -> Iterator[mail_helper.MailServer]:
    """Mail servers over Contoso's mailboxes; one daemon client may open invoices@."""
    mailbox = mail_helper.fill(installation.tenants()[0])
    listening, ports = mail_helper.start(reactor_thread, certificate, installation, ledger)
    yield mail_helper.MailServer(
        reactor_thread, certificate, installation.tenants()[0], ledger, mailbox, ports
    )
    reactor_thread.stop(listening)
