"""The mail servers' front door: sockets and a certificate in, listening servers out."""

import asyncio
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from OpenSSL import SSL
from twisted.internet.protocol import ServerFactory
from twisted.internet.ssl import ContextFactory
from twisted.protocols.tls import TLSMemoryBIOFactory

from offline_tenant.mail.connections import Connections
from offline_tenant.mail.imap.protocol import ImapConnection
from offline_tenant.mail.pop.protocol import PopConnection
from offline_tenant.mail.smtp.protocol import SmtpConnection
from offline_tenant.state.tenant import Installation
from offline_tenant.web.ledger import Ledger

# The protocols with TLS from the first byte, by the name of their socket.
IMPLICIT_TLS: Final[Mapping[str, Callable[[Connections], Any]]] = {
    "imap": ImapConnection,
    "pop": PopConnection,
}
STARTTLS: Final = "smtp"


@dataclass(frozen=True)
class Listening:
    """Servers that run.

    Args:
        services: the open connections of each service.
        ports: what Twisted listens on.
    """

    services: Mapping[str, Connections]
    ports: list[Any]

    async def stop(self) -> None:
        """Take no more connections and drop those that are open; returns when all are gone."""
        loop = asyncio.get_running_loop()
        for port in self.ports:
            await port.stopListening().asFuture(loop)
        for connections in self.services.values():
            await connections.drop_all().asFuture(loop)


def listen(
    reactor: Any,
    installation: Installation,
    ledger: Ledger,
    pem: Path,
    sockets: Mapping[str, socket.socket],
) -> Listening:
    """Serve mail on sockets that listen already, until ``await stop()``.

    Args:
        reactor: Twisted's; an asyncio reactor that runs on the loop which awaits ``stop``.
        installation: whose tenants have the mailboxes.
        ledger: counts logins (``logins``: ``imap ok``, ``imap not connected``, ``imap failed``), logs each
            command (area ``imap``), and has the faults and latencies (``imap <COMMAND>``); pop and smtp likewise.
        pem: the server's private key and certificate chain.
        sockets: by service; ``imap``, ``pop`` and ``smtp`` are served, other names are left alone. They are
            taken over: the caller need not close them.

    Raises:
        OpenSSL.SSL.Error: the file holds no key or no certificate.
    """
    context = _Certificate(pem)
    services: dict[str, Connections] = {}
    ports = []
    for service in [*IMPLICIT_TLS, STARTTLS]:
        if service not in sockets:
            continue
        connections = services[service] = Connections(reactor, installation, ledger)
        with sockets[service] as listener:  # the reactor works on a copy of the descriptor
            factory = _factory(service, connections, context)
            ports.append(reactor.adoptStreamPort(listener.fileno(), listener.family, factory))
    return Listening(services, ports)


def _factory(service: str, connections: Connections, context: "_Certificate") -> Any:
    if service == STARTTLS:
        return _Factory(lambda: SmtpConnection(connections, _encryption(connections, context)))
    protocol = IMPLICIT_TLS[service]
    return _secured(_Factory(lambda: protocol(connections)), connections, context)


def _secured(
    factory: ServerFactory, connections: Connections, context: "_Certificate"
) -> TLSMemoryBIOFactory:
    return TLSMemoryBIOFactory(
        context,  # type: ignore[arg-type]
        isClient=False,
        wrappedFactory=factory,  # type: ignore[arg-type]
        clock=connections.reactor,
    )


def _encryption(connections: Connections, context: "_Certificate") -> Callable[[Any], None]:
    """What puts TLS between a connection and its transport.

    Not the transport's own ``startTLS``: that one flushes by the global reactor, which need not be ours.
    """

    def encrypt(connection: Any) -> None:
        factory, transport = _secured(ServerFactory(), connections, context), connection.transport
        secure = factory.protocol(factory, connection, False)  # noqa: FBT003 - Twisted's own signature
        connection.transport = transport.protocol = secure
        secure.makeConnection(transport)  # type: ignore[no-untyped-call]

    return encrypt


class _Factory(ServerFactory):
    noisy = False

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def buildProtocol(self, addr: Any) -> Any:  # noqa: ARG002, N802 - Twisted's names
        return self._make()


class _Certificate(ContextFactory):
    """TLS with the key and the chain of one file.

    Not Twisted's ``CertificateOptions``: it hands OpenSSL objects whose use pyOpenSSL warns of.
    """

    def __init__(self, pem: Path) -> None:
        self._context = SSL.Context(SSL.TLS_SERVER_METHOD)
        self._context.set_min_proto_version(SSL.TLS1_2_VERSION)
        self._context.use_certificate_chain_file(str(pem))
        self._context.use_privatekey_file(str(pem))

    def getContext(self) -> SSL.Context:  # noqa: N802 - Twisted's names
        return self._context
