"""The plan: what a stack wants, as frozen values that know no configuration keys, no Pulumi and no Exchange."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Literal

from mailgrant.facts import Cloud

TENANT: Final = "tenant"  # consent for everybody
Consent = tuple[str, ...] | str  # people by their sign-in names, or TENANT; nobody if empty
Switches = Mapping[str, str]  # words by switch of one mailbox, such as {"smtp_auth": "on"}
Severity = Literal["off", "warning", "error"]  # what a guardrail does when a plan crosses it


@dataclass(frozen=True)
class SecretCredential:
    """A client secret of one consumer.

    Args:
        lifetime: how long one secret is valid.
        rotate: how often the next one is made; at most half the lifetime.
    """

    lifetime: timedelta
    rotate: timedelta


@dataclass(frozen=True)
class CertificateCredential:
    """A client certificate of one consumer, generated, with a key that only the stack's outputs hold.

    Args:
        lifetime: how long one certificate is valid.
        rotate: how often the next one is generated; at most half the lifetime.
    """

    lifetime: timedelta
    rotate: timedelta


@dataclass(frozen=True)
class GivenCertificate:
    """A client certificate whose key its consumer keeps.

    Args:
        certificate: its public part, in PEM.
    """

    certificate: str


@dataclass(frozen=True)
class FederatedCredential:
    """Trust in tokens of another issuer.

    Args:
        issuer: the token's ``iss``.
        subject: the token's ``sub``; empty where ``claims`` stands instead.
        claims: an expression of Entra's flexible federated credentials.
        audience: the token's ``aud``.
    """

    issuer: str
    subject: str
    claims: str
    audience: str


@dataclass(frozen=True)
class ExternalCredential:
    """A credential that somebody else made and keeps.

    Args:
        expires: the day on which it ends, if anybody knows.
    """

    expires: date | None = None


Credential = (
    SecretCredential | CertificateCredential | GivenCertificate | FederatedCredential | ExternalCredential
)


@dataclass(frozen=True)
class SmtpScope:
    """Which mailboxes an application may send as by RBAC for Applications: either of the two.

    Args:
        group: the address of a group.
        filter: Exchange's recipient filter.
    """

    group: str = ""
    filter: str = ""


@dataclass(frozen=True)
class DaemonPlan:
    """A program that reads mail with nobody signed in.

    Args:
        protocols: names in ``facts.PROTOCOLS``.
        mailboxes: rights by primary SMTP address, such as ``{"a@contoso.com": "full-access"}``.
        credentials: by the name of the consumer.
        smtp_scope: sends as these without SMTP.SendAsApp, and without opening any mailbox.
        kind: ``daemon``, or ``app-password`` for one that stands behind a bridge.
        display_name: how Entra and Exchange show it, if not by the client's name.
    """

    protocols: tuple[str, ...]
    mailboxes: Mapping[str, str]
    credentials: Mapping[str, Credential]
    smtp_scope: SmtpScope | None = None
    kind: str = "daemon"
    display_name: str = ""

    @property
    def senders(self) -> tuple[str, ...]:
        """The mailboxes that it sends from, as far as they are named; whom a scope finds, only Exchange knows."""
        return tuple(self.mailboxes) if "smtp" in self.protocols and not self.smtp_scope else ()


@dataclass(frozen=True)
class DelegatedPlan:
    """A program of your own in which people sign in.

    Args:
        protocols: names in ``facts.PROTOCOLS``.
        redirect_uris: of web applications.
        desktop_uris: of programs on people's machines.
        device_code: whether people may sign in with a code on another device.
        consent: who is consented for.
        mailboxes: rights by address that the application itself gets, for what it does with nobody signed in.
        credentials: by the name of the consumer.
        display_name: how Entra and Exchange show it, if not by the client's name.
    """

    protocols: tuple[str, ...]
    redirect_uris: tuple[str, ...] = ()
    desktop_uris: tuple[str, ...] = ()
    device_code: bool = False
    consent: Consent = ()
    mailboxes: Mapping[str, str] = field(default_factory=dict)
    credentials: Mapping[str, Credential] = field(default_factory=dict)
    kind: str = "delegated"
    display_name: str = ""

    @property
    def senders(self) -> tuple[str, ...]:
        """The mailboxes that it sends from, as far as they are named."""
        return _senders(self.protocols, self.consent, tuple(self.mailboxes))


@dataclass(frozen=True)
class ThirdPartyPlan:
    """A mail client that somebody else publishes.

    Args:
        client_id: its application id.
        protocols: names in ``facts.PROTOCOLS``.
        consent: who is consented for.
        mailboxes: that people send from with it, besides their own.
    """

    client_id: str
    protocols: tuple[str, ...]
    consent: Consent = ()
    mailboxes: tuple[str, ...] = ()
    kind: str = "third-party"

    @property
    def senders(self) -> tuple[str, ...]:
        """The mailboxes that it sends from, as far as they are named."""
        return _senders(self.protocols, self.consent, self.mailboxes)


def _senders(protocols: tuple[str, ...], consent: Consent, mailboxes: tuple[str, ...]) -> tuple[str, ...]:
    people = () if isinstance(consent, str) else consent
    return (*people, *mailboxes) if "smtp" in protocols else ()


ClientPlan = DaemonPlan | DelegatedPlan | ThirdPartyPlan


@dataclass(frozen=True)
class TenantPlan:
    """Settings of the whole organization.

    Args:
        smtp_auth: ``enabled`` or ``disabled``; None leaves it as it is.
        block_basic_auth: people who may not sign in with a password any more.
        everyone: whether nobody may.
    """

    smtp_auth: str | None = None
    block_basic_auth: tuple[str, ...] = ()
    everyone: bool = False


@dataclass(frozen=True)
class AutomationPlan:
    """The application that mailgrant itself runs as.

    Args:
        name: how Entra shows it.
        applications: ``owned``, ``all`` or ``read``: which applications it may change.
        credentials: how it signs in, by name.
    """

    name: str
    applications: str
    credentials: Mapping[str, Credential]


@dataclass(frozen=True)
class Guardrails:
    """What a plan may not do, by rule, and the limits of those rules that have one.

    What widens access is a warning by itself; what is a matter of taste is off until somebody wants it.

    Args:
        longest_secret: for ``secret_lifetime``.
        most_mailboxes: of one client, for ``mailboxes_per_client``.
        forbidden: primary addresses, for ``forbidden_mailboxes``.
    """

    public_consent: Severity = "warning"
    secret_lifetime: Severity = "warning"  # noqa: S105 - a word, and no password
    secrets: Severity = "off"
    unrotated_credentials: Severity = "off"
    smtp_full_access: Severity = "warning"
    scope_beside_protocols: Severity = "warning"
    mailboxes_per_client: Severity = "off"
    forbidden_mailboxes: Severity = "error"
    automapping: Severity = "off"
    organization_smtp_auth: Severity = "warning"
    all_applications: Severity = "warning"
    longest_secret: timedelta = timedelta(days=180)
    most_mailboxes: int = 100
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class Waiver:
    """Lets pass, for a while, what a guardrail would stop.

    Args:
        rule: which one.
        place: the place of the finding, without the namespace; or nothing, and then
        client: the name of the client that it may concern.
        owner: the address of whoever answers for it.
        until: the last day on which it holds, in UTC.
        reason: why.
    """

    rule: str
    place: str
    client: str
    owner: str
    until: date
    reason: str


@dataclass(frozen=True)
class Plan:
    """All that one stack declares.

    Args:
        organization: the tenant's ``….onmicrosoft.com`` domain.
        cloud: which of Microsoft's clouds.
        clients: by name.
        now: the moment that credentials are computed for, aware.
        mailboxes: words by switch by mailbox: what is declared and what clients need.
        tenant: settings of the organization.
        automation: the application that mailgrant runs as.
        suffix: stands behind the names of applications in Entra.
        guardrails: what it may not do.
        waivers: of guardrails.
    """

    organization: str
    cloud: Cloud
    clients: Mapping[str, ClientPlan]
    now: datetime
    mailboxes: Mapping[str, Switches] = field(default_factory=dict)
    tenant: TenantPlan = field(default_factory=TenantPlan)
    automation: AutomationPlan | None = None
    suffix: str = ""
    guardrails: Guardrails = field(default_factory=Guardrails)
    waivers: tuple[Waiver, ...] = ()

    def display_name(self, client: str) -> str:
        """What Entra calls the application of a client."""
        one = self.clients.get(client)
        if isinstance(one, DaemonPlan | DelegatedPlan) and one.display_name:
            return one.display_name
        return f"{client}-{self.suffix}" if self.suffix else client
