"""Clients of the kind daemon, from a stack file to logins over every protocol that they name, on the real engine."""

import json
import re
import smtplib
import subprocess
import sys
from typing import Any

import pytest

from mailgrant.consumers import python
from mailgrant.consumers.request import Request
from mailgrant.stack.outputs import Client
from tests.daemons import Program, clients, declare, roles
from tests.identities.stand_ins import Keys, make_keys
from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

UP = ("up", "--yes", "--skip-preview")
ISSUER = "https://ci.contoso.com/"
SUBJECT = "pipeline:mail:main"
GITHUB = "https://token.actions.githubusercontent.com"
BRANCHES = "claims['sub'] matches 'repo:contoso/mail:ref:refs/heads/*'"
HEAD = """
    invoice-poller:
      kind: daemon
      protocols: [imap, pop, smtp]
      mailboxes:
        invoices@contoso.com: full-access
        billing@contoso.com: full-access, send-as
      credentials:
"""
# What each consumer writes, and where the stack's administrator would find it in Entra.
CONSUMERS = {
    "poller-vm": "{type: secret, lifetime: 180d, rotate: 90d}",
    "backup-vm": "{type: secret}",
    "appliance": "{type: certificate, lifetime: 365d}",
    "hsm": "{type: certificate, certificate: PEM}",
    "ci": f"{{type: federated, issuer: '{ISSUER}', subject: '{SUBJECT}'}}",
    "actions": "{type: federated, github: {repository: contoso/mail, environment: production}}",
    "pipeline": "{type: federated, azure_devops: {organization_id: 0aa0a0a0-0000-4000-8000-00000000000a, "
    "organization: contoso, project: mail, service_connection: to exchange}}",
    "pod": "{type: federated, kubernetes: {issuer: 'https://cluster.contoso.com', namespace: mail, "
    "service_account: poller}}",
    "branches": f'{{type: federated, issuer: "{GITHUB}", claims: "{BRANCHES}"}}',
    "by-hand": "{type: external, expires: 2049-01-31}",
}
TRUSTED = {
    "ci": (ISSUER, SUBJECT),
    "actions": (GITHUB, "repo:contoso/mail:environment:production"),
    "pipeline": (
        "https://vstoken.dev.azure.com/0aa0a0a0-0000-4000-8000-00000000000a",
        "sc://contoso/mail/to exchange",
    ),
    "pod": ("https://cluster.contoso.com", "system:serviceaccount:mail:poller"),
    "branches": (GITHUB, BRANCHES),
}


@pytest.fixture(scope="module")
def hsm() -> Keys:
    """A pair whose key never leaves its consumer."""
    return make_keys("hsm")


@pytest.fixture(scope="module")
def issuer() -> Keys:
    """The keys of an issuer of tokens."""
    return make_keys("issuer")


def daemon(hsm: Keys, *without: str) -> str:
    lines = [f"        {name}: {text}\n" for name, text in CONSUMERS.items() if name not in without]
    return (HEAD + "".join(lines)).replace("PEM", json.dumps(hsm.public_pem().decode()))


def proofs(client: dict[str, Any], hsm: Keys, issuer: Keys) -> dict[str, Any]:
    """What each consumer shows to Entra, as MSAL takes it."""
    handed = client["credentials"]
    appliance = handed["appliance"]
    return {
        "poller-vm": handed["poller-vm"]["value"],
        "backup-vm": handed["backup-vm"]["value"],
        "appliance": {
            "private_key": appliance["value"],
            "public_certificate": appliance["certificate"],
        },
        "hsm": {
            "private_key": hsm.key_pem().decode(),
            "public_certificate": hsm.public_pem().decode(),
        },
        "ci": {"client_assertion": lambda: issuer.assertion(iss=ISSUER, sub=SUBJECT)},
        "branches": {
            "client_assertion": lambda: issuer.assertion(
                iss=GITHUB, sub="repo:contoso/mail:ref:refs/heads/next"
            )
        },
    }


def run_the_program(project: Project, credential: str) -> str:
    """Write a consumer's program and its variables, and run it in a shell that has read these."""
    command = (
        "client-config",
        "invoice-poller",
        "--credential",
        credential,
        "--mailbox",
        "billing@contoso.com",
    )
    assert "holds a secret" in project.mailgrant_error(*command, "--for", "env")
    project.mailgrant(*command, "--for", "env", "--output", "mail.env")
    return run_with_variables(project, project.mailgrant(*command, "--for", "python"))


def run_with_variables(project: Project, program: str) -> str:
    (project.folder / "mail.py").write_text(program)
    script = f". ./mail.env && exec '{sys.executable}' mail.py"
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=project.folder,
        env=dict(project.environment),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def changes(said: str) -> set[str]:
    """What an update did to resources, in the words of its summary."""
    return set(re.findall(r"created|updated|replaced|deleted", said.partition("Resources:")[2]))


def trusted(offline: OfflineTenant, client: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Issuer and subject, or expression, of every federated credential, as Entra has them."""
    path = f"/applications/{client['application_object_id']}/federatedIdentityCredentials"
    found = offline.graph("GET", f"/beta{path}")["value"]
    return {
        one["name"]: (one["issuer"], one["subject"] or one["claimsMatchingExpression"]["value"])
        for one in found
    }


def test_every_kind_of_credential_side_by_side_each_revoked_alone(
    project: Project, at_offline: OfflineTenant, hsm: Keys, issuer: Keys
) -> None:
    for name in (ISSUER, GITHUB):
        at_offline.control("POST", "issuers", {"issuer": name, "keys": [issuer.jwk()]})
    declare(project, daemon(hsm))
    project.pulumi(*UP)
    client = clients(project)["invoice-poller"]
    program, shown = Program(client), proofs(client, hsm, issuer)

    # What mailgrant can try, it tries, a message from each mailbox included; of the rest it says why not.
    verified = json.loads(project.mailgrant("verify", "--send", "--json"))
    assert {(one["credential"], one["verdict"]) for one in verified["results"]} == {
        (name, "ok") for name in ("poller-vm", "backup-vm", "appliance")
    }
    assert len(verified["results"]) == 3 * 2 * 3

    # Everybody else comes with MSAL, and gets into both mailboxes over every protocol.
    tokens = {name: program.token(proof) for name, proof in shown.items()}
    for name in ("hsm", "ci", "branches"):
        assert roles(tokens[name]) == {"IMAP.AccessAsApp", "POP.AccessAsApp", "SMTP.SendAsApp"}
        for mailbox in ("invoices@contoso.com", "billing@contoso.com"):
            assert program.inbox(mailbox, tokens[name]) == program.maildrop(mailbox, tokens[name])
            program.send(mailbox, tokens[name])

    # send-as is a right on the address that is written into From, and not on the mailbox that one logs in to.
    program.send("invoices@contoso.com", tokens["hsm"], author="billing@contoso.com")
    with pytest.raises(smtplib.SMTPDataError, match="SendAsDenied"):
        program.send("billing@contoso.com", tokens["hsm"], author="invoices@contoso.com")

    # Entra trusts exactly whom the stack names, and the stack says so.
    assert trusted(at_offline, client) == TRUSTED
    handed = client["credentials"]
    assert {
        name: (one["issuer"], one["subject"]) for name, one in handed.items() if one["type"] == "federated"
    } == TRUSTED
    assert handed["by-hand"] == {
        "type": "external",
        "value": None,
        "expires_at": "2049-01-31T00:00:00Z",
        "rotates_at": None,
    }

    # The short program that mailgrant writes for a consumer works with the variables that it writes.
    for name in ("poller-vm", "appliance"):
        assert "billing@contoso.com has " in run_the_program(project, name)
    for protocol, words in (("pop", "has "), ("smtp", "has sent itself a message")):
        alone = Client.model_validate({**client, "protocols": {protocol: client["protocols"][protocol]}})
        text = python.write(Request("invoice-poller", alone, "appliance", ("billing@contoso.com",)))
        assert f"billing@contoso.com {words}" in run_with_variables(project, text)

    # Nobody else's credential changes by a second update, nor by the end of one.
    project.pulumi("up", "--yes", "--expect-no-changes")
    declare(project, daemon(hsm, "poller-vm"))
    assert changes(project.pulumi(*UP)) == {"deleted"}
    assert program.refusal(shown.pop("poller-vm")) == "AADSTS7000215"
    assert all(program.token(proof) for proof in shown.values())

    # All but one at once: each is refused as Entra refuses its kind.
    declare(project, daemon(hsm, *(set(CONSUMERS) - {"backup-vm"})))
    project.pulumi(*UP)
    assert {name: program.refusal(proof) for name, proof in shown.items() if name != "backup-vm"} == {
        "appliance": "AADSTS700027",
        "hsm": "AADSTS700027",
        "ci": "AADSTS700211",
        "branches": "AADSTS700211",
    }
    program.inbox("invoices@contoso.com", program.token(shown["backup-vm"]))
