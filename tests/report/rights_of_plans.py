"""The effective rights of a plan, worked out from the plan alone: what the report's rows are held against.

It shares nothing with the report but the words in which rights are named.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from mailgrant.model import (
    CertificateCredential,
    ClientPlan,
    DaemonPlan,
    DelegatedPlan,
    FederatedCredential,
    Plan,
    SecretCredential,
    ThirdPartyPlan,
)

Right = tuple[str, str, str]  # client, right, object
Held = tuple[str, tuple[str, str]]  # whose it is, right, object
Row = tuple[str, str, str, str]  # operation, client, right, object

ROLES: Final = {"imap": "IMAP.AccessAsApp", "pop": "POP.AccessAsApp", "smtp": "SMTP.SendAsApp"}
SCOPES: Final = {"imap": "IMAP.AccessAsUser.All", "pop": "POP.AccessAsUser.All", "smtp": "SMTP.Send"}
GRAPH: Final = "Microsoft Graph"
EVERYBODY: Final = "everybody in the tenant"
UNSEEN: Final = "not known"
TENANT: Final = "the whole tenant"
ORDER: Final = {"off": (-1, -1), "disabled": (-1, -1), "on": (1, 1), "enabled": (1, 1)}


def held(plan: Plan) -> set[Held]:
    """All rights of all clients, by whose they are."""
    return {
        (identity(name, one), right[1:]) for name, one in plan.clients.items() for right in _rights(name, one)
    }


def identity(name: str, one: ClientPlan) -> str:
    """Which application it is: a published one by its id, whatever it is called here, one's own by its name."""
    return one.client_id if isinstance(one, ThirdPartyPlan) else name


def names(before: Plan, after: Plan) -> dict[str, str]:
    """What applications are called; by the later of two names, if they have two."""
    return {identity(name, one): name for plan in (before, after) for name, one in plan.clients.items()}


def _rights(name: str, one: ClientPlan) -> Iterator[Right]:
    if isinstance(one, DaemonPlan):
        scoped = "smtp" if one.smtp_scope else ""
        yield from _itself(name, tuple(p for p in one.protocols if p != scoped), one.mailboxes)
        if one.smtp_scope:
            where = one.smtp_scope.group, one.smtp_scope.filter
            yield (
                name,
                "send over SMTP",
                f"members of {where[0]}" if where[0] else f"mailboxes where {where[1]}",
            )
    elif isinstance(one, DelegatedPlan):
        yield from _itself(name, one.protocols if one.mailboxes else (), one.mailboxes)
        yield from _delegated(name, one)
    else:
        yield from _consented(name, [*(SCOPES[p] for p in one.protocols), "offline_access"], one.consent)
    if not isinstance(one, ThirdPartyPlan):
        yield from _credentials(name, one)


def _itself(name: str, protocols: tuple[str, ...], mailboxes: Mapping[str, str]) -> Iterator[Right]:
    yield from ((name, ROLES[protocol], "mailboxes granted to it") for protocol in protocols)
    for mailbox, rights in mailboxes.items():
        yield from ((name, right, mailbox) for right in rights.split(", "))


def _delegated(name: str, one: DelegatedPlan) -> Iterator[Right]:
    scopes = [*(SCOPES[protocol] for protocol in one.protocols), "offline_access"]
    yield from _consented(name, scopes, one.consent)
    yield from ((name, f"asks for {scope}", GRAPH) for scope in scopes)
    yield from ((name, "redirect URI", uri) for uri in (*one.redirect_uris, *one.desktop_uris))
    if one.device_code:
        yield name, "public client", "sign-in by code"


def _consented(name: str, scopes: list[str], consent: tuple[str, ...] | str) -> Iterator[Right]:
    people = (EVERYBODY,) if consent == "tenant" else consent
    yield from ((name, scope, person) for scope in scopes for person in people)


def _credentials(name: str, one: DaemonPlan | DelegatedPlan) -> Iterator[Right]:
    for consumer, credential in one.credentials.items():
        if isinstance(credential, FederatedCredential):
            token = f"{credential.subject or credential.claims} of {credential.issuer}"
            yield name, "federated sign-in", f"{consumer}: {token}"
        elif isinstance(credential, SecretCredential):
            yield name, "client secret", consumer
        elif isinstance(credential, CertificateCredential):
            yield name, "certificate", consumer


def lives(before: Plan, after: Plan) -> dict[Right, bool]:
    """Secrets and certificates that last for another time than before, by client, right and consumer: whether for longer."""
    found: dict[Right, bool] = {}
    for name in before.clients.keys() & after.clients.keys():
        old, new = _lifetimes(name, before.clients[name]), _lifetimes(name, after.clients[name])
        found |= {one: new[one] > old[one] for one in old.keys() & new.keys() if new[one] != old[one]}
    return found


def _lifetimes(name: str, one: ClientPlan) -> dict[Right, timedelta]:
    kinds = {SecretCredential: "client secret", CertificateCredential: "certificate"}
    return {
        (name, kinds[type(credential)], consumer): credential.lifetime
        for consumer, credential in getattr(one, "credentials", {}).items()
        if isinstance(credential, SecretCredential | CertificateCredential)
    }


def switches(plan: Plan) -> dict[tuple[str, str], str]:
    """What is declared of switches, by what they are called and where."""
    names = {"imap": "IMAP", "pop": "POP", "smtp_auth": "SMTP AUTH"}
    said = {
        (names[switch], mailbox): word
        for mailbox, words in plan.mailboxes.items()
        for switch, word in words.items()
    }
    tenant = {("SMTP AUTH", TENANT): plan.tenant.smtp_auth} if plan.tenant.smtp_auth else {}
    return {**said, **tenant}


def settings(
    before: Plan, after: Plan, found: Mapping[tuple[str, str], str]
) -> set[tuple[str, str, str, str]]:
    """Switches that change: name, place, word before and word after.

    Args:
        before: the plan that holds.
        after: the plan that shall.
        found: what the switches said before mailgrant; known to a preview only of those that the first plan names.
    """
    old, new = switches(before), switches(after)
    was = {key: old.get(key, UNSEEN) for key in {*old, *new}}
    will = {key: new.get(key) or found[key] for key in {*old, *new}}
    return {(*key, was[key], will[key]) for key in was if was[key] != will[key]}


def blocked(plan: Plan) -> set[str]:
    """Who cannot open mail with a password."""
    return {*plan.tenant.block_basic_auth, *([EVERYBODY] if plan.tenant.everyone else [])}


def is_opened(word_before: str, word_after: str) -> bool:
    """Whether a switch may let in more than before."""
    return ORDER.get(word_after, (-1, 1))[1] > ORDER.get(word_before, (-1, 1))[0]
