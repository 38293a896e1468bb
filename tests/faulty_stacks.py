"""Stacks with a fault each, by what is wrong with them; ``golden_faults`` has what is said of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from mailgrant.certificates import keys
from mailgrant.certificates.public import describe

NOW: Final = datetime(2026, 11, 22, tzinfo=UTC)
Values = dict[str, Any]

ORGANIZATION: Final = "contoso.onmicrosoft.com"
SECRET: Final[Values] = {"type": "secret", "lifetime": "180d", "rotate": "90d"}
DAEMON: Final[Values] = {
    "kind": "daemon",
    "protocols": ["imap"],
    "mailboxes": {"invoices@contoso.com": "full-access"},
    "credentials": {"vm": SECRET},
}
SENDER: Final[Values] = {
    "kind": "daemon",
    "protocols": ["smtp"],
    "smtp_scope": {"group": "senders@contoso.com"},
    "credentials": {"vm": SECRET},
}
DELEGATED: Final[Values] = {"kind": "delegated", "protocols": ["imap"], "redirect_uris": ["http://localhost"]}
THIRD_PARTY: Final[Values] = {"kind": "third-party", "client_id": "thunderbird", "protocols": ["imap"]}
BRIDGED: Final[Values] = {**DAEMON, "kind": "app-password"}
FEDERATED: Final[Values] = {"type": "federated"}
ISSUER: Final = "https://issuer.example/one"
WAIVER: Final[Values] = {
    "rule": "secret_lifetime",
    "client": "poller",
    "owner": "adele@contoso.com",
    "until": "2027-01-31",
    "reason": "the vendor rotates by hand until spring",
}


@cache
def ended() -> str:
    return keys.generate(
        "ended", datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    ).public.pem


@cache
def private() -> str:
    pair = keys.generate("private", datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    return pair.public.pem + pair.private_key


@cache
def elliptic() -> str:
    key = generate_private_key(SECP256R1())
    builder = keys._builder  # noqa: SLF001 - makes a certificate of any key
    made = builder("elliptic", key.public_key(), NOW, datetime(2028, 1, 1, tzinfo=UTC)).sign(key, SHA256())  # type: ignore[arg-type]
    return describe(made).pem


def stack(**keys_: Any) -> Values:
    return {"organization": ORGANIZATION, "clients": {"poller": DAEMON}} | keys_


def without(values: Values, name: str) -> Values:
    return {key: value for key, value in values.items() if key != name}


def secret(**keys_: Any) -> Values:
    return {**DAEMON, "credentials": {"vm": {"type": "secret", **keys_}}}


def certificate(**keys_: Any) -> Values:
    return {**DAEMON, "credentials": {"vm": {"type": "certificate", **keys_}}}


def federated(**keys_: Any) -> Values:
    return {**DAEMON, "credentials": {"vm": {**FEDERATED, **keys_}}}


def external(**keys_: Any) -> Values:
    return {**DAEMON, "credentials": {"vm": {"type": "external", **keys_}}}


# What is wrong with the stack itself.
STACKS: Final[Mapping[str, Values]] = {
    "nothing at all": {},
    "no organization": without(stack(), "organization"),
    "an organization that is no domain": stack(organization="contoso"),
    "an organization that is no text": stack(organization=["contoso.onmicrosoft.com"]),
    "a tenant's id as organization": stack(organization="0ff11ce0-7e4a-4b1d-9c3e-c0a750000001"),
    "nothing declared": {"organization": ORGANIZATION},
    "no client": stack(clients={}),
    "clients as a list": stack(clients=[DAEMON]),
    "clients as text": stack(clients="poller"),
    "an unknown key": stack(client={}),
    "an unknown key that is like none": stack(backup=True),
    "an unknown cloud": stack(cloud="usgov"),
    "a cloud that is no text": stack(cloud=5),
    "an unknown carrier": stack(exchange={"carrier": "powershell"}),
    "an unknown key of exchange": stack(exchange={"session": 4}),
    "exchange as text": stack(exchange="pwsh"),
    "too many sessions": stack(exchange={"sessions": 99}),
    "no sessions": stack(exchange={"sessions": 0}),
    "sessions as text": stack(exchange={"sessions": "4"}),
    "sessions as a truth": stack(exchange={"sessions": True}),
    "no time": stack(exchange={"timeout": 0}),
    "too much time": stack(exchange={"timeout": 86400}),
    "a port that is none": stack(exchange={"carrier": "wsman", "host": "jump", "port": 70000}),
    "a port of nought": stack(exchange={"carrier": "wsman", "host": "jump", "port": 0}),
    "an unknown way to sign in at the jump host": stack(exchange={"carrier": "wsman", "auth": "digest"}),
    "an empty jump host": stack(exchange={"carrier": "wsman", "host": ""}),
    "a jump host without the carrier": stack(
        exchange={"host": "jump.contoso.com", "port": 5986, "auth": "ntlm"}
    ),
    "a suffix that is none": stack(suffix="-dev"),
    "a mailbox that is no address": stack(mailboxes={"invoices": {"imap": True}}),
    "a mailbox named twice": stack(
        mailboxes={"a@contoso.com": {"imap": True}, "A@contoso.com": {"imap": False}}
    ),
    "a switch that is a word": stack(
        mailboxes={"a@contoso.com": {"imap": "on", "pop": 1, "smtp_auth": "yes"}}
    ),
    "an unknown switch": stack(mailboxes={"a@contoso.com": {"smtp": True}}),
    "switches as a list": stack(mailboxes={"a@contoso.com": ["imap"]}),
    "an unknown word for the organization": stack(tenant={"smtp_auth": "off"}),
    "a truth for the organization": stack(tenant={"smtp_auth": False}),
    "an unknown key of the organization": stack(tenant={"smtp": "disabled"}),
    "an unknown word for those without passwords": stack(tenant={"block_basic_auth": "all"}),
    "nobody without passwords": stack(tenant={"block_basic_auth": []}),
    "somebody without passwords who is no address": stack(tenant={"block_basic_auth": ["adele"]}),
    "no credential for the automation": stack(automation={}),
    "an empty list of credentials for the automation": stack(automation={"credentials": {}}),
    "an automation with an empty name": stack(automation={"name": "", "credentials": {"ci": SECRET}}),
    "an automation with a long name": stack(automation={"name": "m" * 121, "credentials": {"ci": SECRET}}),
    "an automation with a hostile name": stack(
        automation={"name": "m\n\x1b[31m", "credentials": {"ci": SECRET}}
    ),
    "an automation with unknown reach": stack(
        automation={"applications": "mine", "credentials": {"ci": SECRET}}
    ),
    "an automation with an unknown kind of credential": stack(
        automation={"credentials": {"ci": {"type": "oidc"}}}
    ),
    "an unknown key of a credential of the automation": stack(
        automation={"credentials": {"ci": {**SECRET, "rotates": "90d"}}}
    ),
    "an unknown guardrail": stack(guardrails={"public_consents": "error"}),
    "guardrails as text": stack(guardrails="error"),
    "an unknown severity": stack(guardrails={"secrets": "warn"}),
    "a severity that is a truth": stack(guardrails={"secrets": True}),
    "an unknown severity of a guardrail with a limit": stack(guardrails={"secret_lifetime": "fatal"}),
    "a longest lifetime that is a number": stack(guardrails={"secret_lifetime": {"at_most": 90}}),
    "a limit under another name": stack(guardrails={"secret_lifetime": {"days": 90}}),
    "no mailbox allowed": stack(guardrails={"mailboxes_per_client": {"severity": "error", "at_most": 0}}),
    "a forbidden mailbox that is no address": stack(
        guardrails={"forbidden_mailboxes": {"addresses": ["ceo"]}}
    ),
    "forbidden mailboxes as a list": stack(guardrails={"forbidden_mailboxes": ["ceo@contoso.com"]}),
    "waivers as a map": stack(waivers={"poller": WAIVER}),
    "a waiver as text": stack(waivers=["secrets"]),
    "a waiver of an unknown rule": stack(waivers=[{**WAIVER, "rule": "secret_lifetimes"}]),
    "a waiver of nothing and of nobody": stack(waivers=[{}]),
    "a waiver for a place and a client": stack(
        waivers=[{**WAIVER, "place": "clients.poller.credentials.vm"}]
    ),
    "a waiver without an end": stack(waivers=[without(WAIVER, "until")]),
    "a waiver until a day that is none": stack(waivers=[{**WAIVER, "until": "2027-02-30"}]),
    "a waiver of somebody who is no address": stack(waivers=[WAIVER, {**WAIVER, "owner": "adele"}]),
    "a waiver without a reason": stack(waivers=[{**WAIVER, "reason": ""}]),
    "a waiver with a hostile reason": stack(waivers=[{**WAIVER, "reason": "fine\n\x1b[2K"}]),
    "an unknown key of a waiver": stack(waivers=[{**WAIVER, "expires": "2027-01-31"}]),
}
# What is wrong with one client, called poller.
CLIENTS: Final[Mapping[str, Any]] = {
    "a client as text": "daemon",
    "no kind": without(DAEMON, "kind"),
    "an unknown kind": {**DAEMON, "kind": "demon"},
    "a kind that is no text": {**DAEMON, "kind": ["daemon"]},
    "no protocols": without(DAEMON, "protocols"),
    "an empty list of protocols": {**DAEMON, "protocols": []},
    "protocols as text": {**DAEMON, "protocols": "imap"},
    "an unknown protocol": {**DAEMON, "protocols": ["imap", "imaps"]},
    "a protocol that is like none": {**DAEMON, "protocols": ["ews"]},
    "an unknown key of a daemon": {**DAEMON, "mailbox": {}},
    "an unknown key of a daemon that a delegated client has": {**DAEMON, "consent": "tenant"},
    "an unknown key of an app-password client": {**BRIDGED, "smtp_scope": {"group": "a@contoso.com"}},
    "an unknown key of a delegated client": {**DELEGATED, "redirect_uri": "http://localhost"},
    "an unknown key of a third-party client": {**THIRD_PARTY, "credentials": {}},
    "mailboxes as a list": {**DAEMON, "mailboxes": ["invoices@contoso.com"]},
    "a mailbox that is no address": {**DAEMON, "mailboxes": {"invoices": "full-access"}},
    "a mailbox with a space": {**DAEMON, "mailboxes": {"a b@contoso.com": "full-access"}},
    "a hostile mailbox": {**DAEMON, "mailboxes": {"$(id)@contoso.com\n- x": "full-access"}},
    "a mailbox named twice": {
        **DAEMON,
        "mailboxes": {"a@contoso.com": "full-access", "A@contoso.com": "send-as"},
    },
    "an unknown right": {**DAEMON, "mailboxes": {"a@contoso.com": "full-acess"}},
    "a right that is like none": {**DAEMON, "mailboxes": {"a@contoso.com": "owner"}},
    "no right": {**DAEMON, "mailboxes": {"a@contoso.com": ""}},
    "rights as a list": {**DAEMON, "mailboxes": {"a@contoso.com": ["full-access"]}},
    "a right twice": {**DAEMON, "mailboxes": {"a@contoso.com": "full-access, full-access+automapping"}},
    "no credentials": without(DAEMON, "credentials"),
    "an empty list of credentials": {**DAEMON, "credentials": {}},
    "credentials as a list": {**DAEMON, "credentials": [SECRET]},
    "a credential with a name that is none": {**DAEMON, "credentials": {"VM 1": SECRET}},
    "a credential without a type": {**DAEMON, "credentials": {"vm": {"lifetime": "180d"}}},
    "a credential of an unknown type": {**DAEMON, "credentials": {"vm": {"type": "password"}}},
    "a credential as text": {**DAEMON, "credentials": {"vm": "secret"}},
    "an unknown key of a secret": secret(expires="2027-01-31"),
    "a lifetime that is none": secret(lifetime="half a year"),
    "a lifetime without a unit": secret(lifetime=180),
    "a lifetime of nought": secret(lifetime="0d"),
    "a lifetime that is too long": secret(lifetime="800d"),
    "rotation that is none": secret(rotate="monthly"),
    "rotation that leaves no time": secret(lifetime="90d", rotate="60d"),
    "rotation that leaves no time in the lifetime by default": secret(rotate="91d"),
    "rotation that makes too many": secret(lifetime="90d", rotate="1d"),
    "an unknown key of a certificate": certificate(cert="x"),
    "certificates that make too many": certificate(lifetime="70d", rotate="10d"),
    "certificates that leave no time": certificate(rotate="200d"),
    "a certificate that is none": certificate(certificate="MIIB"),
    "a certificate with its private key": certificate(certificate=private()),
    "a certificate that has ended": certificate(certificate=ended()),
    "a certificate with another kind of key": certificate(certificate=elliptic()),
    "a federated credential without an issuer": federated(),
    "a federated credential with two issuers": federated(
        issuer=ISSUER, subject="x", github={"repository": "contoso/mail", "branch": "main"}
    ),
    "an issuer that is no address": federated(issuer="issuer.example", subject="x"),
    "an issuer that cannot be read": federated(issuer="https://[", subject="x"),
    "an issuer without a subject": federated(issuer=ISSUER),
    "an issuer with both subject and claims": federated(
        issuer=ISSUER, subject="x", claims="claims['sub'] eq 'x'"
    ),
    "a subject without an issuer": federated(github={"repository": "contoso/mail", "tag": "v1"}, subject="x"),
    "an empty subject": federated(issuer=ISSUER, subject=""),
    "a subject of two lines": federated(issuer=ISSUER, subject="one\ntwo"),
    "a subject that is too long": federated(issuer=ISSUER, subject="x" * 601),
    "a repository that is none": federated(github={"repository": "mail", "branch": "main"}),
    "a repository with one of its ids": federated(github={"repository": "contoso@1/mail", "branch": "main"}),
    "no repository": federated(github={"branch": "main"}),
    "a repository alone": federated(github={"repository": "contoso/mail"}),
    "a branch and a tag": federated(github={"repository": "contoso/mail", "branch": "main", "tag": "v1"}),
    "pull requests that are not": federated(github={"repository": "contoso/mail", "pull_request": False}),
    "an unknown key of github": federated(github={"repository": "contoso/mail", "environments": "x"}),
    "an unknown key of azure_devops": federated(azure_devops={"org": "contoso"}),
    "an organization of Azure DevOps that is no GUID": federated(
        azure_devops={
            "organization_id": "contoso",
            "organization": "contoso",
            "project": "mail",
            "service_connection": "x",
        }
    ),
    "an unknown key of kubernetes": federated(
        kubernetes={"issuer": ISSUER, "namespace": "mail", "service_account": "x", "cluster": "y"}
    ),
    "a day that is none": external(expires="31.01.2027"),
    "a day that is a number": external(expires=20270131),
    "a day that does not exist": external(expires="2027-02-30"),
    "a scope without smtp": {**DAEMON, "smtp_scope": {"group": "senders@contoso.com"}},
    "a scope of nothing": {**SENDER, "smtp_scope": {}},
    "a scope of two things": {**SENDER, "smtp_scope": {"group": "a@contoso.com", "filter": "Name -eq 'x'"}},
    "a scope of a group that is none": {**SENDER, "smtp_scope": {"group": "senders"}},
    "a scope of an empty filter": {**SENDER, "smtp_scope": {"filter": ""}},
    "a scope of a filter of two lines": {**SENDER, "smtp_scope": {"filter": "Name -eq 'x'\n"}},
    "an unknown key of a scope": {**SENDER, "smtp_scope": {"groups": "a@contoso.com"}},
    "a bridge with a certificate": {**BRIDGED, "credentials": {"vm": {"type": "certificate"}}},
    "nobody can sign in": without(DELEGATED, "redirect_uris"),
    "a web application without a credential": {
        **DELEGATED,
        "redirect_uris": ["https://portal.contoso.com/back"],
    },
    "a device code that is a word": {**DELEGATED, "device_code": "yes"},
    "redirect URIs as text": {**DELEGATED, "redirect_uris": "http://localhost"},
    "redirect URIs that are none": {
        **DELEGATED,
        "redirect_uris": [
            "localhost:8080/back",
            "portal.contoso.com",
            "https://",
            "https://[",
            "http://portal.contoso.com",
            "https://portal.contoso.com/*",
            "https://portal.contoso.com/#back",
            "https://portal.contoso.com/a b",
            "https://portal.contoso.com/" + "x" * 256,
        ],
    },
    "consent by an unknown word": {**DELEGATED, "consent": "everyone"},
    "consent for nobody": {**DELEGATED, "consent": []},
    "consent for somebody who is no address": {**DELEGATED, "consent": ["adele@contoso.com", "bob"]},
    "consent as a map": {**DELEGATED, "consent": {"adele@contoso.com": True}},
    "no client id": without(THIRD_PARTY, "client_id"),
    "an unknown published client": {**THIRD_PARTY, "client_id": "thunderbrid"},
    "a published client that is like none": {**THIRD_PARTY, "client_id": "outlook"},
    "mailboxes of a published client as a map": {**THIRD_PARTY, "mailboxes": {"a@contoso.com": "send-as"}},
    "an empty shown name": {**DAEMON, "display_name": ""},
    "a long shown name": {**BRIDGED, "display_name": "x" * 257},
    "a hostile shown name": {**DELEGATED, "display_name": "a\nb"},
    "a mailbox of a published client that is no address": {**THIRD_PARTY, "mailboxes": ["a"]},
}
# What is well formed, and contradicts itself.
CONTRADICTIONS: Final[Mapping[str, Values]] = {
    "a daemon without mailboxes": stack(clients={"poller": without(DAEMON, "mailboxes")}),
    "a daemon with an empty list of mailboxes": stack(clients={"poller": {**DAEMON, "mailboxes": {}}}),
    "a bridge without mailboxes": stack(clients={"printer": without(BRIDGED, "mailboxes")}),
    "a scope outside the worldwide cloud": stack(cloud="china", clients={"news": SENDER}),
    "a scope and mailboxes of a client that only sends": stack(
        clients={"news": {**SENDER, "mailboxes": DAEMON["mailboxes"]}}
    ),
    "a scope and imap without mailboxes": stack(clients={"news": {**SENDER, "protocols": ["smtp", "imap"]}}),
    "a switch off that a client needs": stack(
        mailboxes={"invoices@contoso.com": {"imap": False, "pop": False}}
    ),
    "a switch off that two clients need": stack(
        clients={"poller": {**DAEMON, "protocols": ["smtp"]}, "printer": {**BRIDGED, "protocols": ["smtp"]}},
        mailboxes={"invoices@contoso.com": {"smtp_auth": False}},
    ),
    "a switch off that a person needs": stack(
        clients={"mail": {**THIRD_PARTY, "protocols": ["smtp"], "consent": ["adele@contoso.com"]}},
        mailboxes={"adele@contoso.com": {"smtp_auth": False}},
    ),
    "a published client twice": stack(
        clients={
            "mail": THIRD_PARTY,
            "other": {**THIRD_PARTY, "client_id": "9E5F94BC-E8A4-4E73-B8BE-63364C29D753"},
        }
    ),
    "an application of one name twice": stack(automation={"name": "Poller", "credentials": {"ci": SECRET}}),
    "a shown name twice": stack(
        clients={"poller": DAEMON, "printer": {**BRIDGED, "display_name": "Poller"}, "other": DELEGATED}
    ),
    "a shown name before the client of that name": stack(
        clients={"printer": {**BRIDGED, "display_name": "poller"}, "poller": DAEMON}
    ),
    "an application of one name twice by the suffix": stack(
        suffix="dev", automation={"name": "poller-dev", "credentials": {"ci": SECRET}}
    ),
}
