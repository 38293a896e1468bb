"""From what was found to the client that a stack would declare for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from mailgrant.adopt.credentials import Credentials, credentials
from mailgrant.adopt.exchange import Looked, Sending
from mailgrant.adopt.found import EVERYBODY, MAIL_APIS, Found, protocols_of
from mailgrant.errors import SetupError
from mailgrant.facts import EXCHANGE_ONLINE_APP_ID, PROTOCOLS
from mailgrant.model import (
    TENANT,
    ClientPlan,
    Consent,
    DaemonPlan,
    DelegatedPlan,
    SmtpScope,
    Switches,
    ThirdPartyPlan,
)
from mailgrant.schema.clients import is_for_web

ON: Final = "on"
OFF: Final = "off"


@dataclass(frozen=True)
class Outline:
    """What Entra alone tells of a client.

    Args:
        kind: ``daemon``, ``delegated`` or ``third-party``.
        protocols: of people, or of the program itself for a daemon.
        people: whose consent is recorded one by one, by sign-in name.
    """

    kind: str
    protocols: tuple[str, ...]
    people: tuple[str, ...] = ()

    @property
    def senders(self) -> tuple[str, ...]:
        """The people of whom it matters whether they may send over SMTP."""
        return self.people if "smtp" in self.protocols else ()


@dataclass(frozen=True)
class Sight:
    """All that a client is inferred from.

    Args:
        found: in Entra.
        looked: in Exchange.
        named: mailboxes that are the client's because somebody says so.
        now: aware.
    """

    found: Found
    looked: Looked
    named: tuple[str, ...]
    now: datetime


@dataclass(frozen=True)
class Client:
    """A client as a stack would declare it.

    Args:
        plan: the client.
        switches: what is to stand under ``mailgrant:mailboxes`` so that nothing is switched.
        credentials: what becomes of those that are there.
        left: what of it cannot be adopted, in words.
    """

    plan: ClientPlan
    switches: Mapping[str, Switches] = field(default_factory=dict)
    credentials: Credentials = field(default_factory=Credentials)
    left: tuple[str, ...] = ()


def outline(found: Found) -> Outline:
    """Which kind of client it is.

    Raises:
        SetupError: it has nothing to do with mail.
    """
    asked = [one.value for one in found.requested if not one.application and one.api in MAIL_APIS]
    consented = [value for one in found.mail_consents for value in one.values]
    people = () if _is_for_everybody(found) else tuple(sorted({one.person for one in found.mail_consents}))
    # What nobody has consented to is adopted only where nothing else tells what it is for.
    delegated = protocols_of(consented) or protocols_of(asked)
    if found.registration is None:
        return Outline("third-party", delegated or _nothing(found), people)
    if delegated:
        return Outline("delegated", delegated, people)
    return Outline("daemon", _own(found))


def _is_for_everybody(found: Found) -> bool:
    return any(one.person == EVERYBODY for one in found.mail_consents)


def _nothing(found: Found) -> tuple[str, ...]:
    raise SetupError(
        f"nobody has consented to a mail permission of {found.shown}: there is nothing to adopt",
        "Declare it in the stack: mailgrant uses the service principal that is there, and leaves it as it is.",
    )


def _own(found: Found) -> tuple[str, ...]:
    """The protocols for which it has application permissions; those that it asks for, if it has none."""
    held = protocols_of(one.permission.value for one in found.held if _is_of_exchange(one.permission.api))
    asked = [one.value for one in found.requested if one.application and _is_of_exchange(one.api)]
    return held or protocols_of(asked)


def _is_of_exchange(api: str) -> bool:
    return api == EXCHANGE_ONLINE_APP_ID


def client(sight: Sight, display_name: str) -> Client:
    """The client of a stack.

    Args:
        sight: what was seen of it.
        display_name: that the stack must name so that Entra's stays; empty if it follows from the client's name.

    Raises:
        SetupError: it has nothing to do with mail.
    """
    told, registration = outline(sight.found), sight.found.registration
    if registration is None:
        return _switched(_third_party(sight, told), sight.looked)
    made = credentials(registration, sight.now)
    kinds = {"daemon": _daemon, "delegated": _delegated}
    one = kinds[told.kind](sight, told, made)
    plan = one.plan if isinstance(one.plan, ThirdPartyPlan) else replace(one.plan, display_name=display_name)
    left = (*one.left, *made.left)
    return _switched(replace(one, plan=plan, credentials=made, left=left), sight.looked)


def _daemon(sight: Sight, told: Outline, made: Credentials) -> Client:
    if not made.plans:
        made.make_one()
    protocols, scope = told.protocols, None
    left: tuple[str, ...] = ()
    if (sending := sight.looked.sending) and "smtp" in protocols:
        left = _unused(sending, "with SMTP.SendAsApp, Exchange does not ask for its scope")
    elif sending:
        protocols = tuple(one for one in PROTOCOLS if one in {*protocols, "smtp"})
        scope = SmtpScope(sending.group, sending.filter)
    if not protocols:
        raise SetupError(
            f"{sight.found.shown} has no permission for IMAP, POP or SMTP: there is nothing to adopt",
            "Is it the right application? Permissions of Microsoft Graph for mail are none of these.",
        )
    return Client(DaemonPlan(protocols, _mailboxes(sight), made.plans, scope), left=left)


def _delegated(sight: Sight, told: Outline, made: Credentials) -> Client:
    registration = sight.found.registration
    uris = (*registration.web_uris, *registration.desktop_uris) if registration else ()
    web = tuple(dict.fromkeys(uri for uri in uris if is_for_web(uri)))
    desktop = tuple(dict.fromkeys(uri for uri in uris if not is_for_web(uri)))
    if web and not made.plans:
        made.make_one()
    plan = DelegatedPlan(
        told.protocols,
        web,
        desktop,
        bool(registration and registration.public),
        _consent(sight, told),
        _mailboxes(sight),
        made.plans,
    )
    left = _unused(sight.looked.sending, "only a daemon has a scope in a stack")
    return Client(plan, left=left)


def _unused(sending: Sending | None, why: str) -> tuple[str, ...]:
    return (f"the role assignment {sending.assignment}: {why}",) if sending else ()


def _third_party(sight: Sight, told: Outline) -> Client:
    sends = "smtp" in told.protocols
    idle = () if sends else sight.named
    left = tuple(f"the mailbox {one}: SMTP is none of the client's protocols" for one in idle)
    senders = sight.named if sends else ()
    plan = ThirdPartyPlan(sight.found.client_id, told.protocols, _consent(sight, told), senders)
    return Client(plan, left=left)


def _mailboxes(sight: Sight) -> dict[str, str]:
    """Rights by mailbox; one that was named and may not be opened yet will be."""
    held = {address: ", ".join(rights) for address, rights in sight.looked.rights.items()}
    return dict(sorted({**dict.fromkeys(sight.named, "full-access"), **held}.items()))


def _consent(sight: Sight, told: Outline) -> Consent:
    return TENANT if _is_for_everybody(sight.found) else told.people


def _switched(one: Client, looked: Looked) -> Client:
    """With the switches that keep mailboxes as they are, as far as a client that sends allows it."""
    kept = {
        address: {"smtp_auth": looked.smtp_auth[address]}
        for address in dict.fromkeys(one.plan.senders)
        if looked.smtp_auth.get(address, ON) not in {ON, OFF}
    }
    return replace(one, switches=kept)
