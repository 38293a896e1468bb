"""The provider's process ends with the engine that started it.

Pulumi's host for dynamic providers waits for ever for an engine that was killed, and with it would every PowerShell
process below it. They end when this process does, because their input ends.
"""

import os
import re
import socket
import threading
import time
from collections.abc import Sequence
from typing import Final

EVERY: Final = 1.0  # seconds
MISSES: Final = 3  # looks in a row at an engine that does not answer

_started = threading.Lock()


def follow(arguments: Sequence[str]) -> None:
    """Watch the engine from now on; a second call does nothing, nor does one in a process without an engine.

    Args:
        arguments: those that the engine gave this process; its own address is among them.
    """
    addresses = [
        match for argument in arguments if (match := re.fullmatch(r"(127\.0\.0\.1):(\d+)", argument))
    ]
    if addresses and _started.acquire(blocking=False):
        address = (addresses[0][1], int(addresses[0][2]))
        threading.Thread(target=_watch, args=(address,), daemon=True).start()


def _watch(engine: tuple[str, int]) -> None:
    misses = 0
    while misses < MISSES:
        time.sleep(EVERY)
        misses = 0 if _answers(engine) else misses + 1
    os._exit(1)  # the other threads wait for an engine that never comes back


def _answers(engine: tuple[str, int]) -> bool:
    try:
        socket.create_connection(engine, timeout=EVERY).close()
    except OSError:
        return False
    return True
