"""What can go wrong, as one tree.

MailgrantError
├── ConfigurationError      you asked wrongly: every fault at once, each with its place
├── CertificateError        what was given as an application's certificate cannot be one
├── SetupError              something around mailgrant is missing: engine, PowerShell, credentials, a running tenant
├── SignInError             Entra gave no token
├── GraphError              Microsoft Graph gave no answer, or refused
├── ForgeError              GitHub or Azure DevOps gave no answer, or refused
├── LoginError              a mail server refused the token, or the mailbox behind it
└── ExchangeError           Exchange gave no answer, or refused
    ├── HostLostError       the PowerShell process ended, or does not answer
    ├── CancelledError      somebody wanted the run to end
    ├── ConnectError        Exchange did not take us
    └── CmdletError         a cmdlet failed
        ├── NotFoundError
        ├── AlreadyExistsError
        ├── AmbiguousError
        ├── AccessDeniedError
        │   ├── OutOfScopeError
        │   └── DelegationError
        ├── NotCustomizedError  the organization is too new
        ├── FullError           the mailbox has all the permissions that it can have
        ├── UnsendableError     nothing was sent: a text holds half of a character
        ├── SessionEndedError
        └── ThrottledError

Fields come first and the sentence is derived from them. No field ever holds a secret.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mailgrant.facts import EXCHANGE_ROLES
from mailgrant.inert import inert

LONGEST_TARGET: Final = 120  # letters of a name that a message repeats


class MailgrantError(Exception):
    """Base of all errors that mailgrant raises on purpose.

    Args:
        message: what happened, where, in plain words.
        remedy: what to do next; may be empty.
    """

    # Whether it may have been done all the same: it was sent, and the answer was lost.
    answer_lost = False

    def __init__(self, message: str, remedy: str = "") -> None:
        self.message, self.remedy = inert(message), inert(remedy)
        super().__init__(self.message, self.remedy)

    def __str__(self) -> str:
        return f"{self.message}\n  → {self.remedy}" if self.remedy else self.message


@dataclass(frozen=True)
class ConfigurationFault:
    """One thing wrong in a stack's configuration.

    Args:
        path: where, as the person wrote it: ``mailgrant:clients.poller.mailboxes["invoices"]``.
        problem: what is wrong, what was expected, and how to mend it.
    """

    path: str
    problem: str


class ConfigurationError(MailgrantError):
    """The configuration of a stack is wrong; nothing was touched."""

    def __init__(self, faults: Sequence[ConfigurationFault]) -> None:
        self.faults = tuple(faults)
        noun = "fault" if len(self.faults) == 1 else "faults"
        lines = [f"{len(self.faults)} {noun} in the stack's configuration; nothing was touched:"]
        super().__init__(
            "\n".join([*lines, *(f"  - {fault.path}: {fault.problem}" for fault in self.faults)])
        )


class CertificateError(MailgrantError):
    """What was given as an application's certificate cannot be one."""


class SetupError(MailgrantError):
    """Something that mailgrant needs around it is not there."""


class SignInError(MailgrantError):
    """Entra gave no token.

    Args:
        code: ``AADSTS…``, or what the token endpoint called it.
        message: Entra's own text, its first line.
        remedy: what to do.
    """

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.code = code


class GraphError(MailgrantError):
    """Microsoft Graph gave no answer, or refused.

    Args:
        status: of HTTP; 0 if there was no answer that could be read.
        code: Graph's own, such as ``Authorization_RequestDenied``; may be empty.
        message: what Graph said, or what happened.
        remedy: what to do.
    """

    def __init__(self, status: int, code: str, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.status, self.code = status, code


class ForgeError(MailgrantError):
    """GitHub or Azure DevOps gave no answer, or refused.

    Args:
        status: of HTTP; 0 if there is no answer.
        message: the forge's own text, its first line.
        remedy: what to do.
        answer_lost: whether it may have been done all the same.
        retry_after: seconds for which the forge wants to be left alone; None if it is not that.
    """

    def __init__(
        self,
        status: int,
        message: str,
        remedy: str = "",
        *,
        answer_lost: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, remedy)
        self.status = status
        self.answer_lost = answer_lost
        self.retry_after = retry_after


class LoginError(MailgrantError):
    """A mail server refused.

    Args:
        verdict: a stable id of the cause, for programs.
        message: what the server said, and what that means.
        remedy: what to do.
    """

    def __init__(self, verdict: str, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.verdict = verdict


class ExchangeError(MailgrantError):
    """Exchange gave no answer, or refused."""


class HostLostError(ExchangeError):
    """The process or machine that runs PowerShell ended, or does not answer; or Exchange itself does not."""

    def __init__(self, message: str) -> None:
        remedy = (
            "Usually the network, a proxy, or a machine that is out of memory. Run pulumi up again: it goes on where this "
            "one ended."
        )
        super().__init__(message, remedy)


class CancelledError(ExchangeError):
    """Somebody wanted the run to end.

    Args:
        begun: whether Exchange had the call already.
    """

    def __init__(self, *, begun: bool) -> None:
        when = "while Exchange was at it: it may be done or not" if begun else "before it was begun"
        super().__init__(f"cancelled {when}", "Run pulumi up again: it does exactly what is missing.")
        self.answer_lost = begun


class ConnectError(ExchangeError):
    """Connect-ExchangeOnline failed.

    Args:
        organization: the tenant's domain.
        text: what Exchange said.
    """

    def __init__(self, organization: str, text: str) -> None:
        remedy = (
            "Is mailgrant:organization the tenant's first domain? Has the identity that runs mailgrant the application "
            "permission Exchange.ManageAsApp and the Entra role Exchange Administrator? A role that was just assigned "
            "can take 15 minutes to arrive."
        )
        super().__init__(f"Exchange did not take the connection to {organization}: {text}", remedy)


class CmdletError(ExchangeError):
    """A cmdlet failed.

    Args:
        cmdlet: its name.
        target: what it worked on: a mailbox, a principal.
        text: what Exchange said.
    """

    remedy_for_all = ""  # {cmdlet} and {role} stand for the cmdlet and the Exchange role that it needs

    def __init__(self, cmdlet: str, target: str, text: str) -> None:
        where = f"{cmdlet} for {target[:LONGEST_TARGET]}" if target else cmdlet
        role = EXCHANGE_ROLES.get(cmdlet.partition("-")[2], "for it")
        super().__init__(f"{where}: {text}", self.remedy_for_all.format(cmdlet=cmdlet, role=role))
        self.cmdlet, self.target, self.text = cmdlet, target, text


class NotFoundError(CmdletError):
    """There is no such object."""

    remedy_for_all = "Check the spelling; the object must exist in Exchange before mailgrant can use it."


class AlreadyExistsError(CmdletError):
    """There is such an object already."""


class AmbiguousError(CmdletError):
    """The name fits several objects."""

    remedy_for_all = "Use the full primary SMTP address."


class AccessDeniedError(CmdletError):
    """The automation identity may not do this."""

    remedy_for_all = (
        "{cmdlet} needs the Exchange role {role}: give the identity that runs mailgrant the application permission "
        "Exchange.ManageAsApp and the Entra role Exchange Administrator, which holds it. A role that was just assigned "
        "can take 15 minutes to arrive."
    )


class OutOfScopeError(AccessDeniedError):
    """The automation identity may do this, but not to this object."""

    remedy_for_all = (
        "The Exchange role {role} was assigned with a write scope that leaves this object out: widen the scope, or assign "
        "the role without one (Get-ManagementRoleAssignment shows it)."
    )


class DelegationError(AccessDeniedError):
    """The automation identity may not hand on a role."""

    remedy_for_all = (
        "{cmdlet} needs the Exchange role {role} and the right to hand on the application role, which the role group "
        "Organization Management has. In an organization that was customized just now (Enable-OrganizationCustomization) "
        "Exchange says this for up to an hour although the rights are right: run pulumi up again later."
    )


class NotCustomizedError(CmdletError):
    """The organization still uses Microsoft's own configuration, which nobody can change."""

    remedy_for_all = (
        "Every new organization begins so. Let an administrator run Enable-OrganizationCustomization once, and run pulumi "
        "up again after about an hour."
    )


class FullError(CmdletError):
    """The mailbox has as many permissions as it can have.

    https://learn.microsoft.com/powershell/module/exchangepowershell/add-mailboxpermission
    """

    remedy_for_all = (
        "Take away permissions of people and applications that are gone (Get-MailboxPermission), or give them to a group: "
        "a mailbox holds 500."
    )


class UnsendableError(CmdletError):
    """A text of a call holds half of a character (a surrogate alone), and nothing was sent.

    UTF-8, in which all of it travels to Exchange, has no such thing: another text would arrive.

    Args:
        cmdlet: its name.
        target: what it works on.
        parameter: whose value it is.
        half: the half.
        index: where it stands in the text, counted from 0.
    """

    remedy_for_all = "Such a text was read in another encoding than it was written in. Write it in UTF-8."

    def __init__(self, cmdlet: str, target: str, parameter: str, half: str, index: int) -> None:
        where = f"letter {index + 1} of the parameter {parameter} is U+{ord(half):04X}"
        super().__init__(cmdlet, target, f"{where}, half of a character, which cannot be sent")


class SessionEndedError(CmdletError):
    """Exchange does not take the session's token any more, or not yet."""

    remedy_for_all = (
        "Is the clock of this machine right? A role that was just assigned can take 15 minutes to arrive; until then "
        "Exchange refuses the token."
    )


class ThrottledError(CmdletError):
    """Exchange asks to slow down; ``retry_after`` is for how many seconds, None if it does not say."""

    remedy_for_all = (
        "Exchange asked for this for 15 minutes. Usually something else works in the tenant, too: run pulumi up again when "
        "it has ended, or with fewer mailgrant:exchange.sessions. What is done is not done again."
    )
    retry_after: float | None = None
