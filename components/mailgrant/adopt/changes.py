"""What the next ``pulumi up`` would still change after an import: where that which was made by hand differs from the stack."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mailgrant.adopt import declared
from mailgrant.adopt.exchange import Looked
from mailgrant.adopt.found import Found, Permission, Registration, Trust
from mailgrant.adopt.inference import Client
from mailgrant.entra.ownership import TAG
from mailgrant.facts import EXCHANGE_ONLINE_APP_ID
from mailgrant.model import (
    DaemonPlan,
    DelegatedPlan,
    ExternalCredential,
    FederatedCredential,
    SecretCredential,
    Switches,
)

QUOTES: Final = re.compile(
    "(['\u2018-\u201b])"
)  # what ends a text of PowerShell that begins with a single quote
OWN_TENANT: Final = "AzureADMyOrg"


@dataclass(frozen=True)
class Taken:
    """A client that is about to be taken over.

    Args:
        found: in Entra.
        looked: in Exchange.
        client: as the stack declares it.
        title: how Exchange shall show it.
        switches: what the stack says of mailboxes.
    """

    found: Found
    looked: Looked
    client: Client
    title: str
    switches: Mapping[str, Switches]


def changes(taken: Taken) -> list[str]:
    """One sentence each, without a subject; empty if nothing would change."""
    return [line for rule in RULES for line in rule(taken)]


def _registration(taken: Taken) -> Iterator[str]:
    registration, plan = taken.found.registration, taken.client.plan
    if registration is None:
        return
    if registration.audience != OWN_TENANT:
        yield f"lets nobody of other tenants sign in any more (the application is open to {registration.audience})"
    yield from _requested(registration, declared.requested(plan))
    signs_in = plan if isinstance(plan, DelegatedPlan) else DelegatedPlan(())
    yield from _uris("web applications", registration.web_uris, signs_in.redirect_uris)
    yield from _uris("programs on people's machines", registration.desktop_uris, signs_in.desktop_uris)
    if registration.public and not signs_in.device_code:
        yield "lets nobody sign in any more without a credential (public client flows)"
    yield from (f"takes {words} from the application" for words in registration.web_settings)


def _requested(registration: Registration, wanted: set[declared.Key]) -> Iterator[str]:
    there: Mapping[declared.Key, Permission] = {one.key: one for one in registration.requested}
    where = "the list of permissions that the application asks for"
    for key in sorted(there.keys() - wanted):
        yield f"takes {there[key].shown} off {where}"
    for api, value, application in sorted(wanted - there.keys()):
        yield f"puts {Permission(api, value, application, declared.TITLES[api]).shown} on {where}"


def _uris(whose: str, there: tuple[str, ...], wanted: tuple[str, ...]) -> Iterator[str]:
    yield from (f"takes the redirect URI {uri} from {whose}" for uri in sorted({*there} - {*wanted}))
    yield from (f"adds the redirect URI {uri} to {whose}" for uri in sorted({*wanted} - {*there}))


def _consents(taken: Taken) -> Iterator[str]:
    held = {one.permission.key for one in taken.found.held}
    for role in declared.roles(taken.client.plan):
        if (EXCHANGE_ONLINE_APP_ID, role, True) not in held:
            yield f"consents to {role} (application)"
    there = {(one.api, one.person): one for one in taken.found.consents}
    for grant in declared.grants(taken.client.plan):
        one = there.get((grant.api, grant.person))
        where = f"{declared.TITLES[grant.api]} for {grant.person or 'everybody'}"
        values = one.values if one else frozenset[str]()
        if added := sorted(grant.values - values):
            yield f"consents to {', '.join(added)} of {where}"
        if taken_away := sorted(values - grant.values):
            yield f"takes {', '.join(taken_away)} from the consent to {where}"


def _principal(taken: Taken) -> Iterator[str]:
    if not taken.found.registration and any(tag.startswith(TAG) for tag in taken.found.tags):
        yield "takes over the service principal that the stack has made, and writes it once more"
    if taken.found.registration and not taken.found.enabled:
        yield "lets the application sign in again (somebody has switched that off)"


def _credentials(taken: Taken) -> Iterator[str]:
    credentials = taken.client.credentials
    for name, one in credentials.plans.items():
        trust = credentials.trusts.get(name)
        if isinstance(one, FederatedCredential):
            if trust is None or not _is_same(trust, one):
                yield f"{'changes' if trust else 'makes'} the federated credential {name}"
        elif not isinstance(one, ExternalCredential):
            noun = "client secret" if isinstance(one, SecretCredential) else "certificate"
            yield f"gives the application a {noun} of the stack's ({name})"


def _is_same(trust: Trust, one: FederatedCredential) -> bool:
    told = (trust.issuer, trust.subject, trust.claims, trust.audiences)
    return told == (one.issuer, one.subject, one.claims, (one.audience,))


def _record(taken: Taken) -> Iterator[str]:
    """The record in Exchange, for which there is no import."""
    record, principal = taken.looked.record, taken.found.principal
    if not _has_record(taken):
        return
    if record is None:
        yield "makes the record of the application in Exchange (New-ServicePrincipal), without which no login works"
    elif (
        record.object_id.lower() != principal.lower()
        or record.app_id.lower() != taken.found.client_id.lower()
    ):
        yield (
            f"replaces the record of the application in Exchange: its ObjectId is {record.object_id}, and the enterprise "
            f"application's is {principal}; no login works with it, and what it was granted is granted anew"
        )
    elif record.display_name != taken.title:
        yield f"renames the record of the application in Exchange: {record.display_name} → {taken.title}"


def _has_record(taken: Taken) -> bool:
    plan = taken.client.plan
    return isinstance(plan, DaemonPlan) or (isinstance(plan, DelegatedPlan) and bool(plan.mailboxes))


def _mailboxes(taken: Taken) -> Iterator[str]:
    plan = taken.client.plan
    if isinstance(plan, DaemonPlan | DelegatedPlan):
        for address, rights in plan.mailboxes.items():
            held = taken.looked.rights.get(address, [])
            if missing := [right for right in rights.split(", ") if right.partition("+")[0] not in held]:
                yield f"grants {' and '.join(missing)} on {address}"
    for address in dict.fromkeys(plan.senders):
        wanted = taken.switches.get(address, {}).get("smtp_auth")
        now = taken.looked.smtp_auth.get(address)
        if wanted and now and now != wanted:
            yield f"turns SMTP AUTH of {address} from {now} to {wanted}"


def _scope(taken: Taken) -> Iterator[str]:
    plan, sending = taken.client.plan, taken.looked.sending
    wanted = plan.smtp_scope if isinstance(plan, DaemonPlan) else None
    if wanted is None:
        return
    if sending is None:
        yield "makes a scope and a role assignment for SMTP"
    elif not sending.ours:
        name = QUOTES.sub(r"\1\1", sending.assignment)
        yield (
            "makes a scope and a role assignment of its own for SMTP; then remove the old one: "
            f"Remove-ManagementRoleAssignment -Identity '{name}'"
        )
    elif (sending.group, sending.filter) != (wanted.group, wanted.filter):
        yield "gives the scope for SMTP other recipients"


RULES: Final[tuple[Callable[[Taken], Iterator[str]], ...]] = (
    _registration,
    _principal,
    _credentials,
    _consents,
    _record,
    _mailboxes,
    _scope,
)
