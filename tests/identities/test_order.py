"""Which identity is taken, and what is said when none is."""

import re
from collections.abc import Mapping
from pathlib import Path

import pulumi_azuread
import pytest

from mailgrant.errors import SetupError
from mailgrant.identities.identity import find_identity
from mailgrant.identities.order import ORDER
from mailgrant.identities.settings import SETTINGS
from tests.identities.conftest import nothing
from tests.identities.stand_ins import Keys, put_az

WHO = {"ARM_TENANT_ID": "contoso.example", "ARM_CLIENT_ID": "11111111-1111-4111-8111-111111111111"}
SECRET = {"ARM_CLIENT_SECRET": "s3cret-s3cret-s3cret"}
TOKEN = {"ARM_OIDC_TOKEN": "a.b.c"}
OIDC = {"ARM_USE_OIDC": "true"}
GITHUB = {
    "ACTIONS_ID_TOKEN_REQUEST_URL": "https://vstoken.example",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "bearer",
}
DEVOPS = {
    "SYSTEM_OIDCREQUESTURI": "https://dev.azure.example",
    "SYSTEM_ACCESSTOKEN": "bearer",
    "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID": "connection",
}
MSI = {"ARM_USE_MSI": "true"}

# Not of the identity: where and how the provider works, which mailgrant takes from mailgrant:cloud.
OTHERS = {"disableTerraformPartnerId", "environment", "metadataHost", "partnerId"}


@pytest.fixture
def certificate(tmp_path: Path, keys: Keys) -> Mapping[str, str]:
    path = tmp_path / "client.pfx"
    path.write_bytes(keys.pfx())
    return {"ARM_CLIENT_CERTIFICATE_PATH": str(path)}


@pytest.fixture
def az(tmp_path: Path) -> Mapping[str, str]:
    return {"PATH": str(put_az(tmp_path / "bin", ""))}


def test_the_keys_are_those_of_the_provider_that_is_installed() -> None:
    source = (Path(pulumi_azuread.__file__).parent / "config" / "vars.py").read_text()
    known = set(re.findall(r"__config__\.get(?:_bool)?\('(\w+)'\)", source))
    assert {key for key, _ in SETTINGS.values()} == known - OTHERS


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        (SECRET | OIDC | TOKEN | DEVOPS | GITHUB | MSI, "client secret"),
        (OIDC | TOKEN | DEVOPS | GITHUB | MSI, "OIDC token"),
        (OIDC | DEVOPS | GITHUB | MSI, "Azure DevOps"),
        (OIDC | GITHUB | MSI, "GitHub Actions"),
        (TOKEN | DEVOPS | GITHUB | MSI, "managed identity"),  # OIDC is not switched on
        ({"ARM_USE_AKS_WORKLOAD_IDENTITY": "1"} | GITHUB | MSI, "GitHub Actions"),
        (OIDC | {"SYSTEM_OIDCREQUESTURI": "https://x.example", "SYSTEM_ACCESSTOKEN": "b"}, "GitHub Actions"),
        (MSI, "managed identity"),
        (TOKEN | DEVOPS | GITHUB, "Azure CLI"),
        ({"ARM_USE_OIDC": "false", "ARM_USE_MSI": "F", "ARM_USE_CLI": "T"} | TOKEN, "Azure CLI"),
        (SECRET | {"ARM_CLIENT_ID": "", "ARM_USE_MSI": "1"}, "managed identity"),  # half a secret is none
        (SECRET | {"ARM_TENANT_ID": "  "}, "Azure CLI"),
    ],
)
def test_the_order_is_the_providers(
    environment: dict[str, str], expected: str, az: Mapping[str, str], certificate: Mapping[str, str]
) -> None:
    whole = {**az, **WHO, **environment}
    assert find_identity(nothing, whole).source == expected
    if "ARM_CLIENT_ID" not in environment and "ARM_TENANT_ID" not in environment:
        assert find_identity(nothing, {**whole, **certificate}).source == "client certificate"


def test_the_stack_goes_before_the_environment_and_the_first_variable_before_the_next() -> None:
    stack = {"azuread:clientId": "from-the-stack", "azuread:useOidc": True, "azuread:clientSecret": ""}
    variables = {"ARM_OIDC_REQUEST_URL": "https://first.example"} | GITHUB | {"PATH": ""} | WHO
    identity = find_identity(stack.get, variables)
    assert (identity.client_id, identity.source) == ("from-the-stack", "GitHub Actions")


def test_all_that_was_looked_at_is_named_with_what_it_lacks() -> None:
    with pytest.raises(SetupError) as caught:
        find_identity(nothing, {"PATH": "", "ARM_TENANT_ID": "t", "ARM_USE_OIDC": "true"} | SECRET)
    said = str(caught.value)
    assert [line.split(":")[0].strip(" -") for line in said.splitlines()[1:8]] == [
        "client certificate",
        "client secret",
        "OIDC token",
        "Azure DevOps",
        "GitHub Actions",
        "managed identity",
        "Azure CLI",
    ]
    assert "client secret: ARM_CLIENT_ID (or azuread:clientId) not set" in said
    assert "ARM_OIDC_TOKEN (or azuread:oidcToken) or ARM_OIDC_TOKEN_FILE_PATH" in said
    assert "managed identity: switched off: none of ARM_USE_MSI (or azuread:useMsi) is true" in said
    assert "Azure CLI: there is no az on PATH" in said
    assert SECRET["ARM_CLIENT_SECRET"] not in said


def test_the_azure_cli_can_be_switched_off(az: Mapping[str, str]) -> None:
    with pytest.raises(SetupError, match=r"Azure CLI: switched off"):
        find_identity(nothing, {**az, "ARM_USE_CLI": "false"})


@pytest.mark.parametrize(
    "name", ["ARM_USE_OIDC", "ARM_USE_MSI", "ARM_USE_CLI", "ARM_USE_AKS_WORKLOAD_IDENTITY"]
)
@pytest.mark.parametrize("value", ["yes", "on", "TrUe", "2", "a-secret-pasted-here"])
def test_a_switch_is_on_or_off(name: str, value: str) -> None:
    with pytest.raises(SetupError, match=f"{name} .* is neither true nor false") as caught:
        find_identity(nothing, {"PATH": "", name: value})
    assert value not in str(caught.value)


def test_ids_and_secret_may_stand_in_files(tmp_path: Path) -> None:
    for name, value in (("client", "from-a-file"), ("secret", "from-a-file-too")):
        (tmp_path / name).write_text(f"\n {value} \n")
    files = {
        "ARM_CLIENT_ID_FILE_PATH": str(tmp_path / "client"),
        "ARM_CLIENT_SECRET_FILE_PATH": str(tmp_path / "secret"),
    }
    identity = find_identity(nothing, {"ARM_TENANT_ID": "t", **files})
    assert (identity.client_id, identity.source) == ("from-a-file", "client secret")
    agreeing = find_identity(nothing, {"ARM_TENANT_ID": "t", "ARM_CLIENT_ID": "from-a-file", **files})
    assert agreeing.client_id == "from-a-file"


def test_kubernetes_says_who(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("a.b.c")
    pod = {
        "AZURE_TENANT_ID": "t",
        "AZURE_CLIENT_ID": "c",
        "AZURE_FEDERATED_TOKEN_FILE": str(token),
        "ARM_USE_AKS_WORKLOAD_IDENTITY": "true",
    }
    identity = find_identity(nothing, pod)
    assert (identity.tenant_id, identity.client_id, identity.source) == ("t", "c", "OIDC token")
    with pytest.raises(SetupError, match="no identity"):
        find_identity(nothing, {**pod, "ARM_USE_AKS_WORKLOAD_IDENTITY": "false", "PATH": ""})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"ARM_TENANT_ID": "other"}, r"ARM_TENANT_ID .* and AZURE_TENANT_ID contradict"),
        ({"ARM_CLIENT_ID": "other"}, r"ARM_CLIENT_ID .* and AZURE_CLIENT_ID contradict"),
        ({"ARM_OIDC_TOKEN": "d.e.f"}, r"ARM_OIDC_TOKEN .* and ARM_OIDC_TOKEN_FILE_PATH .* contradict"),
        (
            {"ARM_CLIENT_SECRET": "one", "ARM_CLIENT_SECRET_FILE_PATH": "FILE"},
            r"ARM_CLIENT_SECRET .* contradict",
        ),
        ({"ARM_CLIENT_ID_FILE_PATH": "FILE"}, r"ARM_CLIENT_ID .* contradict"),
    ],
)
def test_places_that_contradict_each_other_are_named(
    change: dict[str, str], expected: str, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("a.b.c")
    pod = {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_FEDERATED_TOKEN_FILE": str(token)}
    given = {name: str(token) if value == "FILE" else value for name, value in change.items()}
    with pytest.raises(SetupError, match=expected):
        find_identity(nothing, {**pod, "ARM_USE_AKS_WORKLOAD_IDENTITY": "1", **given})


@pytest.mark.parametrize(
    "name", ["ARM_CLIENT_SECRET_FILE_PATH", "ARM_CLIENT_CERTIFICATE_PATH", "ARM_OIDC_TOKEN_FILE_PATH"]
)
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("missing", "No such file"),
        ("folder", "Is a directory"),
        ("empty", "is empty"),
        ("large", "is too large"),
        ("nul", "not a path"),
        ("long", "File name too long"),
    ],
)
def test_files_that_cannot_be_read(name: str, kind: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "large").write_bytes(b"x" * 2_000_000)
    path = {"nul": "a\0b", "long": "x" * 70_000}.get(kind, str(tmp_path / kind))
    with pytest.raises(SetupError, match=expected) as caught:
        find_identity(nothing, {**WHO, **OIDC, name: path})
    assert name in str(caught.value)
    assert len(str(caught.value)) < 600


def test_the_documentation_has_every_setting_in_the_order_that_holds() -> None:
    text = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
    table = [line for line in text.splitlines() if line.startswith("| ") and "`ARM_" in line]
    assert len(table) == 8
    words = (
        "certificate",
        "secret",
        "OIDC: an ID token",
        "Azure DevOps",
        "GitHub",
        "managed identity",
        "Azure CLI",
    )
    assert [
        number for number, word in zip("1234567", words, strict=True) if not _row(table, number, word)
    ] == []
    assert len(ORDER) == len(words)
    named = {key for key, _ in SETTINGS.values() if f"`azuread:{key}`" in text}
    # What a pipeline sets by itself has no need of a key.
    assert {key for key, _ in SETTINGS.values()} - named == {"oidcRequestUrl", "oidcRequestToken"}


def _row(table: list[str], number: str, word: str) -> bool:
    return any(line.startswith(f"| {number} |") and word in line for line in table)
