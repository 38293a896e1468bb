"""Where the tenant is and who signs in: stack configuration first, then the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from offline_tenant.azuread_plugin.errors import SettingsError
from offline_tenant.azuread_plugin.pipelines import azure_devops, github_actions
from offline_tenant.azuread_plugin.proofs import Assertion, Certificate, Proof, Secret, content, decoded

# Configuration key of the azuread provider, and the variables that stand in for it, in their order.
SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "metadataHost": ("ARM_METADATA_HOSTNAME",),
    "tenantId": ("ARM_TENANT_ID",),
    "clientId": ("ARM_CLIENT_ID",),
    "clientCertificate": ("ARM_CLIENT_CERTIFICATE",),
    "clientCertificatePath": ("ARM_CLIENT_CERTIFICATE_PATH",),
    "clientCertificatePassword": ("ARM_CLIENT_CERTIFICATE_PASSWORD",),
    "clientSecret": ("ARM_CLIENT_SECRET",),
    "useOidc": ("ARM_USE_OIDC",),
    "oidcToken": ("ARM_OIDC_TOKEN",),
    "oidcTokenFilePath": ("ARM_OIDC_TOKEN_FILE_PATH",),
    "oidcRequestUrl": ("ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"),
    "oidcRequestToken": (
        "ARM_OIDC_REQUEST_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "SYSTEM_ACCESSTOKEN",
    ),
    "adoPipelineServiceConnectionId": (
        "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID",
        "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID",
    ),
}
REQUIRED: Final = ("metadataHost", "tenantId", "clientId")
ON: Final = ("1", "t", "T", "TRUE", "true", "True")


@dataclass(frozen=True)
class Settings:
    """What the plugin needs to know to sign in.

    Args:
        metadata_host: ``host[:port]`` of the document that names all other hosts.
        tenant_id: the tenant.
        client_id: the application that signs in.
        proof: what it signs in with; never printed.
    """

    metadata_host: str
    tenant_id: str
    client_id: str
    proof: Proof = field(repr=False)


def settings_from(configuration: Mapping[str, object], environment: Mapping[str, str]) -> Settings:
    """The settings of one provider.

    Args:
        configuration: of the provider, by key.
        environment: of the process.

    Raises:
        SettingsError: something is missing, or cannot be read.
    """
    found = {
        key: next(filter(None, (str(configuration.get(key) or ""), *map(environment.get, variables))), "")
        for key, variables in SOURCES.items()
    }
    proof = _proof(found)
    missing = [key for key in REQUIRED if not found[key]] + ([] if proof else ["clientSecret"])
    if missing or not proof:
        names = ", ".join(f"azuread:{key} (or {SOURCES[key][0]})" for key in missing)
        raise SettingsError(
            "building client: the azuread stand-in signs in with a client secret, a certificate or an OIDC token, "
            f"and this is not set: {names}."
            ' Does the shell know the offline tenant? Try: eval "$(mailgrant offline env)"'
        )
    return Settings(found["metadataHost"], found["tenantId"], found["clientId"], proof)


def _proof(found: Mapping[str, str]) -> Proof | None:
    """The first that is set, in the order of the real plugin."""
    if found["clientCertificate"] or found["clientCertificatePath"]:
        data = decoded(found["clientCertificate"]) or content(found["clientCertificatePath"])
        return Certificate.opened(data, found["clientCertificatePassword"])
    if found["clientSecret"]:
        return Secret(found["clientSecret"])
    return _oidc(found) if found["useOidc"] in ON else None


def _oidc(found: Mapping[str, str]) -> Proof | None:
    if found["oidcToken"] or found["oidcTokenFilePath"]:
        return Assertion(found["oidcToken"] or content(found["oidcTokenFilePath"]).decode().strip())
    endpoint = found["oidcRequestUrl"], found["oidcRequestToken"]
    if not all(endpoint):
        return None
    if connection := found["adoPipelineServiceConnectionId"]:
        return azure_devops(*endpoint, connection)
    return github_actions(*endpoint)
