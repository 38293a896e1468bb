"""Exchange's cmdlets as plain values: calls that go out, records that come back, errors by name. No I/O.

Source of cmdlets and properties: learn.microsoft.com/powershell/module/exchangepowershell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mailgrant.errors import (
    AccessDeniedError,
    AlreadyExistsError,
    AmbiguousError,
    CmdletError,
    NotFoundError,
    ThrottledError,
)

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """One cmdlet with typed parameters; never a script, so no value is ever parsed as PowerShell.

    Args:
        cmdlet: such as ``Add-MailboxPermission``.
        parameters: by name without the dash; texts, booleans, numbers, or lists of texts.
        target: what it works on, for messages.
    """

    cmdlet: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    target: str = ""


@dataclass(frozen=True)
class Reply:
    """What a cmdlet gave.

    Args:
        records: its output, by property name; values are texts, booleans, numbers, None, or lists of them.
        warnings: what it warned of, in order.
    """

    records: tuple[Record, ...] = ()
    warnings: tuple[str, ...] = ()


# All cmdlets that mailgrant uses: a session imports these and no others.
CMDLETS: Final = (
    "New-ServicePrincipal",
    "Get-ServicePrincipal",
    "Set-ServicePrincipal",
    "Remove-ServicePrincipal",
    "Add-MailboxPermission",
    "Get-MailboxPermission",
    "Remove-MailboxPermission",
)

# What the fully qualified id or the text of an error holds → what it means. Names of .NET types come first, because
# texts may be localised.
MEANINGS: Final[tuple[tuple[str, type[CmdletError]], ...]] = (
    ("ManagementObjectNotFoundException", NotFoundError),
    ("ManagementObjectAmbiguousException", AmbiguousError),
    ("ADObjectAlreadyExistsException", AlreadyExistsError),
    ("CommandNotFoundException", AccessDeniedError),
    ("CmdletAccessDeniedException", AccessDeniedError),
    ("TooManyRequests", ThrottledError),
    ("already exist", AlreadyExistsError),
    ("already registered", AlreadyExistsError),
    ("isn't within your current write scopes", AccessDeniedError),
)

CONFIRMED: Final = {"Confirm": False}


def new_service_principal(app_id: str, object_id: str, display_name: str) -> Call:
    """Register an enterprise application with Exchange; ``object_id`` is the enterprise application's."""
    parameters = {"AppId": app_id, "ObjectId": object_id, "DisplayName": display_name}
    return Call("New-ServicePrincipal", parameters | CONFIRMED, target=display_name)


def get_service_principals() -> Call:
    """List all of them: asked for one that is unknown, the cmdlet may answer with all."""
    return Call("Get-ServicePrincipal")


def set_service_principal(object_id: str, display_name: str) -> Call:
    """Change the display name, which is all that can be changed."""
    parameters = {"Identity": object_id, "DisplayName": display_name}
    return Call("Set-ServicePrincipal", parameters | CONFIRMED, target=display_name)


def remove_service_principal(identity: str, display_name: str) -> Call:
    """Take an enterprise application from Exchange."""
    return Call("Remove-ServicePrincipal", {"Identity": identity, **CONFIRMED}, target=display_name)


def add_full_access(mailbox: str, principal: str) -> Call:
    """Let a principal open a mailbox; no automapping, which only makes sense for people with Outlook."""
    parameters = {
        "Identity": mailbox,
        "User": principal,
        "AccessRights": ["FullAccess"],
        "InheritanceType": "All",
        "AutoMapping": False,
    }
    return Call("Add-MailboxPermission", parameters | CONFIRMED, target=mailbox)


def remove_full_access(mailbox: str, principal: str) -> Call:
    """Take it back."""
    parameters = {
        "Identity": mailbox,
        "User": principal,
        "AccessRights": ["FullAccess"],
        "InheritanceType": "All",
    }
    return Call("Remove-MailboxPermission", parameters | CONFIRMED, target=mailbox)


def get_mailbox_permissions(mailbox: str) -> Call:
    """Who may do what with a mailbox."""
    return Call("Get-MailboxPermission", {"Identity": mailbox}, target=mailbox)


@dataclass(frozen=True)
class ServicePrincipalRecord:
    """An enterprise application as Exchange knows it; ``object_id`` is what tokens are compared with."""

    app_id: str
    object_id: str
    display_name: str
    sid: str
    identity: str

    def names(self) -> frozenset[str]:
        """Everything that a permission may call it by, in small letters; the display name is not unique."""
        return frozenset(
            name.lower() for name in (self.object_id, self.app_id, self.sid, self.identity) if name
        )


def parse_service_principal(record: Record) -> ServicePrincipalRecord:
    """Read a record of Get-ServicePrincipal; before 2023 ``ObjectId`` was called ``ServiceId``."""
    return ServicePrincipalRecord(
        app_id=_text(record, "AppId"),
        object_id=_text(record, "ObjectId") or _text(record, "ServiceId"),
        display_name=_text(record, "DisplayName"),
        sid=_text(record, "Sid"),
        identity=_text(record, "Identity"),
    )


def grants_full_access(record: Record, principal: ServicePrincipalRecord) -> bool:
    """Whether a record of Get-MailboxPermission lets this principal open the mailbox."""
    trustees = {_text(record, "User").lower(), _text(record, "UserSid").lower()}
    allowed = not _is_true(record.get("Deny")) and not _is_true(record.get("IsInherited"))
    return allowed and "fullaccess" in access_rights(record) and not principal.names().isdisjoint(trustees)


def are_of_one_mailbox(records: Sequence[Record]) -> bool:
    """Whether an answer is about the one mailbox that was asked for.

    Asked for one that is unknown, Exchange's Get- cmdlets may answer with everything (the warning in each of their
    pages), and a record does not hold the address that was asked for.
    """
    return len({_text(record, "Identity") for record in records}) == 1


def identity(reply: Reply) -> str:
    """What Exchange calls the object that a reply is about; empty if it does not say."""
    return _text(reply.records[0], "Identity") if reply.records else ""


def access_rights(record: Record) -> frozenset[str]:
    """Rights in small letters; Exchange gives a list, one text, or texts joined by commas."""
    value = record.get("AccessRights")
    texts = value if isinstance(value, list) else [value]
    return frozenset(right.strip().lower() for text in texts if text for right in str(text).split(","))


def error(call: Call, qualified_id: str, text: str) -> CmdletError:
    """The typed error for what Exchange said.

    Args:
        call: what failed.
        qualified_id: PowerShell's FullyQualifiedErrorId; may be empty.
        text: the message; of the form ``Ex6F9304|<.NET type>|<text>`` the last part is for people.
    """
    known = (kind for mark, kind in MEANINGS if mark.lower() in f"{qualified_id}|{text}".lower())
    return next(known, CmdletError)(
        call.cmdlet, call.target, text.rpartition("|")[2].strip() or "no reason given"
    )


def _text(record: Record, name: str) -> str:
    value = record.get(name)
    return "" if value is None else str(value)


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"
