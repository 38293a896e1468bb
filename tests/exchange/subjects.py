"""What the matrix is about: each resource with its provider, what is wanted of it, and how its tenant gets into a state.

A state is brought about as an administrator would who knows nothing of mailgrant, from whatever is there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, ResourceProvider, UpdateResult

from mailgrant.exchange.provider import MailboxAccessProvider, ServicePrincipalProvider
from mailgrant.exchange.settings_provider import SettingsProvider, SettingsSnapshotProvider
from tests.exchange.conftest import TenantSession

APP_ID, PRINCIPAL = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000001"
OTHER_APP, OTHER_PRINCIPAL = "aaaaaaaa-0000-4000-8000-000000000002", "bbbbbbbb-0000-4000-8000-000000000002"
REGISTRATION = "eeeeeeee-0000-4000-8000-000000000001"
INVOICES, BILLING = "invoices@contoso.com", "billing@contoso.com"

Properties = dict[str, Any]
Arrange = Callable[[TenantSession], None]


def over(provider: type[ResourceProvider], session: TenantSession) -> Any:
    """A provider whose session is this one, and in nothing else another."""
    return type(provider.__name__, (provider,), {"session": lambda _: session})()


@dataclass
class WithSnapshot:
    """A resource of settings as the engine drives it: what was found is looked at by a resource of its own before."""

    provider: SettingsProvider
    snapshot: SettingsSnapshotProvider

    def create(self, props: Properties) -> CreateResult:
        before = self.snapshot.create(self._switches(props))
        made = self.provider.create({**props, **_found(before.outs)})
        return CreateResult(made.id, {**(made.outs or {}), "__snapshot": before.outs})

    def read(self, id_: str, props: Properties) -> ReadResult:
        return self.provider.read(id_, props)

    def diff(self, id_: str, olds: Properties, news: Properties) -> DiffResult:
        return self.provider.diff(id_, olds, news)

    def update(self, id_: str, olds: Properties, news: Properties) -> UpdateResult:
        before = self.snapshot.update("", olds["__snapshot"], self._switches(news))
        done = self.provider.update(id_, olds, {**news, **_found(before.outs)})
        return UpdateResult({**(done.outs or {}), "__snapshot": before.outs})

    def delete(self, id_: str, props: Properties) -> None:
        self.provider.delete(id_, props)

    def _switches(self, props: Properties) -> Properties:
        places = self.provider.places(props)
        return {
            "kind": self.provider.kind,
            "switches": {place: sorted(words) for place, words in places.items()},
        }


def _found(outs: Properties | None) -> Properties:
    outs = outs or {}
    return {"found": outs["found"], "unread": outs["failed"]}


@dataclass(frozen=True)
class Subject:
    """One resource.

    Args:
        provider: its class.
        wanted: what the program asks for.
        before: what the program asked for before an update.
        shows: the end state of the tenant, in as few words as tell it.
        states: how the tenant gets into each state.
        outs: the outputs that tell how it went.
        drifts: the inputs in which a refresh tells what it saw.
        short: cmdlets in short, for the table.
        prepare: what must be there before all of it.
    """

    provider: type[ResourceProvider]
    wanted: Properties
    before: Properties
    shows: Callable[[TenantSession], str]
    states: Mapping[str, Arrange]
    outs: tuple[str, ...]
    drifts: tuple[str, ...]
    short: Mapping[str, str]
    prepare: Arrange = field(default=lambda _: None)

    def over(self, session: TenantSession) -> Any:
        """Its provider, as the engine would drive it."""
        mine = over(self.provider, session)
        if not isinstance(mine, SettingsProvider):
            return mine
        return WithSnapshot(mine, over(SettingsSnapshotProvider, session))


def admin(session: TenantSession, cmdlet: str, **parameters: Any) -> list[dict[str, Any]]:
    """A cmdlet of an administrator: it is not counted, and what it answers does not matter."""
    body: dict[str, Any] = session.exchange.post(cmdlet, **parameters).json()
    return body.get("value") or []


def principals(session: TenantSession) -> str:
    """Each record's object id, and its name."""
    found = admin(session, "Get-ServicePrincipal")
    return ", ".join(f"{one['ObjectId']} {one['DisplayName']}" for one in found) or "nothing"


def no_principal(session: TenantSession) -> None:
    for one in admin(session, "Get-ServicePrincipal"):
        admin(session, "Remove-ServicePrincipal", Identity=one["ObjectId"], Confirm=False)


def principal(app_id: str, object_id: str, name: str) -> Arrange:
    def arrange(session: TenantSession) -> None:
        no_principal(session)
        admin(session, "New-ServicePrincipal", AppId=app_id, ObjectId=object_id, DisplayName=name)

    return arrange


SERVICE_PRINCIPAL = Subject(
    provider=ServicePrincipalProvider,
    wanted={"app_id": APP_ID, "object_id": PRINCIPAL, "display_name": "poller"},
    before={"app_id": APP_ID, "object_id": PRINCIPAL, "display_name": "collector"},
    shows=principals,
    states={
        "absent": no_principal,
        "as wanted": principal(APP_ID, PRINCIPAL, "poller"),
        "differs": principal(APP_ID, PRINCIPAL, "renamed"),
        "half-done": principal(APP_ID, REGISTRATION, "poller"),
        "somebody else's": principal(OTHER_APP, OTHER_PRINCIPAL, "poller"),
        "unreadable": principal(APP_ID, PRINCIPAL, "poller"),
    },
    outs=("display_name",),
    drifts=("object_id", "display_name"),
    short={f"{verb}-ServicePrincipal": verb.lower() for verb in ("New", "Get", "Set", "Remove")},
)


def rights(session: TenantSession) -> str:
    """Who has what on the two mailboxes: the first principal or the second."""
    found = []
    for mailbox in (INVOICES, BILLING):
        name = mailbox.partition("@")[0]
        for one in admin(session, "Get-MailboxPermission", Identity=mailbox):
            found += [f"{name} {right} {one['User'][-1]}" for right in _rights(one) if _is_given(one["User"])]
        for one in admin(session, "Get-RecipientPermission", Identity=mailbox):
            found += [
                f"{name} {right} {one['Trustee'][-1]}" for right in _rights(one) if _is_given(one["Trustee"])
            ]
    return ", ".join(found) or "nothing"


def _rights(record: Mapping[str, Any]) -> list[str]:
    value = record["AccessRights"]
    return value if isinstance(value, list) else [value]


def _is_given(trustee: str) -> bool:
    return trustee in {PRINCIPAL, OTHER_PRINCIPAL}


def given(*grants: tuple[str, str, str]) -> Arrange:
    """Only these: mailbox, principal, and ``full``, ``send`` or ``read``."""

    def arrange(session: TenantSession) -> None:
        for mailbox in (INVOICES, BILLING):
            for one in (PRINCIPAL, OTHER_PRINCIPAL):
                for right in ("FullAccess", "ReadPermission"):
                    taken = {"Identity": mailbox, "User": one, "AccessRights": right, "Confirm": False}
                    admin(session, "Remove-MailboxPermission", **taken)
                sent = {"Identity": mailbox, "Trustee": one, "AccessRights": "SendAs", "Confirm": False}
                admin(session, "Remove-RecipientPermission", **sent)
        for mailbox, who, right in grants:
            _give(session, mailbox, who, right)

    return arrange


def _give(session: TenantSession, mailbox: str, who: str, right: str) -> None:
    if right == "send":
        sent = {"Identity": mailbox, "Trustee": who, "AccessRights": "SendAs", "Confirm": False}
        admin(session, "Add-RecipientPermission", **sent)
        return
    name = {"full": "FullAccess", "read": "ReadPermission"}[right]
    admin(session, "Add-MailboxPermission", Identity=mailbox, User=who, AccessRights=name)


def two_principals(session: TenantSession) -> None:
    for app_id, object_id in ((APP_ID, PRINCIPAL), (OTHER_APP, OTHER_PRINCIPAL)):
        admin(session, "New-ServicePrincipal", AppId=app_id, ObjectId=object_id, DisplayName="poller")


BOTH = ((INVOICES, PRINCIPAL, "full"), (INVOICES, PRINCIPAL, "send"))
MAILBOX_ACCESS = Subject(
    provider=MailboxAccessProvider,
    wanted={"app_id": APP_ID, "principal": PRINCIPAL, "access": {INVOICES: "full-access, send-as"}},
    before={"app_id": APP_ID, "principal": PRINCIPAL, "access": {BILLING: "full-access"}},
    shows=rights,
    states={
        "absent": given(),
        "as wanted": given(*BOTH),
        "differs": given((INVOICES, PRINCIPAL, "read")),
        "half-done": given((INVOICES, PRINCIPAL, "full"), (BILLING, PRINCIPAL, "full")),
        "somebody else's": given((INVOICES, OTHER_PRINCIPAL, "full"), (BILLING, OTHER_PRINCIPAL, "send")),
        "unreadable": given(*BOTH),
    },
    outs=("granted", "failed"),
    drifts=("access",),
    short={
        **{f"{verb}-MailboxPermission": f"{verb.lower()} full" for verb in ("Add", "Get", "Remove")},
        **{f"{verb}-RecipientPermission": f"{verb.lower()} send" for verb in ("Add", "Get", "Remove")},
        "Get-ServicePrincipal": "get principal",
    },
    prepare=two_principals,
)
