"""The tenant's process: one event loop that serves HTTPS and mail on loopback until it is told to stop."""

import asyncio
import os
import signal
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

import uvicorn

from offline_tenant import certificates, seed
from offline_tenant.control import routes as control
from offline_tenant.entra import routes as entra
from offline_tenant.exchange import routes as exchange
from offline_tenant.home import SERVICES, Home
from offline_tenant.mail import server as mail
from offline_tenant.pwsh.site import Site
from offline_tenant.state.tenant import Installation
from offline_tenant.web import app
from offline_tenant.web.ledger import Ledger
from offline_tenant.wsman import app as wsman

LOOPBACK: Final = "127.0.0.1"
BACKLOG: Final = 512


class PortTakenError(Exception):
    """Another program listens on a port that this tenant should have."""


def bind(ports: dict[str, int]) -> dict[str, socket.socket]:
    """A listening socket for each service.

    Args:
        ports: the wanted port by service; 0 or none is any free one.

    Raises:
        PortTakenError: with the service and the port in its text; no socket stays open.
    """
    sockets: dict[str, socket.socket] = {}
    for service in SERVICES:
        try:
            sockets[service] = _listen(ports.get(service, 0))
        except OSError as error:
            for opened in sockets.values():
                opened.close()
            raise PortTakenError(
                f"port {ports[service]} ({service}) is taken by another program: free it, "
                f"or choose others: mailgrant offline start --new-ports"
            ) from error
    return sockets


def _listen(port: int) -> socket.socket:
    # Named as TCP, because asyncio switches Nagle's algorithm off only then: it costs 40 ms a request.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)  # noqa: FBT003 - the standard library's own signature
    return listener


class _Uvicorn(uvicorn.Server):
    """Uvicorn that leaves signals to us: it would raise them again and end before the mail servers do."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(home: Home, sockets: dict[str, socket.socket], ready: int | None = None) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        home: where the state is.
        sockets: one that listens, by service.
        ready: a file descriptor that gets ``ready`` and is closed when everything answers.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    reactor = _reactor(loop)
    installation, ledger = Installation(home.database), Ledger()
    if not installation.tenants():
        seed.seed(installation)
    reactor.callWhenRunning(
        lambda: loop.create_task(_main(reactor, installation, ledger, sockets, home, ready))
    )
    reactor.run(installSignalHandlers=False)
    installation.store.close()


def _reactor(loop: asyncio.AbstractEventLoop) -> Any:
    """Twisted's reactor on this loop; it must be chosen before anything imports it."""
    from twisted.internet import asyncioreactor  # noqa: PLC0415

    asyncioreactor.install(loop)  # type: ignore[no-untyped-call]
    from twisted.internet import reactor  # noqa: PLC0415

    return reactor


async def _main(
    reactor: Any,
    installation: Installation,
    ledger: Ledger,
    sockets: dict[str, socket.socket],
    home: Home,
    ready: int | None,
) -> None:
    web = _Uvicorn(_configuration(installation, ledger, home))
    host = _jump_host(installation, ledger, home, sockets["https"].getsockname()[1])
    jump_host = _Uvicorn(_served(host, home))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _exit_all, web, jump_host)
    listening = mail.listen(reactor, installation, ledger, home.server_certificate, sockets)
    if ready is not None:
        loop.call_soon(_announce, ready)
    try:
        await asyncio.gather(
            web.serve(sockets=[sockets["https"]]), jump_host.serve(sockets=[sockets["wsman"]])
        )
    finally:
        host.shells.close()
        await listening.stop()
        reactor.stop()


def _exit_all(*servers: uvicorn.Server) -> None:
    for server in servers:
        server.should_exit = True


def _jump_host(installation: Installation, ledger: Ledger, home: Home, port: int) -> wsman.Application:
    """The shells of the jump host reach the tenant as everybody does: over HTTPS, from threads of their own."""
    account = wsman.Account(seed.JUMP_HOST_USER, seed.JUMP_HOST_PASSWORD)

    @cache
    def site() -> Site:
        trust = ssl.create_default_context(cafile=str(home.certificates / "ca.pem"))
        return Site(f"https://localhost:{port}", trust)

    return wsman.Application(account, installation.clock, ledger, site)


def _announce(ready: int) -> None:
    os.write(ready, b"ready")
    os.close(ready)


def _end_with(home: Home) -> Callable[[], Awaitable[None]]:
    """What to ask now and then: a home that was deleted leaves nothing to serve, and nobody who could stop it."""
    mine = home.lock_identity()

    async def look() -> None:
        if home.lock_identity() != mine:
            signal.raise_signal(signal.SIGTERM)

    return look


def _configuration(installation: Installation, ledger: Ledger, home: Home) -> uvicorn.Config:
    routes = [*entra.ROUTES, *exchange.ROUTES, *control.ROUTES]
    configuration = _served(app.build(installation, ledger, routes, control.AREA), home)
    configuration.callback_notify = _end_with(home)
    configuration.timeout_notify = 1  # second
    return configuration


def _served(application: Any, home: Home) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        ssl_certfile=home.server_certificate,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_keep_alive=90,  # seconds; the real azuread plugin keeps idle connections that long
        timeout_graceful_shutdown=1,  # seconds; clients with idle connections must not hold up a stop
        server_header=False,
    )


def main() -> None:
    """Go to the background and serve: ``python -m offline_tenant.server HOME READY_FD PORT…``; for ``process``."""
    if os.fork():
        return  # nobody waits for what goes on
    home, ready = Home(Path(sys.argv[1])), int(sys.argv[2])
    ports = dict(zip(SERVICES, map(int, sys.argv[3:]), strict=True))
    try:
        with home.lock():
            certificates.ensure(home.certificates)
            sockets = bind(ports)
            chosen = {service: listener.getsockname()[1] for service, listener in sockets.items()}
            home.remember({"pid": os.getpid(), "ports": chosen})
            serve(home, sockets, ready)
    except PortTakenError as error:
        os.write(ready, str(error).encode())
        sys.exit(1)


if __name__ == "__main__":
    main()
