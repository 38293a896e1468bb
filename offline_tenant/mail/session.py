"""What a connection of any mail service knows once somebody has logged in; no I/O."""

from dataclasses import dataclass, replace

from offline_tenant.mail.authentication import Decision, Outcome
from offline_tenant.mail.limits import Limits
from offline_tenant.mail.store import MailStore
from offline_tenant.state.tenant import Installation
from offline_tenant.web.ledger import Ledger


@dataclass
class MailSession:
    """One connection.

    Args:
        installation: all tenants.
        ledger: for the counters of logins.
        decision: what the login ended with; None before it.
        mail: the mailbox that the login is connected to.
        era: which state of the store the login was about.
        limits: of the service; None where nobody counts.
    """

    installation: Installation
    ledger: Ledger
    decision: Decision | None = None
    mail: MailStore | None = None
    era: int = 0
    limits: Limits | None = None

    @property
    def mailbox(self) -> MailStore:
        """The mailbox of a connected login; the state has been checked."""
        assert self.mail is not None  # noqa: S101 - the command tables admit no other state
        return self.mail

    @property
    def outlived(self) -> bool:
        """Whether what the login was about is gone: the tenant was reset, a snapshot restored, the mailbox removed."""
        if self.decision is None:
            return False
        return self.era != self.installation.store.era or self._removed

    def counted(self, service: str, decision: Decision) -> Decision:
        """A login that has its mailbox, unless too many connections have it already.

        Exchange then says what it says to a login without FullAccess.
        """
        if decision.outcome is not Outcome.CONNECTED or self.enter(service, decision):
            return decision
        self.close()
        return replace(
            decision, outcome=Outcome.NOT_CONNECTED, reason="too many connections to the mailbox are open"
        )

    def enter(self, service: str, decision: Decision) -> bool:
        """Count the connection as one to the mailbox of its login, which was not refused; whether there is room."""
        return self.limits is None or self.limits.enter(service, decision, self)

    def close(self) -> None:
        """The connection has ended."""
        if self.limits is not None:
            self.limits.leave(self)

    def log_in(self, decision: Decision) -> None:
        """Take over a decision that was not a refusal."""
        self.decision, self.era = decision, self.installation.store.era
        if decision.outcome is Outcome.CONNECTED and decision.tenant and decision.mailbox:
            self.mail = MailStore(decision.tenant, decision.mailbox)

    @property
    def _removed(self) -> bool:
        # By its key: another mailbox that has got the address since is not the one that the login opened.
        tenant, mailbox = (self.decision.tenant, self.decision.mailbox) if self.decision else (None, None)
        return bool(tenant and mailbox and tenant.documents("mailboxes").get(mailbox["Guid"]) is None)

    def note(self, service: str, user: str, decision: Decision) -> None:
        """Count and log a login attempt.

        Args:
            service: what ledgers know it by.
            user: whom the client named.
            decision: how it ended.
        """
        self.ledger.count("logins", f"{service} {decision.outcome.value}")
        self.ledger.record(
            {
                "area": service,
                "call": "login",
                "mailbox": user,
                "outcome": decision.outcome.value,
                "reason": decision.reason,
            }
        )
