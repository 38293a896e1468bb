"""Where the tenant is and who signs in: stack configuration first, then the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from offline_tenant.azuread_plugin.errors import SettingsError

# Configuration key of the azuread provider, and the variable that stands in for it.
SOURCES: Final[Mapping[str, str]] = {
    "metadataHost": "ARM_METADATA_HOSTNAME",
    "tenantId": "ARM_TENANT_ID",
    "clientId": "ARM_CLIENT_ID",
    "clientSecret": "ARM_CLIENT_SECRET",
}


@dataclass(frozen=True)
class Settings:
    """What the plugin needs to know to sign in.

    Args:
        metadata_host: ``host[:port]`` of the document that names all other hosts.
        tenant_id: the tenant.
        client_id: the application that signs in.
        client_secret: its secret; never printed.
    """

    metadata_host: str
    tenant_id: str
    client_id: str
    client_secret: str = field(repr=False)


def settings_from(configuration: Mapping[str, object], environment: Mapping[str, str]) -> Settings:
    """The settings of one provider.

    Args:
        configuration: of the provider, by key.
        environment: of the process.

    Raises:
        SettingsError: something is missing.
    """
    found = {
        key: str(configuration.get(key) or environment.get(variable, "")) for key, variable in SOURCES.items()
    }
    missing = [f"azuread:{key} (or {SOURCES[key]})" for key, value in found.items() if not value]
    if missing:
        raise SettingsError(
            f"building client: the azuread stand-in signs in with a client secret, and this is not set: {', '.join(missing)}."
            ' Does the shell know the offline tenant? Try: eval "$(mailgrant offline env)"'
        )
    return Settings(found["metadataHost"], found["tenantId"], found["clientId"], found["clientSecret"])
