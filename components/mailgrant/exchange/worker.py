"""One session, kept connected: a carrier, and another one when it is lost or its connection is about to end."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import Final

from mailgrant.errors import (
    CancelledError,
    CmdletError,
    HostLostError,
    MailgrantError,
    SessionEndedError,
    ThrottledError,
)
from mailgrant.exchange.cmdlets.call import Call, Reply
from mailgrant.exchange.session import Carrier
from mailgrant.exchange.throttle import LONGEST, Throttle

# A call is tried again on a new host if its host is lost: every cmdlet that mailgrant sends may be sent twice.
TRIES: Final = 3
MARGIN: Final = 5 * 60.0  # seconds before its end that a connection is replaced

logger = logging.getLogger(__name__)


class Job:
    """A call that somebody waits for."""

    def __init__(self, call: Call) -> None:
        self.call, self.future = call, Future[Reply]()
        self.refused_since: float | None = None
        self.answer_lost = False
        self._begun = False

    def begin(self) -> bool:
        """Whether somebody still waits for it; from now on it cannot be cancelled."""
        self._begun = self._begun or self.future.set_running_or_notify_cancel()
        return self._begun

    def settle(self, outcome: Reply | Exception) -> None:
        """Hand over the reply, or the error; what Exchange said itself is how it is, whatever was lost before."""
        if isinstance(outcome, Reply):
            self.future.set_result(outcome)
            return
        if isinstance(outcome, MailgrantError) and not isinstance(outcome, CmdletError):
            outcome.answer_lost |= self.answer_lost
        self.future.set_exception(outcome)


class NoSessionError(Exception):
    """A session could not be opened."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(reason)
        self.reason = reason


class Worker:
    """Runs jobs on its carrier.

    Args:
        connect: makes a connected carrier.
        throttle: the gate that all workers share.
        closing: set when no call is to be begun, or tried again.
        renew: called when Exchange refuses the token of a session, before the next one is opened.
    """

    def __init__(
        self,
        connect: Callable[[], Carrier],
        throttle: Throttle,
        closing: threading.Event,
        renew: Callable[[], object],
    ) -> None:
        self._connect, self._throttle, self._closing, self._renew = connect, throttle, closing, renew
        self._carrier: Carrier | None = None

    def serve(self, jobs: Sequence[Job]) -> None:
        """Settle each of the jobs, if need be on a new host.

        Raises:
            NoSessionError: there is no session; those that are not settled yet can be served by others.
        """
        for remaining in reversed(range(TRIES)):
            try:
                self._run(unsettled(jobs), self._connected(last=not remaining))
            except (HostLostError, SessionEndedError) as error:
                self.close()
                if not remaining or self._closing.is_set():
                    _fail(jobs, error)
                    return
                logger.warning("%s; opening another session", error.message)
                if isinstance(error, SessionEndedError):
                    self._renew()
            except NoSessionError:
                raise
            except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for these calls
                # Whatever it was, nobody knows what this carrier would say next.
                self.close()
                _fail(jobs, error)
                return
            else:
                return

    def close(self) -> None:
        """End the session; the next job opens another."""
        carrier, self._carrier = self._carrier, None
        try:
            if carrier is not None:
                carrier.close()
        except Exception as error:  # noqa: BLE001 - nothing is left to be done with it, and others still wait
            logger.warning("an Exchange session did not end cleanly: %s", type(error).__name__)

    def _connected(self, *, last: bool) -> Carrier:
        self._may_begin()
        if self._carrier and self._carrier.ends_at and self._carrier.ends_at - time.time() < MARGIN:
            self.close()
        if self._carrier is None:
            self._carrier = self._opened(last=last)
        return self._carrier

    def _opened(self, *, last: bool) -> Carrier:
        try:
            return self._connect()
        except HostLostError as error:
            if last or self._closing.is_set():
                raise NoSessionError(error) from None
            raise
        except CancelledError:
            raise CancelledError(begun=False) from None
        except Exception as error:  # noqa: BLE001 - it is handed to all who wait
            raise NoSessionError(error) from None

    def _run(self, jobs: list[Job], carrier: Carrier) -> None:
        while jobs:
            with self._throttle.turn():
                self._may_begin()
                outcomes = _outcomes(carrier, jobs)
            jobs = [
                job for job, outcome in zip(jobs, outcomes, strict=True) if not self._settled(job, outcome)
            ]

    def _may_begin(self) -> None:
        if self._closing.is_set():
            raise CancelledError(begun=False)

    def _settled(self, job: Job, outcome: Reply | CmdletError) -> bool:
        if isinstance(outcome, SessionEndedError):
            raise outcome
        if isinstance(outcome, ThrottledError):
            self._throttle.refused(outcome.retry_after)
            now = self._throttle.now()
            job.refused_since = now if job.refused_since is None else job.refused_since
            if now - job.refused_since < LONGEST and not self._closing.is_set():
                return False
        else:
            self._throttle.accepted()
        job.settle(outcome)
        return True


def _outcomes(carrier: Carrier, jobs: list[Job]) -> list[Reply | CmdletError]:
    try:
        return carrier.run_many([job.call for job in jobs])
    except HostLostError:
        for job in jobs:
            job.answer_lost = True
        raise


def unsettled(jobs: Iterable[Job]) -> list[Job]:
    """Those that still have no outcome."""
    return [job for job in jobs if not job.future.done()]


def _fail(jobs: Iterable[Job], error: Exception) -> None:
    for job in unsettled(jobs):
        job.settle(error)
