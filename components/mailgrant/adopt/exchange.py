"""What Exchange knows of an application: its record, its rights on mailboxes, whom it may send as, SMTP AUTH."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mailgrant.errors import ExchangeError, NotFoundError
from mailgrant.exchange import batch, service_principal
from mailgrant.exchange.application_scope import Wanted
from mailgrant.exchange.cmdlets import application_scope, cas_mailbox, mailbox, permissions
from mailgrant.exchange.cmdlets.call import Call, Record, Reply, are_of_one_mailbox, is_true, text
from mailgrant.exchange.cmdlets.service_principal import ServicePrincipalRecord
from mailgrant.exchange.progress import Progress, Report, counted
from mailgrant.exchange.session import Session

FULL: Final = "full-access"
SEND: Final = "send-as"
READS: Final = {FULL: permissions.get_mailbox_permissions, SEND: permissions.get_recipient_permissions}
HOLDS: Final = {FULL: permissions.grants_full_access, SEND: permissions.grants_send_as}
OURS: Final = {FULL: "fullaccess", SEND: "sendas"}
SPELLED: Final = {
    name.lower(): name
    for name in (
        *("FullAccess", "SendAs", "ChangeOwner", "ChangePermission", "DeleteItem"),
        *("ReadPermission", "ExternalAccount"),
    )
}
NAMES: Final = ("RoleAssignee", "RoleAssigneeName", "App", "EffectiveUserName")


@dataclass(frozen=True)
class Sending:
    """Whom it may send as by RBAC for Applications.

    Args:
        group: the address of the group whose members these are; empty if a filter says it.
        filter: Exchange's recipient filter.
        assignment: what the role assignment is called.
        ours: whether scope and assignment are named as mailgrant names its own.
    """

    group: str
    filter: str
    assignment: str
    ours: bool


@dataclass
class Looked:
    """What there is.

    Args:
        record: by which Exchange knows the application.
        rights: rights by the mailboxes' primary addresses, where there are any.
        smtp_auth: the word of the SMTP AUTH switch by address; addresses without a mailbox are not in it.
        sending: by RBAC for Applications.
        others: rights that a stack cannot hold, in words.
    """

    record: ServicePrincipalRecord | None = None
    rights: dict[str, list[str]] = field(default_factory=dict)
    smtp_auth: dict[str, str] = field(default_factory=dict)
    sending: Sending | None = None
    others: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Exchange:
    """Reads, and nothing else.

    Args:
        session: to Exchange.
        report: gets a line of progress now and then.
    """

    session: Session
    report: Report

    def look(self, client_id: str, principal: str, mailboxes: Sequence[str]) -> Looked:
        """What an application of this tenant has: two reads a mailbox.

        Args:
            client_id: its application id.
            principal: the object id of its service principal in Entra.
            mailboxes: primary addresses.

        Raises:
            ExchangeError: something could not be read.
        """
        found = Looked(service_principal.find(self.session, client_id, principal))
        if found.record:
            self._rights(found, found.record, mailboxes)
            self._sending(found, found.record, client_id)
        return found

    def all(self) -> list[str]:
        """The primary addresses of all mailboxes."""
        records = self.session.run(mailbox.get_mailboxes()).records
        addresses = [mailbox.primary_address(record) for record in records]
        self.report(
            f"{counted(len(addresses), 'mailboxes')} to look at, which takes {2 * len(addresses):,} reads"
        )
        return addresses

    def primary(self, address: str) -> str:
        """The primary address of a mailbox."""
        records = self.session.run(mailbox.get_mailbox(address)).records
        if len(records) != 1:
            raise ExchangeError(f"Exchange did not answer with the one mailbox {address}")
        return mailbox.primary_address(records[0])

    def switches(self, addresses: Iterable[str]) -> dict[str, str]:
        """The SMTP AUTH switch of each mailbox; people without one are left out."""
        calls = {address: cas_mailbox.get_protocols(address) for address in addresses}
        found = {}
        for address, records in self._read(calls):
            if len(records) == 1:
                found[address] = cas_mailbox.parse_protocols(records[0])["smtp_auth"]
        return found

    def _rights(self, found: Looked, record: ServicePrincipalRecord, addresses: Sequence[str]) -> None:
        calls = {(address, right): read(address) for address in addresses for right, read in READS.items()}
        for (address, right), records in self._read(calls):
            if records and not are_of_one_mailbox(records):
                raise ExchangeError(f"Exchange did not answer with the one mailbox {address}")
            for one in records:
                if HOLDS[right](one, record):
                    found.rights.setdefault(address, []).append(right)
                found.others += _others(address, right, one, record)
        for rights in (*found.rights.values(), found.others):
            rights.sort()  # answers come as they end

    def _sending(self, found: Looked, record: ServicePrincipalRecord, client_id: str) -> None:
        wanted = Wanted(client_id)
        for one in self.session.run(application_scope.get_assignments()).records:
            if not record.is_one_of(text(one, name) for name in NAMES):
                continue
            scope, name = text(one, "CustomResourceScope"), text(one, "Name")
            may_send = text(one, "Role") == application_scope.SEND and is_true(one.get("Enabled"))
            recipients = self._recipients(scope) if may_send and scope and not found.sending else None
            if recipients:
                found.sending = Sending(*recipients, name, (scope, name) == (wanted.scope, wanted.assignment))
            else:
                where = f"within {scope}" if scope else "without a scope of recipients"
                found.others.append(f"the role {text(one, 'Role')} {where} (role assignment {name})")

    def _recipients(self, scope: str) -> tuple[str, str] | None:
        """The group or the filter of a scope; None if it is none of recipients."""
        scopes = self.session.run(application_scope.get_scopes()).records
        recipients = next(
            (application_scope.filter_of(one) for one in scopes if text(one, "Name") == scope), ""
        )
        if group := application_scope.group_of(recipients):
            records = self.session.run(application_scope.get_group(group)).records
            if len(records) == 1 and application_scope.members_of(records[0]) == recipients:
                return text(records[0], "PrimarySmtpAddress").lower(), ""
        return ("", recipients) if recipients else None

    def _read(self, calls: Mapping[batch.Key, Call]) -> Iterator[tuple[batch.Key, Sequence[Record]]]:
        """What could be read; what is gone is left out."""
        for key, reply in batch.run(
            self.session, calls, Progress("read", len(calls), self.report, "answers")
        ):
            if isinstance(reply, Reply):
                yield key, reply.records
            elif not isinstance(reply, NotFoundError):
                raise reply


def _others(address: str, right: str, entry: Record, record: ServicePrincipalRecord) -> Iterator[str]:
    """What an entry of this principal says beyond what a stack holds."""
    trustees = (text(entry, name) for name in ("User", "UserSid", "Trustee", "TrusteeSidString"))
    if not record.is_one_of(trustees):
        return
    names = permissions.access_rights(entry)
    if HOLDS[right](entry, record):
        names -= {OURS[right]}
        how = ""
    else:
        how = "inherited " if is_true(entry.get("IsInherited")) else "a refusal of "
    if names:
        spelled = sorted(SPELLED.get(name, name) for name in names)
        yield f"{how}{' and '.join(spelled)} on {address}"
