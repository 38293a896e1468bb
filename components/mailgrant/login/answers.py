"""What mail servers say, and what it means: rows of a table for each protocol, and the errors made of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from mailgrant.errors import LoginError
from mailgrant.facts import Host


@dataclass(frozen=True)
class Answer:
    """One thing that a server says when it refuses.

    Args:
        mark: a part of its text, in small letters.
        verdict: a stable id of the cause.
        meaning: what it means.
        remedy: what to do.
    """

    mark: str
    verdict: str
    meaning: str
    remedy: str


THROTTLED = Answer(
    "throttled",
    "throttled",
    "Exchange asks this client to slow down",
    "Wait, and open fewer connections to one mailbox at once.",
)


def refused(said: str, answers: Iterable[Answer]) -> LoginError:
    """The error for what a server said; the first row that fits explains it."""
    for answer in answers:
        if answer.mark in said.lower():
            return LoginError(answer.verdict, f"{answer.meaning} (it said: {said})", answer.remedy)
    return LoginError("refused", f"the server refused (it said: {said})")


def unreachable(server: Host, expected: str, error: OSError) -> LoginError:
    """The error for a server that does not answer as it should.

    Args:
        server: which one.
        expected: what it should be, such as ``an IMAP server over TLS``.
        error: what happened.
    """
    return LoginError(
        "unreachable",
        f"{server.host}:{server.port} does not answer as {expected} does ({str(error) or type(error).__name__})",
        "Check the host, the port, the firewall, and that its certificate is trusted here.",
    )
