"""Credentials of a client, as people write them: one a consumer, so that one can be revoked alone."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    Tag,
    ValidationInfo,
    model_validator,
)

from mailgrant import rotation
from mailgrant.certificates import public
from mailgrant.errors import CertificateError
from mailgrant.schema.words import Duration, Guid, Printable, Schema, duration, shown, told_apart_by, wrong

# Azure's name for tokens that are exchanged: learn.microsoft.com/entra/workload-id/workload-identity-federation
AUDIENCE: Final = "api://AzureADTokenExchange"
GITHUB: Final = "https://token.actions.githubusercontent.com"
AZURE_DEVOPS: Final = "https://vstoken.dev.azure.com"
ISSUER: Final = re.compile(r"https://[^\s/?#]+(?:/[^\s?#]*)?")
REPOSITORY: Final = re.compile(r"[\w.-]+/[\w.-]+|[\w.-]+@\d+/[\w.-]+@\d+", re.ASCII)
# Without quotes a day is a moment to YAML, and Pulumi hands it over in the words of Go.
DAY: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ]00:00:00.*)?", re.ASCII)
HALF_A_YEAR: Final = timedelta(days=180)


def _issuer(text: str) -> str:
    if not ISSUER.fullmatch(text):
        raise wrong(
            "not an issuer; write the address that stands in the token's iss, beginning with https://"
        )
    return text


def _certificate(text: str, info: ValidationInfo) -> str:
    now = (info.context or {}).get("now") or datetime.now(UTC)
    try:
        return public.read(text, now).pem
    except CertificateError as error:
        raise wrong(error.message) from None


def _repository(text: str) -> str:
    if not REPOSITORY.fullmatch(text):
        raise wrong(
            "not a repository; write its owner and its name, such as contoso/mail, or with both ids, "
            "contoso@5544123/mail@821093847"
        )
    return text


def _yes(value: Any) -> bool:
    if value is not True:
        raise wrong(f"{shown(value)} is no way to say it; write true, or leave it out")
    return True


def _day(value: Any) -> date:
    """A day that YAML has read already, or one that stands there as text."""
    if type(value) is date:
        return value
    match = DAY.fullmatch(value) if isinstance(value, str) else None
    try:
        return date.fromisoformat(match[1] if match else "")
    except ValueError:
        raise wrong("not a day; write it as 2027-01-31") from None


Issuer = Annotated[str, AfterValidator(_issuer)]
PublicCertificate = Annotated[str, AfterValidator(_certificate)]
Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=date)]
Text = Annotated[Printable, Field(min_length=1, max_length=600)]


def check_rotation(lifetime: timedelta, rotate: timedelta, noun: str) -> None:
    """Refuse what would leave consumers no time, or make too many at once."""
    if lifetime < 2 * rotate:
        told = f"rotate ({duration(rotate)}) must be at most half of lifetime ({duration(lifetime)})"
        raise wrong(f"{told}, so that consumers have time to change over")
    needed = rotation.most_at_once(lifetime, rotate)
    if needed > rotation.MOST_AT_ONCE:
        most = rotation.MOST_AT_ONCE
        raise wrong(f"{needed} {noun} would exist at once; rotate at most {most} times within a lifetime")


class SecretSchema(Schema):
    """A client secret of one consumer, so that each can be revoked alone."""

    type: Literal["secret"] = Field(description="secret: a client secret.")
    lifetime: Duration = Field(
        HALF_A_YEAR, description="How long one secret is valid at the most, such as 180d."
    )
    rotate: Duration | None = Field(
        None, description="How often the next secret is made; half the lifetime unless given."
    )

    @model_validator(mode="after")
    def _overlap(self) -> "SecretSchema":
        check_rotation(self.lifetime, self.period, "secrets")
        return self

    @property
    def period(self) -> timedelta:
        """How often the next secret is made."""
        return self.rotate or self.lifetime / 2


class CertificateSchema(Schema):
    """A client certificate of one consumer: generated, or given by its public part."""

    type: Literal["certificate"] = Field(description="certificate: a client certificate.")
    certificate: PublicCertificate | None = Field(
        None,
        description="The public part of a certificate whose key somebody else keeps, in PEM; generated unless given.",
    )
    lifetime: Duration | None = Field(
        None, description="How long a generated certificate is valid at the most, 365d unless given."
    )
    rotate: Duration | None = Field(
        None, description="How often the next certificate is generated; half the lifetime unless given."
    )

    @model_validator(mode="after")
    def _overlap(self) -> "CertificateSchema":
        if self.certificate and (self.lifetime or self.rotate):
            raise wrong("a certificate that is given has its own lifetime; leave out lifetime and rotate")
        check_rotation(self.validity, self.period, "certificates")
        return self

    @property
    def validity(self) -> timedelta:
        """How long a generated certificate is valid."""
        return self.lifetime or timedelta(days=365)

    @property
    def period(self) -> timedelta:
        """How often the next certificate is generated."""
        return self.rotate or self.validity / 2


class GitHubSchema(Schema):
    """Jobs of GitHub Actions; the subject is made as GitHub documents it.

    https://docs.github.com/actions/reference/security/oidc;
    https://learn.microsoft.com/entra/workload-id/workload-identities-github-immutable-subjects
    """

    repository: Annotated[str, AfterValidator(_repository)] = Field(
        description="Owner and name, such as contoso/mail; with their ids, contoso@5544123/mail@821093847, where GitHub "
        "puts them into its tokens: in repositories made or renamed since July 15, 2026."
    )
    environment: Text | None = Field(None, description="Only jobs of this environment.")
    branch: Text | None = Field(None, description="Only jobs of this branch.")
    tag: Text | None = Field(None, description="Only jobs of this tag.")
    pull_request: Annotated[
        Literal[True] | None, BeforeValidator(_yes, json_schema_input_type=Literal[True])
    ] = Field(None, description="true: jobs of any pull request.")

    @model_validator(mode="after")
    def _one(self) -> "GitHubSchema":
        if sum(value is not None for value in self._choices) != 1:
            raise wrong("name one of environment, branch, tag and pull_request")
        return self

    @property
    def _choices(self) -> tuple[str | bool | None, ...]:
        return self.environment, self.branch, self.tag, self.pull_request

    @property
    def claims(self) -> tuple[str, str]:
        """Issuer and subject."""
        made = (
            (self.environment, "environment:{}"),
            (self.branch, "ref:refs/heads/{}"),
            (self.tag, "ref:refs/tags/{}"),
            (self.pull_request, "pull_request"),
        )
        [rest] = [form.format(value) for value, form in made if value is not None]
        return GITHUB, f"repo:{self.repository}:{rest}"


class AzureDevOpsSchema(Schema):
    """A service connection of Azure DevOps that has Azure DevOps as its issuer.

    https://learn.microsoft.com/azure/devops/pipelines/release/configure-workload-identity
    """

    organization_id: Guid = Field(description="The id of the organization.")
    organization: Text = Field(description="Its name.")
    project: Text = Field(description="The project's name.")
    service_connection: Text = Field(description="The service connection's name.")

    @property
    def claims(self) -> tuple[str, str]:
        """Issuer and subject."""
        place = f"{self.organization}/{self.project}/{self.service_connection}"
        return f"{AZURE_DEVOPS}/{self.organization_id}", f"sc://{place}"


class KubernetesSchema(Schema):
    """A service account of a Kubernetes cluster.

    https://azure.github.io/azure-workload-identity/docs/topics/federated-identity-credential.html
    """

    issuer: Issuer = Field(description="The cluster's issuer.")
    namespace: Text = Field(description="The service account's namespace.")
    service_account: Text = Field(description="The service account's name.")

    @property
    def claims(self) -> tuple[str, str]:
        """Issuer and subject."""
        return self.issuer, f"system:serviceaccount:{self.namespace}:{self.service_account}"


class FederatedSchema(Schema):
    """Trust in tokens of somebody else: nothing is kept that could be stolen, and nothing expires."""

    type: Literal["federated"] = Field(description="federated: tokens of another issuer.")
    github: GitHubSchema | None = Field(None, description="GitHub Actions.")
    azure_devops: AzureDevOpsSchema | None = Field(None, description="Azure DevOps.")
    kubernetes: KubernetesSchema | None = Field(None, description="A service account of Kubernetes.")
    issuer: Issuer | None = Field(None, description="Any other issuer, as in the token's iss.")
    subject: Text | None = Field(None, description="The subject, exactly as in the token's sub.")
    claims: Text | None = Field(
        None,
        description="Instead of subject, an expression of Entra's flexible federated credentials "
        "(a preview of Microsoft's), such as claims['sub'] matches 'repo:contoso/mail:*'.",
    )
    audience: Text = Field(AUDIENCE, description="The token's aud, api://AzureADTokenExchange unless given.")

    @model_validator(mode="after")
    def _one_issuer(self) -> "FederatedSchema":
        named = (self.github, self.azure_devops, self.kubernetes, self.issuer)
        if sum(value is not None for value in named) != 1:
            raise wrong("name one of github, azure_devops, kubernetes and issuer")
        if self.issuer and bool(self.subject) == bool(self.claims):
            raise wrong("an issuer needs either subject or claims")
        if not self.issuer and (self.subject or self.claims):
            raise wrong("subject and claims go with issuer alone")
        return self

    @property
    def source(self) -> tuple[str, str]:
        """Issuer and subject; the subject is empty where claims stand instead."""
        known = self.github or self.azure_devops or self.kubernetes
        return known.claims if known else (self.issuer or "", self.subject or "")


class ExternalSchema(Schema):
    """A credential that somebody else made and keeps: it is neither made nor removed, only listed."""

    type: Literal["external"] = Field(description="external: made and kept by somebody else.")
    expires: Day | None = Field(None, description="The day on which it ends, such as 2027-01-31.")


CREDENTIALS: Final[dict[str, type[Schema]]] = {
    "secret": SecretSchema,
    "certificate": CertificateSchema,
    "federated": FederatedSchema,
    "external": ExternalSchema,
}

CredentialSchema = Annotated[
    Annotated[SecretSchema, Tag("secret")]
    | Annotated[CertificateSchema, Tag("certificate")]
    | Annotated[FederatedSchema, Tag("federated")]
    | Annotated[ExternalSchema, Tag("external")],
    told_apart_by("type", CREDENTIALS),
]
