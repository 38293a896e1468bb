"""A user name and a password over SMTP: each refusal for its real cause, made through Graph and met in Exchange's order.

The texts are written down here once more, and not taken from the server: what somebody changes there must fail here.
"""

import base64
import smtplib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import EXCHANGE, NOBODY, Entra, seeded
from tests.offline.mail_faults import ADELE, MAILBOX_OFF, SMTP_OK, TENANT_OFF
from tests.offline.mail_helper import MAILBOX, MailServer

MARK: Final = "[LO2P265CA0001.GBRP265.PROD.OUTLOOK.COM 20"
POLICY: Final = f"535 5.7.139 Authentication unsuccessful, basic authentication is disabled. {MARK}"
DEFAULTS: Final = (
    "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. "
    f"Contact your administrator. {MARK}"
)
CONDITIONAL: Final = (
    "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. "
    f"Contact your administrator. {MARK}"
)
GONE: Final = "550 5.7.30 Basic authentication is not supported for Client Submission."
BLOCK: Final = {"operator": "OR", "builtInControls": ["block"]}
MFA: Final = {"operator": "OR", "builtInControls": ["mfa"]}


@dataclass
class Company:
    """The mail server, and Graph in front of the same tenant."""

    mail: MailServer
    entra: Entra
    admin: str

    def graph(self, method: str, path: str, body: Any = None) -> httpx.Response:
        response = self.entra.graph(method, path, body, token=self.admin)
        assert response.is_success, response.text
        return response

    def id_of(self, name: str) -> str:
        """A user's object id; words that mean no single user stay as they are."""
        return self.graph("GET", f"/users/{name}").json()["id"] if "@" in name else name


Cause = Callable[[Company], None]


def smtp_on(company: Company) -> None:
    company.mail.allow_smtp()


def mailbox_off(company: Company) -> None:
    company.mail.change_mailbox(SmtpClientAuthenticationDisabled=True)


def authentication_policy(company: Company) -> None:
    policies = company.mail.tenant.documents("authenticationPolicies")
    company.mail.do(lambda: policies.insert("modern", {"Name": "Modern", "AllowBasicAuthSmtp": False}))
    company.mail.change_mailbox(AuthenticationPolicy="modern")


def security_defaults(company: Company) -> None:
    company.graph("PATCH", "/policies/identitySecurityDefaultsEnforcementPolicy", {"isEnabled": True})


def conditional_access(
    *clients: str,
    users: dict[str, list[str]] | None = None,
    applications: dict[str, list[str]] | None = None,
    state: str = "enabled",
    controls: dict[str, Any] = BLOCK,
) -> Cause:
    """A policy; users are given by their addresses."""

    def arrange(company: Company) -> None:
        told = users or {"includeUsers": ["All"]}
        conditions = {
            "clientAppTypes": list(clients or ("exchangeActiveSync", "other")),
            "applications": applications or {"includeApplications": ["All"]},
            "users": {part: [company.id_of(name) for name in names] for part, names in told.items()},
        }
        body = {"displayName": "Legacy", "state": state, "conditions": conditions, "grantControls": controls}
        company.graph("POST", "/identity/conditionalAccess/policies", body)

    return arrange


@dataclass(frozen=True)
class Row:
    """What was done to the tenant, and what the client hears that sends a password."""

    cause: str
    answer: str
    arrange: tuple[Cause, ...] = ()
    user: str = MAILBOX


ROWS: Final = (
    Row("nothing", GONE, (smtp_on,)),
    Row("security defaults", DEFAULTS, (smtp_on, security_defaults)),
    Row("security defaults, somebody else", DEFAULTS, (smtp_on, security_defaults), ADELE),
    Row("Conditional Access", CONDITIONAL, (smtp_on, conditional_access())),
    Row("… with all clients", CONDITIONAL, (smtp_on, conditional_access("all"))),
    Row(
        "… for Exchange",
        CONDITIONAL,
        (smtp_on, conditional_access(applications={"includeApplications": [EXCHANGE]})),
    ),
    Row(
        "… for Office 365",
        CONDITIONAL,
        (smtp_on, conditional_access(applications={"includeApplications": ["Office365"]})),
    ),
    Row("… for this user", CONDITIONAL, (smtp_on, conditional_access(users={"includeUsers": [MAILBOX]}))),
    Row(
        "… that asks for what such clients cannot do",
        CONDITIONAL,
        (smtp_on, conditional_access(controls=MFA)),
    ),
    # policies that do not concern it
    Row("… for another user", GONE, (smtp_on, conditional_access(users={"includeUsers": [ADELE]}))),
    Row(
        "… but not for this user",
        GONE,
        (smtp_on, conditional_access(users={"includeUsers": ["All"], "excludeUsers": [MAILBOX]})),
    ),
    Row("… for nobody", GONE, (smtp_on, conditional_access(users={"includeUsers": ["None"]}))),
    Row(
        "… for another application",
        GONE,
        (smtp_on, conditional_access(applications={"includeApplications": [NOBODY]})),
    ),
    Row(
        "… but not for Exchange",
        GONE,
        (
            smtp_on,
            conditional_access(
                applications={"includeApplications": ["All"], "excludeApplications": [EXCHANGE]}
            ),
        ),
    ),
    Row("… for browsers", GONE, (smtp_on, conditional_access("browser", "mobileAppsAndDesktopClients"))),
    Row("… for phones", GONE, (smtp_on, conditional_access("exchangeActiveSync"))),
    Row("… switched off", GONE, (smtp_on, conditional_access(state="disabled"))),
    Row("… on trial", GONE, (smtp_on, conditional_access(state="enabledForReportingButNotEnforced"))),
    # the order
    Row("off for the tenant before security defaults", TENANT_OFF, (security_defaults,)),
    Row(
        "off for the mailbox before Conditional Access",
        MAILBOX_OFF,
        (smtp_on, mailbox_off, conditional_access()),
    ),
    Row(
        "authentication policy before security defaults",
        POLICY,
        (smtp_on, authentication_policy, security_defaults),
    ),
    Row(
        "authentication policy before Conditional Access",
        POLICY,
        (smtp_on, authentication_policy, conditional_access()),
    ),
    Row("nobody's address", GONE, (smtp_on, security_defaults), "nobody@contoso.com"),
    Row("no tenant's address", GONE, (smtp_on, security_defaults), "nobody@example.org"),
)


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.fixture
def company(entra: Entra, mail: MailServer) -> Company:  # the people first, then their mailboxes
    permissions = ("Policy.Read.All", "Policy.ReadWrite.ConditionalAccess", "User.Read.All")
    return Company(mail, entra, entra.client_with(*permissions))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.cause)
def test_a_password_is_refused_for_its_reason(company: Company, row: Row) -> None:
    for arrange in row.arrange:
        arrange(company)
    with company.mail.encrypted() as wire:
        wire.say(b"AUTH LOGIN " + base64.b64encode(row.user.encode()))
        answer = wire.say(base64.b64encode(b"secret"))
        assert answer.decode().startswith(row.answer)
        assert (
            wire.say(b"MAIL FROM:<a@b>")
            == b"530 5.7.57 Client not authenticated to send mail. Error: " + answer
        )
    assert company.mail.ledger.stats()["logins"] == {"smtp failed": 1}


def test_smtplib_hears_it_and_a_token_is_taken_all_the_same(company: Company) -> None:
    smtp_on(company)
    conditional_access()(company)
    client = company.mail.smtp()
    with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        client.login(MAILBOX, "secret")
    assert (refused.value.smtp_code, refused.value.smtp_error[:10]) == (535, b"5.7.139 Au")
    client.close()
    with company.mail.encrypted() as wire:
        assert wire.say(b"AUTH XOAUTH2 " + company.mail.response()).decode() == SMTP_OK
