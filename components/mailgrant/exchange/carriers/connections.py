"""HTTP connections that another thread can break: ``requests`` waits for an answer as long as it takes."""

import contextlib
import socket
from typing import Any
from weakref import WeakSet

from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPSConnection


class Breakable(HTTPAdapter):
    """For ``Session.mount("https://", …)``; ``break_off`` ends what runs."""

    def __init__(self) -> None:
        self._made: WeakSet[HTTPSConnection] = WeakSet()
        super().__init__()

    def break_off(self) -> None:
        """Break all connections: whoever waits for an answer gets a ``requests.RequestException``."""
        for connection in list(self._made):
            if connection.sock is not None:
                with contextlib.suppress(OSError):
                    # Below TLS: what the other side says now, nobody hears.
                    socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As ``requests`` does, with connections that are remembered."""
        super().init_poolmanager(*args, **kwargs)
        self._remember(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> PoolManager:
        """Through a proxy, too."""
        return self._remember(super().proxy_manager_for(*args, **kwargs))

    def _remember(self, manager: PoolManager) -> PoolManager:
        made = self._made

        class Connection(HTTPSConnection):
            def connect(self) -> None:
                made.add(self)
                super().connect()

        class Pool(HTTPSConnectionPool):
            ConnectionCls = Connection

        manager.pool_classes_by_scheme = {**manager.pool_classes_by_scheme, "https": Pool}
        return manager
