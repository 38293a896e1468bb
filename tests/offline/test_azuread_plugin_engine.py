"""The stand-in under the real Pulumi engine, as a person would use it: up, again, refresh, change, import, destroy."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import pytest
import trustme

from tests.offline.azuread_plugin_helper import CLIENT_ID, SECRET, TENANT_ID, Graph

pytest_plugins = ["tests.offline.azuread_plugin_fixtures"]
pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(
        shutil.which("pulumi") is None, reason="no pulumi on PATH; `make test` puts one there"
    ),
]

EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
ROLE = "dc890d15-9560-4a4c-9b7f-a736ec74ec40"
PROGRAM = f"""
import pulumi, pulumi_azuread as azuread

settings = pulumi.Config()
exchange = azuread.get_service_principal(client_id="{EXCHANGE}")
role = exchange.app_role_ids["IMAP.AccessAsApp"]
access = {{"resource_app_id": exchange.client_id, "resource_accesses": [{{"id": role, "type": "Role"}}]}}
app = azuread.Application("app", display_name=settings.require("name"), required_resource_accesses=[access])
principal = azuread.ServicePrincipal("principal", client_id=app.client_id)
password = azuread.ApplicationPassword(
    "password", application_id=app.id, end_date="2027-05-01T00:00:00Z",
    rotate_when_changed={{"period": settings.require("period")}})
azuread.AppRoleAssignment(
    "consent", app_role_id=role, principal_object_id=principal.object_id, resource_object_id=exchange.object_id)
azuread.ServicePrincipalDelegatedPermissionGrant(
    "grant", claim_values=settings.require("claims").split(),
    service_principal_object_id=principal.object_id, resource_service_principal_object_id=exchange.object_id)
pulumi.export("client_id", app.client_id)
pulumi.export("secret", password.value)
pulumi.export("me", azuread.get_client_config().object_id)
"""


@dataclass
class Stack:
    """A project of its own, with an engine home that holds no plugin but the stand-in."""

    folder: Path
    environment: Mapping[str, str]
    printed: list[str] = field(default_factory=list)

    def pulumi(self, *arguments: str, fails: bool = False) -> str:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.printed += [done.stdout, done.stderr]
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout

    def up(self, *arguments: str) -> dict[str, int]:
        """Bring the stack up; how many resources each kind of change touched, in the engine's words."""
        summary = self.pulumi("up", "--yes", "--skip-preview", *arguments).rpartition("Resources:")[2]
        return {kind: int(count) for count, kind in re.findall(r"(\d+) (\w+)\n", summary)}

    def set(self, **values: str) -> None:
        for name, value in values.items():
            self.pulumi("config", "set", name, value)


@pytest.fixture
def stack(tmp_path: Path, azuread_authority: tuple[trustme.CA, Path], graph: Graph) -> Stack:
    plugin = (
        tmp_path
        / "home"
        / "plugins"
        / f"resource-azuread-v{version('pulumi-azuread')}"
        / "pulumi-resource-azuread"
    )
    plugin.parent.mkdir(parents=True)
    plugin.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m offline_tenant.azuread_plugin "$@"\n')
    plugin.chmod(0o755)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: elsewhere\nruntime: python\n")
    (folder / "__main__.py").write_text(PROGRAM)
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": tmp_path.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "SSL_CERT_FILE": str(azuread_authority[1]),
        "ARM_METADATA_HOSTNAME": graph.metadata_host,
        "ARM_TENANT_ID": TENANT_ID,
        "ARM_CLIENT_ID": CLIENT_ID,
        "ARM_CLIENT_SECRET": SECRET,
    }
    graph.add(
        "servicePrincipals", appId=EXCHANGE, displayName="Office 365 Exchange Online",
        owners=[], appRoles=[{"id": ROLE, "value": "IMAP.AccessAsApp"}],
    )  # fmt: skip
    stack = Stack(folder, environment)
    stack.pulumi("stack", "init", "dev")
    stack.set(name="one", period="1", claims="SMTP.Send POP.AccessAsUser.All")
    return stack


def test_the_life_of_a_stack(stack: Stack, graph: Graph) -> None:
    preview = stack.pulumi("preview")
    assert "+ 6 to create" in preview
    assert [request for request in graph.take_requests() if not request.startswith("GET")] == [
        f"POST /{TENANT_ID}/oauth2/v2.0/token"
    ]

    assert stack.up() == {"created": 6}
    outputs = json.loads(stack.pulumi("stack", "output", "--json", "--show-secrets"))
    assert outputs["secret"] == "made~secret"

    graph.take_requests()
    assert stack.up("--expect-no-changes") == {"unchanged": 6}
    assert [request.partition(" ")[0] for request in graph.take_requests()] == ["GET", "POST", "GET", "GET"]
    stack.pulumi("refresh", "--yes", "--expect-no-changes")

    stack.set(name="two", claims="POP.AccessAsUser.All IMAP.AccessAsUser.All SMTP.Send")
    assert stack.up() == {"unchanged": 4, "updated": 2}
    assert [app["displayName"] for app in graph.of("applications")] == ["two"]

    stack.set(period="2")
    graph.take_requests()
    assert stack.up() == {"unchanged": 5, "replaced": 1}
    posts = [request.rpartition("/")[2] for request in graph.take_requests() if "Password" in request]
    assert posts == ["addPassword", "removePassword"]

    stack.pulumi("destroy", "--yes", "--skip-preview")
    assert [principal["appId"] for principal in graph.objects.values()] == [EXCHANGE]

    assert "warning" not in "".join(stack.printed)
    assert SECRET not in "".join(stack.printed)


def test_a_refresh_finds_what_was_changed_and_what_was_deleted(stack: Stack, graph: Graph) -> None:
    stack.up()
    [app] = graph.of("applications")
    app["displayName"] = "drifted"
    [consent] = [path for path in graph.objects if "appRoleAssignedTo" in path]
    del graph.objects[consent]
    stack.pulumi("refresh", "--yes", "--skip-preview")
    assert stack.up() == {"unchanged": 4, "created": 1, "updated": 1}
    assert app["displayName"] == "one"


def test_an_import_needs_the_id_and_brings_the_rest(stack: Stack, graph: Graph) -> None:
    app = graph.add(
        "applications", appId=graph.uuid(), displayName="here before", owners=[], passwordCredentials=[],
        signInAudience="AzureADMyOrg", groupMembershipClaims=None, api={"requestedAccessTokenVersion": 1},
    )  # fmt: skip
    taken = ("import", "--yes", "--generate-code=false", "azuread:index/application:Application", "taken")
    stack.pulumi(*taken, f"/applications/{app}")
    state = json.loads(stack.pulumi("stack", "export"))
    [found] = [one for one in state["deployment"]["resources"] if one["urn"].endswith("::taken")]
    assert found["inputs"] == {"__defaults": [], "displayName": "here before"}
    missing = stack.pulumi(*taken[:-1], "missing", "/applications/nobody", fails=True)
    assert "resource '/applications/nobody' does not exist" in missing


def test_the_state_holds_secrets_only_encrypted(stack: Stack) -> None:
    stack.pulumi("config", "set", "--secret", "azuread:clientSecret", SECRET)
    stack.up()
    state = stack.pulumi("stack", "export")
    assert SECRET not in state
    assert "made~secret" not in state
