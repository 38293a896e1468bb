"""Credentials of an application: one function a kind makes them, and says what its consumer is handed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import pulumi
import pulumi_azuread as azuread

from mailgrant import rotation
from mailgrant.certificates.public import read
from mailgrant.certificates.resources import ClientCertificate
from mailgrant.model import (
    CertificateCredential,
    Credential,
    ExternalCredential,
    FederatedCredential,
    GivenCertificate,
    SecretCredential,
)

X509: Final = "AsymmetricX509Cert"
LONGEST_NAME: Final = 64  # of a certificate: X.520's ub-common-name


@dataclass(frozen=True)
class IssuedCredential:
    """A credential as it is handed to its consumer.

    Args:
        type: as in the stack file.
        value: the secret, or the private key of a generated certificate in PEM; None where there is none to hand out.
        key_id: as Entra lists it.
        expires_at: in UTC, ending in Z; None if it does not end, or nobody knows when.
        rotates_at: when its successor is due; None if there will be none.
        certificate: the public part, in PEM.
        issuer: of a federated credential.
        subject: of a federated credential, or its claims.
    """

    type: str
    value: pulumi.Output[str] | None = None
    key_id: pulumi.Output[str] | None = None
    expires_at: str | None = None
    rotates_at: str | None = None
    certificate: pulumi.Output[str] | str | None = None
    issuer: str | None = None
    subject: str | None = None

    @property
    def output(self) -> dict[str, Any]:
        """As the stack puts it out: what is None is left out, but for the keys that every credential has."""
        always = {"type": self.type, "expires_at": self.expires_at, "rotates_at": self.rotates_at}
        value: Any = self.value
        secret = None if value is None else pulumi.Output.secret(value)
        others = {
            "key_id": self.key_id,
            "certificate": self.certificate,
            "issuer": self.issuer,
            "subject": self.subject,
        }
        return {
            **always,
            "value": secret,
            **{name: value for name, value in others.items() if value is not None},
        }


@dataclass(frozen=True)
class Issuer:
    """Makes credentials of one application.

    Args:
        name: of the application's resources in Pulumi.
        application_id: the application's id in azuread's form.
        now: the moment that credentials are computed for.
        opts: of the credentials.
    """

    name: str
    application_id: pulumi.Output[str]
    now: datetime
    opts: pulumi.ResourceOptions

    def issue(self, credentials: Mapping[str, Credential]) -> dict[str, IssuedCredential]:
        """Make them, by consumer."""
        return {consumer: _KINDS[type(one)](self, consumer, one) for consumer, one in credentials.items()}

    def periods(
        self, consumer: str, credential: SecretCredential | CertificateCredential
    ) -> list[rotation.Period]:
        """All that overlap now, the one to hand out first."""
        whose = f"{self.name}.{consumer}"
        return rotation.periods(self.now, credential.lifetime, credential.rotate, whose)


def _secret(issuer: Issuer, consumer: str, credential: SecretCredential) -> IssuedCredential:
    periods = issuer.periods(consumer, credential)
    passwords = [_password(issuer, consumer, period) for period in periods]
    newest, password = periods[0], passwords[0]
    return IssuedCredential(
        "secret",
        password.value,
        password.key_id,
        expires_at=utc(newest.expires_at),
        rotates_at=utc(newest.rotates_at),
    )


def _password(issuer: Issuer, consumer: str, period: rotation.Period) -> azuread.ApplicationPassword:
    return azuread.ApplicationPassword(
        # Dots, which no name of ours may hold, keep the names of all clients and consumers apart.
        f"{issuer.name}.{consumer}.{period.number}",
        application_id=issuer.application_id,
        display_name=f"{consumer} ({period.number})",
        end_date=utc(period.expires_at),
        opts=issuer.opts,
    )


def _generated(issuer: Issuer, consumer: str, credential: CertificateCredential) -> IssuedCredential:
    periods = issuer.periods(consumer, credential)
    made = [
        _key_pair(issuer, consumer, period, period.expires_at - credential.lifetime) for period in periods
    ]
    newest, (pair, uploaded) = periods[0], made[0]
    return IssuedCredential(
        "certificate",
        pair.private_key,
        uploaded.key_id,
        expires_at=utc(newest.expires_at),
        rotates_at=utc(newest.rotates_at),
        certificate=pair.certificate,
    )


def _key_pair(
    issuer: Issuer, consumer: str, period: rotation.Period, begin: datetime
) -> tuple[ClientCertificate, azuread.ApplicationCertificate]:
    name = f"{issuer.name}.{consumer}.{period.number}"
    pair = ClientCertificate(
        name,
        subject=f"{issuer.name}.{consumer}"[:LONGEST_NAME],
        not_before=utc(begin),
        not_after=utc(period.expires_at),
        opts=issuer.opts,
    )
    return pair, _uploaded(issuer, name, pair.certificate, period.expires_at)


def _given(issuer: Issuer, consumer: str, credential: GivenCertificate) -> IssuedCredential:
    # Whether it has ended was asked where it was read in; here only the end itself matters.
    ends = read(credential.certificate, rotation.FIRST_DAY).not_after
    uploaded = _uploaded(issuer, f"{issuer.name}.{consumer}", credential.certificate, ends)
    return IssuedCredential(
        "certificate", None, uploaded.key_id, expires_at=utc(ends), certificate=credential.certificate
    )


def _uploaded(
    issuer: Issuer, name: str, certificate: pulumi.Input[str], ends: datetime
) -> azuread.ApplicationCertificate:
    return azuread.ApplicationCertificate(
        name,
        application_id=issuer.application_id,
        type=X509,
        value=certificate,
        end_date=utc(ends),
        opts=issuer.opts,
    )


def shown(credentials: Mapping[str, Credential]) -> dict[str, Any] | None:
    """What previews show of certificates that are given, by consumer: Pulumi keeps what azuread is given a secret."""
    given = {
        consumer: read(one.certificate, rotation.FIRST_DAY).thumbprint_sha256
        for consumer, one in credentials.items()
        if isinstance(one, GivenCertificate)
    }
    return {"certificates": given} if given else None


def _federated(issuer: Issuer, consumer: str, credential: FederatedCredential) -> IssuedCredential:
    name = f"{issuer.name}.{consumer}"
    # One that was made by hand may have a description, which is nobody's concern here.
    opts = pulumi.ResourceOptions.merge(issuer.opts, pulumi.ResourceOptions(ignore_changes=["description"]))
    if credential.claims:
        azuread.ApplicationFlexibleFederatedIdentityCredential(
            name,
            application_id=issuer.application_id,
            audience=credential.audience,
            claims_matching_expression=credential.claims,
            display_name=consumer,
            issuer=credential.issuer,
            opts=opts,
        )
    else:
        azuread.ApplicationFederatedIdentityCredential(
            name,
            application_id=issuer.application_id,
            audiences=[credential.audience],
            display_name=consumer,
            issuer=credential.issuer,
            subject=credential.subject,
            opts=opts,
        )
    return IssuedCredential(
        "federated", issuer=credential.issuer, subject=credential.subject or credential.claims
    )


def _external(_issuer: Issuer, _consumer: str, credential: ExternalCredential) -> IssuedCredential:
    ends = credential.expires
    return IssuedCredential("external", expires_at=f"{ends.isoformat()}T00:00:00Z" if ends else None)


_KINDS: Final[Mapping[type, Callable[[Issuer, str, Any], IssuedCredential]]] = {
    SecretCredential: _secret,
    CertificateCredential: _generated,
    GivenCertificate: _given,
    FederatedCredential: _federated,
    ExternalCredential: _external,
}


def utc(moment: datetime) -> str:
    """As Graph writes it: with another form of the zone, azuread would replace the secret on every ``up``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
