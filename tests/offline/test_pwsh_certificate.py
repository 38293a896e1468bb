"""Connect-ExchangeOnline with a certificate, at a whole tenant: Entra, Exchange, PowerShell."""

import ssl
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from psrpcore.types import PSInvocationState, PSSecureString

from offline_tenant import process, seed
from offline_tenant.home import Home
from tests.offline.pwsh_helper import Client, Run, properties
from tests.worlds import OfflineTenant

PASSWORD = "correct horse"


@dataclass
class World:
    """A tenant's process, and a certificate of its automation in a file."""

    tenant: OfflineTenant
    file: Path

    @property
    def environment(self) -> dict[str, str]:
        url = f"https://localhost:{self.tenant.ports['https']}"
        return {"OFFLINE_TENANT_URL": url, "SSL_CERT_FILE": str(self.tenant.home.bundle)}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    home = Home(folder / "home")
    tenant = OfflineTenant(home, process.start(home))
    try:
        yield World(tenant, _certificate(tenant, folder / "automation.pfx"))
    finally:
        process.stop(home)


def _certificate(tenant: OfflineTenant, file: Path) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "automation")])
    began = datetime.now(UTC) - timedelta(days=1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = builder.serial_number(1).not_valid_before(began).not_valid_after(began + timedelta(days=300))
    public = dated.sign(key, hashes.SHA256())
    secret = serialization.BestAvailableEncryption(PASSWORD.encode())
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"automation", key, public, None, secret))
    _register(tenant, b64encode(public.public_bytes(serialization.Encoding.DER)).decode())
    return file


def _register(tenant: OfflineTenant, der: str) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": seed.AUTOMATION_CLIENT_ID,
        "client_secret": seed.AUTOMATION_SECRET,
        "scope": f"https://localhost:{tenant.ports['https']}/.default",
    }
    base = f"https://localhost:{tenant.ports['https']}"
    trust = ssl.create_default_context(cafile=str(tenant.home.bundle))
    with httpx.Client(base_url=base, verify=trust) as web:
        token = web.post(f"/{seed.TENANT_ID}/oauth2/v2.0/token", data=form).raise_for_status().json()
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        path = f"/v1.0/applications(appId='{seed.AUTOMATION_CLIENT_ID}')"
        credential = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": der}
        web.patch(path, json={"keyCredentials": [credential]}, headers=headers).raise_for_status()


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    with Client(world.environment) as client:
        client.pool.exchange_key()
        client.push()
        while not client.messages[-1].startswith("EncryptedSessionKey"):
            client.pull()
        yield client


def connect(client: Client, world: World, **changes: Any) -> Run:
    given: dict[str, Any] = {
        "AppId": seed.AUTOMATION_CLIENT_ID,
        "CertificateFilePath": str(world.file),
        "CertificatePassword": PSSecureString(PASSWORD),
        "Organization": seed.ORGANIZATION,
        "ShowBanner": False,
    } | changes
    return client.run("Connect-ExchangeOnline", **given)


def test_a_certificate_connects_and_signs_in_again_when_its_token_ends(client: Client, world: World) -> None:
    assert connect(client, world).state == PSInvocationState.Completed
    [before] = [properties(one) for one in client.run("Get-ConnectionInformation").output]
    assert before["CertificateAuthentication"] is True
    assert (before["AppId"], before["TenantID"]) == (seed.AUTOMATION_CLIENT_ID, seed.TENANT_ID)
    assert len(client.run("Get-Mailbox").output) > 1
    world.tenant.control("POST", "clock", {"advance": "3h"})
    run = client.run("Get-Mailbox")
    assert run.errors == []
    assert len(run.output) > 1
    [after] = [properties(one) for one in client.run("Get-ConnectionInformation").output]
    assert after["TokenExpiryTimeUTC"] != before["TokenExpiryTimeUTC"]
    assert after["TokenStatus"] == "Active"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"CertificatePassword": PSSecureString("wrong")}, "the password may be incorrect"),
        ({"CertificateFilePath": "/nowhere.pfx"}, "Could not find file '/nowhere.pfx'."),
        ({"AppId": "99999999-9999-4999-8999-999999999999"}, "AADSTS700016"),
        ({"Organization": "fabrikam.com"}, "AADSTS90002"),
        ({"Organization": None}, "Organization is required"),
        ({"CertificatePassword": PASSWORD}, 'to type "System.Security.SecureString"'),
        ({"CertificateThumbprint": "AB"}, "supported on Windows only"),
        ({"UserPrincipalName": "a@contoso.com"}, "does not emulate -UserPrincipalName"),
        ({"DelegatedOrganization": "x"}, "does not emulate -DelegatedOrganization"),
        ({"Prefix": "Cloud"}, "does not emulate -Prefix"),
    ],
)
def test_what_does_not_connect_says_why(
    client: Client, world: World, changes: dict[str, Any], text: str
) -> None:
    run = connect(client, world, **changes)
    assert run.state == PSInvocationState.Failed
    assert text in str(run.reason)
    assert PASSWORD not in str(run.reason) or "SecureString" in text
