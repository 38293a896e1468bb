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
from offline_tenant.state.tenant import Installation
from offline_tenant.web.ledger import Ledger

# The protocols with TLS from the first byte, by the name of their socket.
IMPLICIT_TLS: Final[Mapping[str, Callable[[Connections], Any]]] = {"imap": ImapConnection}


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
            command (area ``imap``), and has the faults and latencies (``imap <COMMAND>``).
        pem: the server's private key and certificate chain.
        sockets: by service; ``imap`` is served, other names are left alone. They are taken over: the caller
            need not close them.

    Raises:
        OpenSSL.SSL.Error: the file holds no key or no certificate.
    """
    context = _Certificate(pem)
    services: dict[str, Connections] = {}
    ports = []
    for service in IMPLICIT_TLS.keys() & sockets.keys():
        connections = services[service] = Connections(reactor, installation, ledger)
        factory = TLSMemoryBIOFactory(
            context,  # type: ignore[arg-type]
            isClient=False,
            wrappedFactory=_Factory(service, connections),  # type: ignore[arg-type]
            clock=reactor,
        )
        with sockets[service] as listener:  # the reactor works on a copy of the descriptor
            ports.append(reactor.adoptStreamPort(listener.fileno(), listener.family, factory))
    return Listening(services, ports)


class _Factory(ServerFactory):
    noisy = False

    def __init__(self, service: str, connections: Connections) -> None:
        self._protocol, self._connections = IMPLICIT_TLS[service], connections

    def buildProtocol(self, addr: Any) -> Any:  # noqa: ARG002, N802 - Twisted's names
        return self._protocol(self._connections)


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
