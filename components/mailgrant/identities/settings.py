"""What the azuread provider is told about its identity, read from the same places.

The names are those of pulumi-azuread 6.10 (its package ``config``) and of the Terraform provider inside it
(registry.terraform.io/providers/hashicorp/azuread: "Argument Reference"): a key of the stack first, then each
environment variable in turn. An empty value counts as none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mailgrant.errors import SetupError

LONGEST_PATH: Final = 120  # letters of a path that a message repeats
LARGEST_FILE: Final = 1 << 20  # bytes; no token, secret or certificate comes near it

# our name → the stack's key below azuread:, and the environment variables in their order
SETTINGS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "tenant": ("tenantId", ("ARM_TENANT_ID",)),
    "client": ("clientId", ("ARM_CLIENT_ID",)),
    "client_file": ("clientIdFilePath", ("ARM_CLIENT_ID_FILE_PATH",)),
    "certificate": ("clientCertificate", ("ARM_CLIENT_CERTIFICATE",)),
    "certificate_file": ("clientCertificatePath", ("ARM_CLIENT_CERTIFICATE_PATH",)),
    "certificate_password": ("clientCertificatePassword", ("ARM_CLIENT_CERTIFICATE_PASSWORD",)),
    "secret": ("clientSecret", ("ARM_CLIENT_SECRET",)),
    "secret_file": ("clientSecretFilePath", ("ARM_CLIENT_SECRET_FILE_PATH",)),
    "use_oidc": ("useOidc", ("ARM_USE_OIDC",)),
    "use_aks": ("useAksWorkloadIdentity", ("ARM_USE_AKS_WORKLOAD_IDENTITY",)),
    "oidc_token": ("oidcToken", ("ARM_OIDC_TOKEN",)),
    "oidc_token_file": ("oidcTokenFilePath", ("ARM_OIDC_TOKEN_FILE_PATH",)),
    "oidc_url": (
        "oidcRequestUrl",
        ("ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"),
    ),
    "oidc_bearer": (
        "oidcRequestToken",
        ("ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN"),
    ),
    "ado_connection": (
        "adoPipelineServiceConnectionId",
        ("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID"),
    ),
    "use_msi": ("useMsi", ("ARM_USE_MSI",)),
    "msi_endpoint": ("msiEndpoint", ("ARM_MSI_ENDPOINT",)),
    "use_cli": ("useCli", ("ARM_USE_CLI",)),
}

# The keys of the stack whose values let whoever reads them sign in; ids and paths do not.
SECRETS: Final = tuple(
    f"azuread:{SETTINGS[name][0]}"
    for name in ("certificate", "certificate_password", "secret", "oidc_token", "oidc_bearer")
)

# What Azure Kubernetes Service puts into a pod's environment; with use_aks it stands beside our own settings.
AKS: Final[Mapping[str, str]] = {
    "tenant": "AZURE_TENANT_ID",
    "client": "AZURE_CLIENT_ID",
    "oidc_token_file": "AZURE_FEDERATED_TOKEN_FILE",
}

# The words that Go's strconv.ParseBool takes, as the plugin does.
TRUE: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})
FALSE: Final = frozenset({"0", "f", "F", "FALSE", "false", "False"})


@dataclass(frozen=True)
class Settings:
    """The settings of one run; nothing is read before it is asked for.

    Args:
        configured: gives the value of a key of the stack, or None.
        environment: the environment variables.
    """

    configured: Callable[[str], Any] = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)

    def raw(self, name: str) -> str:
        """A setting exactly as it was given; empty if it was not."""
        key, variables = SETTINGS[name]
        given = [self.configured(f"azuread:{key}"), *(self.environment.get(one) for one in variables)]
        return next((str(value) for value in given if value is not None and str(value)), "")

    def text(self, name: str) -> str:
        """A setting without the space around it; empty if it was not given."""
        return self.raw(name).strip()

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A switch.

        Raises:
            SetupError: it is neither on nor off.
        """
        value = self.text(name)
        if value in TRUE:
            return True
        if value and value not in FALSE:
            # The value is not repeated: somebody may have pasted a secret here.
            raise SetupError(f"{label(name)} is neither true nor false", "Set it to true or false.")
        return False if value else default

    def tenant(self) -> str:
        """The id of the tenant; empty if nobody says.

        Raises:
            SetupError: the cluster's contradicts it.
        """
        return self._agreed("tenant", self._from_aks("tenant"), AKS["tenant"])

    def client(self) -> str:
        """The application's id, also from a file or the cluster; empty if nobody says.

        Raises:
            SetupError: the file cannot be read, or two places contradict each other.
        """
        found = self._agreed("client", self.content("client_file"), label("client_file"))
        aks = self._from_aks("client")
        return _same(found, aks, label("client"), AKS["client"])

    def secret(self) -> str:
        """The client secret, also from a file; empty if there is none.

        Raises:
            SetupError: the file cannot be read, or contradicts the secret.
        """
        return self._agreed("secret", self.content("secret_file"), label("secret_file"))

    def token_files(self) -> list[str]:
        """The paths of the files that hold an OIDC token."""
        return [path for path in (self.text("oidc_token_file"), self._from_aks("oidc_token_file")) if path]

    def content(self, name: str) -> str:
        """What a file holds whose path is a setting; empty if there is no such setting.

        Raises:
            SetupError: it cannot be read.
        """
        path = self.text(name)
        return read_text(path, label(name)) if path else ""

    def _from_aks(self, name: str) -> str:
        return self.environment.get(AKS[name], "").strip() if self.flag("use_aks") else ""

    def _agreed(self, name: str, other: str, place: str) -> str:
        return _same(self.text(name), other, label(name), place)


def label(name: str) -> str:
    """How a setting is called in messages: ``ARM_CLIENT_ID (or azuread:clientId)``."""
    key, variables = SETTINGS[name]
    return f"{variables[0]} (or azuread:{key})"


def read(path: str, setting: str) -> bytes:
    """The bytes of a file.

    Args:
        path: where it is.
        setting: that names it, for the message.

    Raises:
        SetupError: it cannot be read, or is too large to be what it should be.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = error.strerror if isinstance(error, OSError) else "not a path"
        raise SetupError(
            f"{setting}: cannot read {_shown(path)}: {why}", "Check the path and its rights."
        ) from None
    if not content or len(content) > LARGEST_FILE:
        why = "is too large" if content else "is empty"
        raise SetupError(f"{setting}: {_shown(path)} {why}", "Is it the right file?")
    return content


def read_text(path: str, setting: str) -> str:
    """The text of a file, without the space around it.

    Raises:
        SetupError: it cannot be read, is no text, or is empty.
    """
    try:
        text = read(path, setting).decode().strip()
    except UnicodeDecodeError:
        raise SetupError(f"{setting}: {_shown(path)} is no text", "Is it the right file?") from None
    if not text:
        raise SetupError(f"{setting}: {_shown(path)} is empty", "Is it the right file?")
    return text


def _same(one: str, other: str, first: str, second: str) -> str:
    if one and other and one != other:
        raise SetupError(f"{first} and {second} contradict each other", "Remove one of them.")
    return one or other


def _shown(path: str) -> str:
    """A path for a message: cut short and escaped, because it might be a secret that landed in the wrong setting."""
    return repr(path if len(path) <= LONGEST_PATH else path[:LONGEST_PATH] + "…")
