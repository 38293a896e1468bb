"""What guardrails find in plans: ``python -m tests.golden_guardrails`` writes ``golden/guardrails.txt`` anew.

Whoever does so reads the difference as somebody who sees nothing but these sentences.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from mailgrant.configuration.parsing import parse
from mailgrant.guardrails.findings import findings, refusal
from mailgrant.schema.guardrails import RULES
from tests.faulty_stacks import (
    BRIDGED,
    DAEMON,
    DELEGATED,
    NOW,
    SECRET,
    SENDER,
    THIRD_PARTY,
    WAIVER,
    Values,
    stack,
    without,
)

GOLDEN: Final = Path(__file__).parent / "golden" / "guardrails.txt"
ONLY_SENDS: Final = {**without(SENDER, "smtp_scope"), "mailboxes": {"news@contoso.com": "full-access"}}
CEO: Final = "ceo@contoso.com"
EXECUTIVES: Final = {"forbidden_mailboxes": {"addresses": [CEO]}}
EXTERNAL: Final = {"type": "external", "expires": "2027-01-31"}
FEDERATED: Final = {"type": "federated", "github": {"repository": "contoso/mail", "branch": "main"}}
PEOPLE: Final = {"consent": ["adele@contoso.com"]}
EVERYBODY: Final = {"consent": "tenant"}
WEB: Final = {
    **DELEGATED,
    "redirect_uris": ["https://portal.contoso.com/back"],
    "credentials": {"vm": SECRET},
}
ALL_ERRORS: Final = {
    **dict.fromkeys(RULES, "error"),
    "secret_lifetime": {"severity": "error", "at_most": "90d"},
    "mailboxes_per_client": {"severity": "error", "at_most": 1},
    "forbidden_mailboxes": {"severity": "error", "addresses": [CEO]},
}
TWO: Final = {"invoices@contoso.com": "full-access", CEO: "full-access+automapping"}


def poller(**keys: Any) -> Values:
    return {**DAEMON, **keys}


def one(client: Values, **keys: Any) -> Values:
    return stack(clients={"poller": client}, **keys)


def secret(lifetime: str) -> Values:
    return {"credentials": {"vm": {"type": "secret", "lifetime": lifetime}}}


CASES: Final[Mapping[str, Values]] = {
    "a stack that says nothing of guardrails": stack(),
    "consent for everybody to a published client": one({**THIRD_PARTY, **EVERYBODY}),
    "consent for everybody to a client that nobody knows": one(
        {**THIRD_PARTY, **EVERYBODY, "client_id": "0ff11ce0-7e4a-4b1d-9c3e-c0a750000001"}
    ),
    "consent for everybody to a desktop program": one({**DELEGATED, **EVERYBODY}),
    "consent for everybody to a program that takes device codes, too": one(
        {**WEB, **EVERYBODY, "device_code": True}
    ),
    "consent for everybody to a web application with a secret of its own": one({**WEB, **EVERYBODY}),
    "consent for some people": one({**THIRD_PARTY, **PEOPLE}),
    "consent for everybody, and nobody minds": one(
        {**THIRD_PARTY, **EVERYBODY}, guardrails={"public_consent": "off"}
    ),
    "a secret of half a year": one(poller(**secret("180d"))),
    "a secret of a year": one(poller(**secret("365d"))),
    "a secret longer than the stack wants": one(
        poller(**secret("36h")), guardrails={"secret_lifetime": {"at_most": "1d"}}
    ),
    "a secret of the automation": stack(
        automation={"credentials": {"ci": SECRET}}, guardrails={"secret_lifetime": {"at_most": "90d"}}
    ),
    "secrets where there may be none": one(
        poller(credentials={"vm": SECRET, "ci": FEDERATED}), guardrails={"secrets": "error"}
    ),
    "credentials that nobody rotates": one(
        poller(credentials={"vm": EXTERNAL, "ci": FEDERATED}), guardrails={"unrotated_credentials": "warning"}
    ),
    "full-access for a client that only sends": one(ONLY_SENDS),
    "full-access for a client that only sends, in a cloud without the scope": one(
        ONLY_SENDS, cloud="usgov-high"
    ),
    "full-access for an old program that only sends": one({**BRIDGED, "protocols": ["smtp"]}),
    "a scope for a client that only sends": one(SENDER),
    "a scope beside another protocol": one(
        {**SENDER, "protocols": ["smtp", "imap"], "mailboxes": {"news@contoso.com": "full-access"}}
    ),
    "as many mailboxes as may be": one(
        poller(mailboxes=TWO), guardrails={"mailboxes_per_client": {"at_most": 2}}
    ),
    "a mailbox too many": one(poller(mailboxes=TWO), guardrails={"mailboxes_per_client": {"at_most": 1}}),
    "a forbidden mailbox": one(poller(mailboxes=TWO), guardrails=EXECUTIVES),
    "a forbidden mailbox in other letters": one(
        poller(mailboxes={"Ceo@Contoso.com": "send-as"}),
        guardrails={"forbidden_mailboxes": {"addresses": ["CEO@contoso.com"]}},
    ),
    "a forbidden mailbox to send from": one({**THIRD_PARTY, "mailboxes": [CEO]}, guardrails=EXECUTIVES),
    "a forbidden mailbox by consent": one({**DELEGATED, "consent": [CEO]}, guardrails=EXECUTIVES),
    "a forbidden mailbox by consent for everybody": one({**WEB, **EVERYBODY}, guardrails=EXECUTIVES),
    "automapping": one(poller(mailboxes=TWO), guardrails={"automapping": "warning"}),
    "SMTP AUTH for the whole organization": stack(tenant={"smtp_auth": "enabled"}),
    "SMTP AUTH closed for the organization": stack(tenant={"smtp_auth": "disabled"}),
    "an automation that may change everything": stack(
        automation={"applications": "all", "credentials": {"ci": FEDERATED}}
    ),
    "everything at once, and everything an error": stack(
        clients={
            "poller": poller(mailboxes=TWO, credentials={"vm": SECRET, "old": EXTERNAL}),
            "news": ONLY_SENDS,
            "beside": {
                **SENDER,
                "protocols": ["smtp", "imap"],
                "mailboxes": {"a@contoso.com": "full-access"},
            },
            "mail": {**THIRD_PARTY, **EVERYBODY},
        },
        tenant={"smtp_auth": "enabled"},
        automation={"applications": "all", "credentials": {"ci": SECRET}},
        guardrails=ALL_ERRORS,
    ),
    "an error that is waived for the client": one(
        poller(), guardrails={"secret_lifetime": {"severity": "error", "at_most": "90d"}}, waivers=[WAIVER]
    ),
    "an error that is waived at its place alone": one(
        poller(credentials={"vm": SECRET, "other": SECRET}),
        guardrails={"secrets": "error"},
        waivers=[
            {
                **without(WAIVER, "client"),
                "rule": "secrets",
                "place": "mailgrant:clients.poller.credentials.vm",
            }
        ],
    ),
    "a waiver for another client": one(
        poller(), guardrails={"secrets": "error"}, waivers=[{**WAIVER, "rule": "secrets", "client": "mail"}]
    ),
    "a waiver of a rule that is off": one(poller(), waivers=[{**WAIVER, "rule": "secrets"}]),
    "a waiver that has ended": one(
        poller(),
        guardrails={"secrets": "error"},
        waivers=[{**WAIVER, "rule": "secrets", "until": "2026-11-21"}],
    ),
    "a waiver that has ended, and its successor": one(
        poller(),
        guardrails={"secrets": "error"},
        waivers=[{**WAIVER, "rule": "secrets", "until": "2026-11-21"}, {**WAIVER, "rule": "secrets"}],
    ),
}


def said(values: Values) -> str:
    """What somebody sees who runs a stack."""
    found = findings(parse(values, NOW))
    warnings = [f"warning: {one}" for one in found if one.severity == "warning"]
    refused = refusal(found)
    return "\n".join([*warnings, *([f"error: {refused}"] if refused else [])]) or "nothing"


def golden() -> str:
    """The whole file."""
    return "\n".join(f"## {title}\n{said(values)}\n" for title, values in CASES.items())


if __name__ == "__main__":
    GOLDEN.write_text(golden())
