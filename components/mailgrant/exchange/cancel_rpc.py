"""Hear it when the engine wants the run to end (Ctrl-C, SIGTERM): Pulumi does not tell dynamic providers.

At the first signal the engine calls ``Cancel`` of every provider process, begins no more steps, and waits for those
that run. Pulumi's host of dynamic providers (``pulumi/dynamic/__main__.py``) answers that call with nothing. It also
serves every call from four threads, and four resources at work keep all of them busy: what is done in its method
``Cancel`` would be done when there is nothing left to cancel.

grpc lets a method bring the threads that serve it (``experimental_thread_pool``, which it looks for at every call).
So ``Cancel`` gets a thread of its own, and the call is heard when it is handed to that. The signal itself does not
come: the engine starts its plugins in process groups of their own.
"""

import sys
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from mailgrant.exchange.cancellation import CANCELLATION, Cancellation

SERVICER: Final = "DynamicResourceProviderServicer"


class _Ear(ThreadPoolExecutor):
    """The thread that serves ``Cancel``."""

    def __init__(self, cancellation: Cancellation) -> None:
        super().__init__(max_workers=1, thread_name_prefix="cancel")
        self._cancellation = cancellation

    def submit(self, *args: Any, **kwargs: Any) -> "Future[Any]":
        super().submit(self._cancellation.ask)
        return super().submit(*args, **kwargs)


def listen(cancellation: Cancellation = CANCELLATION, program: str = "__main__") -> bool:
    """Ask for the cancellation when the engine does; gives whether this process is one that the engine can ask.

    Args:
        cancellation: what to ask.
        program: the module that serves the engine.
    """
    serve = getattr(getattr(sys.modules.get(program), SERVICER, None), "Cancel", None)
    if serve is None:
        return False
    if not hasattr(serve, "experimental_thread_pool"):
        serve.experimental_thread_pool = _Ear(cancellation)
    return True
