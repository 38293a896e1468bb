"""How much Exchange lets one mailbox do over IMAP and SMTP, with its texts.

What is open now belongs to the process; what was sent belongs to the tenant, and is saved and restored with it.
Times are the tenant's. https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from offline_tenant.mail.authentication import Decision
from offline_tenant.mail.limit_table import LIMITS, UNLIMITED, Value
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Installation, Tenant

SETTING: Final = "limits"
KIND: Final = "submissions"
COMMANDS_WINDOW: Final = timedelta(minutes=5)  # the longest back-off that was seen is just below it
MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)

Place = tuple[str, str, str]  # service, tenant, mailbox


@dataclass(frozen=True)
class Excess:
    """How SMTP refuses a message that is too much.

    Args:
        code: three digits.
        text: with the enhanced status code; Exchange puts the name of the server behind it.
    """

    code: int
    text: str


THROTTLED: Final = "Request is throttled. Suggested Backoff Time: {} milliseconds"
# Microsoft's pages disagree about messages beyond 30 a minute: delayed, or "rejected and the client will need to
# retry". This one makes clients retry.
TOO_MANY_SENDERS: Final = Excess(432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded")
QUOTA_EXCEEDED: Final = Excess(
    554,
    "5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due to a "
    "permanent exception with message The message can't be submitted because the sender's submission quota was "
    "exceeded.",
)


def values(installation: Installation) -> dict[str, Value]:
    """The limits that hold now, by name."""
    return {name: row.default for name, row in LIMITS.items()} | changed(installation)


def changed(installation: Installation) -> dict[str, Value]:
    """Those that are not Exchange's own."""
    return installation.settings.get(SETTING) or {}


def change(installation: Installation, wanted: Mapping[str, Value]) -> None:
    """Let these hold, and Exchange's own for the others.

    Raises:
        KeyError: there is no such limit.
    """
    for name in wanted:
        LIMITS[name]
    installation.settings.put(SETTING, dict(wanted))


@dataclass
class Limits:
    """The limits of one service, and what its connections are doing.

    Args:
        installation: all tenants.
    """

    installation: Installation
    _open: dict[Place, list[object]] = field(default_factory=dict)
    _commands: dict[Place, tuple[datetime, int]] = field(default_factory=dict)
    _era: int = 0

    def enter(self, service: str, decision: Decision, connection: object) -> bool:
        """Count a connection as open to the mailbox of its login; ``leave`` takes it away.

        Args:
            service: ``imap`` or ``smtp``.
            decision: of a login that was not refused.
            connection: any object that stands for it.

        Returns:
            Whether it is within the limit.
        """
        self._open.setdefault(_place(service, decision), []).append(connection)
        return self.within(service, decision, connection)

    def within(self, service: str, decision: Decision, connection: object) -> bool:
        """Whether a connection is one of the first that its mailbox may have open."""
        limit = self._limit(f"{service}Connections")
        others = self._open.get(_place(service, decision), [])
        return limit is None or any(one is connection for one in others[:limit])

    def leave(self, connection: object) -> None:
        """A connection has ended; one that never entered is no error."""
        for place, connections in list(self._open.items()):
            rest = [one for one in connections if one is not connection]
            if rest:
                self._open[place] = rest
            else:
                del self._open[place]

    def backoff(self, service: str, decision: Decision) -> int | None:
        """Count a command.

        Returns:
            None, or for how many milliseconds the mailbox is throttled: it has sent too many.
        """
        limit = self._limit(f"{service}Commands")
        if limit is None:
            return None
        self._forget_other_eras()
        place, now = _place(service, decision), self.installation.clock.now()
        began, count = self._commands.get(place, (now, 0))
        if not began <= now < began + COMMANDS_WINDOW:
            began, count = now, 0
        self._commands[place] = began, count + 1
        return None if count < limit else round((began + COMMANDS_WINDOW - now) / timedelta(milliseconds=1))

    def submit(self, decision: Decision, recipients: int, connection: object) -> Excess | None:
        """Count a message that a mailbox sends over SMTP.

        Args:
            decision: of the login over which it came.
            recipients: of its envelope.
            connection: as given to ``enter``.

        Returns:
            None, or with what it is refused; it then does not count.
        """
        if not self.within("smtp", decision, connection):
            return TOO_MANY_SENDERS
        tenant, mailbox = _owner(decision)
        sent = _recent(tenant, tenant.documents(KIND).get(mailbox) or {})
        if self._exceeded("smtpMessages", len(sent["times"]) + 1):
            return TOO_MANY_SENDERS
        if self._exceeded("smtpRecipients", sum(sent["hours"].values()) + recipients):
            return QUOTA_EXCEEDED
        tenant.documents(KIND).put(mailbox, _with_message(tenant, sent, recipients))
        return None

    def _limit(self, name: str) -> int | None:
        found = values(self.installation).get(name, UNLIMITED)
        return found if isinstance(found, int) else None

    def _exceeded(self, name: str, count: int) -> bool:
        limit = self._limit(name)
        return limit is not None and count > limit

    def _forget_other_eras(self) -> None:
        if self._era != self.installation.store.era:
            self._era = self.installation.store.era
            self._commands.clear()


def _place(service: str, decision: Decision) -> Place:
    tenant, mailbox = _owner(decision)
    return service, tenant.id, mailbox


def _owner(decision: Decision) -> tuple[Tenant, str]:
    if decision.tenant is None or decision.mailbox is None:
        raise ValueError("a login that was refused has no mailbox to count for")
    return decision.tenant, decision.mailbox["Guid"]


def _recent(tenant: Tenant, sent: Document) -> Document:
    """What still counts: the messages of the last minute, and the recipients of the last day, by hour."""
    now = tenant.clock.now()
    times = [time for time in sent.get("times", []) if now - MINUTE < datetime.fromisoformat(time) <= now]
    hours = {
        hour: count
        for hour, count in sent.get("hours", {}).items()
        if now - DAY < datetime.fromisoformat(hour) <= now
    }
    return {"times": times, "hours": hours}


def _with_message(tenant: Tenant, sent: Document, recipients: int) -> Document:
    now = tenant.clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0).isoformat()
    hours = sent["hours"] | {hour: sent["hours"].get(hour, 0) + recipients}
    return {"times": [*sent["times"], now.isoformat()], "hours": hours}
