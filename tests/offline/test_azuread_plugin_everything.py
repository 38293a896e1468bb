"""Every resource of the stand-in on the real engine and the offline tenant: taken over from hand, made anew, undone."""

import json
import shutil
import ssl
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from offline_tenant import seed
from tests.identities.stand_ins import Keys, make_keys
from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

PROGRAM = Path(__file__).parent.parent / "programs" / "azuread_everything.py"
GRAPH = "00000003-0000-0000-c000-000000000000"
EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
EXCHANGE_ADMINISTRATOR = "29232cdf-9323-42fd-ade2-1d097af3e4de"
GITHUB = "https://token.actions.githubusercontent.com"
AUDIENCE = "api://AzureADTokenExchange"
UP = ("up", "--yes", "--skip-preview")
KINDS = (
    *("Application", "ServicePrincipal", "ApplicationPassword", "ApplicationCertificate"),
    *("ApplicationFederatedIdentityCredential", "ApplicationFlexibleFederatedIdentityCredential"),
    *("AppRoleAssignment", "ServicePrincipalDelegatedPermissionGrant"),
    *("DirectoryRole", "DirectoryRoleAssignment"),
)
NAMES = (
    *("app", "principal", "password", "certificate", "federated", "flexible"),
    *("consent", "grant", "role", "administers"),
)


@pytest.fixture(scope="session")
def keys() -> Keys:
    return make_keys("desk")


@pytest.fixture
def somebody(tmp_path: Path, offline: OfflineTenant, keys: Keys) -> Project:
    """A project of somebody's own, whose automation may also look at people and give roles."""
    folder = tmp_path / "everything"
    folder.mkdir()
    shutil.copy(PROGRAM, folder / "__main__.py")
    (folder / "Pulumi.yaml").write_text(
        "name: everything\nruntime: {name: python, options: {toolchain: pip, virtualenv: .venv}}\n"
    )
    (folder / "there.json").write_text(json.dumps({"certificate": keys.public_pem().decode()}))
    (folder / ".venv").symlink_to(sys.prefix)
    offline.consent("RoleManagement.ReadWrite.Directory")
    project = Project(folder, offline.environment)
    project.pulumi("stack", "init", "dev")
    return project


def principal_of(offline: OfflineTenant, client_id: str) -> Any:
    [found] = offline.graph("GET", f"/v1.0/servicePrincipals?$filter=appId eq '{client_id}'")["value"]
    return found


def consent(offline: OfflineTenant, principal: str, client_id: str, value: str) -> str:
    """An application permission; the path of the assignment."""
    resource = principal_of(offline, client_id)
    [role] = [role["id"] for role in resource["appRoles"] if role["value"] == value]
    path = f"/servicePrincipals/{resource['id']}/appRoleAssignedTo"
    body = {"principalId": principal, "resourceId": resource["id"], "appRoleId": role}
    return f"{path}/{offline.graph('POST', f'/v1.0{path}', body)['id']}"


def by_hand(offline: OfflineTenant, keys: Keys) -> Mapping[str, str]:
    """What the program describes, made by an administrator: ids as ``pulumi import`` takes them, by resource."""

    def made(path: str, body: Any) -> Any:
        return offline.graph("POST", path, body)

    graph, adele = principal_of(offline, GRAPH), offline.graph("GET", "/v1.0/users/adele@contoso.com")
    smtp = next(scope["id"] for scope in graph["oauth2PermissionScopes"] if scope["value"] == "SMTP.Send")
    app = made(
        "/v1.0/applications",
        {
            "displayName": "made by hand",
            "notes": "for the front desk",
            "tags": ["mail", "desk"],
            "isFallbackPublicClient": True,
            "groupMembershipClaims": "SecurityGroup,ApplicationGroup",
            "api": {"requestedAccessTokenVersion": 1},
            "web": {
                "redirectUris": ["https://desk.contoso.com/signed-in"],
                "homePageUrl": "https://desk.contoso.com/",
            },
            "publicClient": {"redirectUris": ["msal-desk://auth", "http://localhost"]},
            "spa": {"redirectUris": ["https://desk.contoso.com/spa"]},
            "requiredResourceAccess": [
                {"resourceAppId": GRAPH, "resourceAccess": [{"id": smtp, "type": "Scope"}]}
            ],
        },
    )
    path, base = f"/v1.0/applications/{app['id']}", f"https://localhost:{offline.ports['https']}/v1.0"
    made(f"{path}/owners/$ref", {"@odata.id": f"{base}/directoryObjects/{adele['id']}"})
    tags = ["HideApp", "WindowsAzureActiveDirectoryIntegratedApp"]
    principal = made("/v1.0/servicePrincipals", {"appId": app["appId"], "tags": tags, "notes": "seen to"})
    desk = {"displayName": "desk", "endDateTime": "2027-05-01T00:00:00Z"}
    password = made(f"{path}/addPassword", {"passwordCredential": desk})
    offline.graph("PATCH", path, {"keyCredentials": [keys.credential()]})
    [certificates] = offline.graph("GET", path)["keyCredentials"]
    trust = {"issuer": GITHUB, "audiences": [AUDIENCE]}
    subject = {"name": "main", "subject": "repo:contoso/mail:ref:refs/heads/main"}
    federated = made(f"{path}/federatedIdentityCredentials", trust | subject)
    expression = {"languageVersion": 1, "value": "claims['sub'] matches 'repo:contoso/mail:ref:refs/heads/*'"}
    flexible = made(
        f"/beta/applications/{app['id']}/federatedIdentityCredentials",
        trust | {"name": "branches", "claimsMatchingExpression": expression},
    )
    grant = made(
        "/v1.0/oauth2PermissionGrants",
        {
            "clientId": principal["id"],
            "resourceId": graph["id"],
            "consentType": "Principal",
            "principalId": adele["id"],
            "scope": "offline_access SMTP.Send",
        },
    )
    held = {
        "principalId": principal["id"],
        "roleDefinitionId": EXCHANGE_ADMINISTRATOR,
        "directoryScopeId": "/",
    }
    assignment = made("/v1.0/roleManagement/directory/roleAssignments", held)
    chosen = f"$filter=roleTemplateId eq '{EXCHANGE_ADMINISTRATOR}'"
    [role] = offline.graph("GET", f"/v1.0/directoryRoles?{chosen}")["value"]
    ids = (
        f"/applications/{app['id']}",
        f"/servicePrincipals/{principal['id']}",
        f"{app['id']}/password/{password['keyId']}",
        f"{app['id']}/certificate/{certificates['keyId']}",
        f"{app['id']}/federatedIdentityCredential/{federated['id']}",
        f"/applications/{app['id']}/federatedIdentityCredentials/{flexible['id']}",
        consent(offline, principal["id"], EXCHANGE, "Exchange.ManageAsApp"),
        f"/oauth2PermissionGrants/{grant['id']}",
        f"/directoryRoles/{role['id']}",
        f"/roleManagement/directory/roleAssignments/{assignment['id']}",
    )
    return dict(zip(NAMES, ids, strict=True))


def take_over(somebody: Project, ids: Mapping[str, str]) -> str:
    tokens = {
        name: f"azuread:index/{kind[0].lower()}{kind[1:]}:{kind}"
        for name, kind in zip(NAMES, KINDS, strict=True)
    }
    taken = [{"type": tokens[name], "name": name, "id": id_} for name, id_ in ids.items()]
    (somebody.folder / "taken.json").write_text(json.dumps({"resources": taken}))
    return somebody.pulumi(
        "import", "--file", "taken.json", "--yes", "--protect=false", "--generate-code=false"
    )


def writes(offline: OfflineTenant) -> dict[str, int]:
    """What changed anything in Graph since the last look."""
    calls = offline.stats(reset=True)["graph"].items()
    return {call: times for call, times in calls if not call.startswith("GET")}


def mailboxes(offline: OfflineTenant, client_id: str, secret: str) -> int:
    """How Exchange answers an application that asks for the mailboxes."""
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    body = {"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": {}}}
    trust = ssl.create_default_context(cafile=str(offline.home.bundle))
    with httpx.Client(base_url=f"https://localhost:{offline.ports['https']}", verify=trust) as web:
        asked = form | {"scope": "https://outlook.office365.com/.default"}
        token = web.post(f"/{seed.TENANT_ID}/oauth2/v2.0/token", data=asked).raise_for_status().json()
        bearer = {"Authorization": f"Bearer {token['access_token']}"}
        path = f"/adminapi/beta/{seed.TENANT_ID}/InvokeCommand"
        return web.post(path, headers=bearer, json=body).status_code


def test_what_somebody_made_by_hand_is_taken_over_and_then_differs_in_nothing(
    somebody: Project, offline: OfflineTenant, keys: Keys
) -> None:
    ids = by_hand(offline, keys)
    offline.stats(reset=True)
    said = take_over(somebody, ids)
    assert "10 imported" in said
    # Graph never shows a certificate again, so that the plugin cannot tell that it is the same one.
    assert "Missing required property 'value'" in said
    assert "only one of" not in said
    preview = somebody.pulumi("preview", "--diff")
    assert "+-1 to replace" in preview
    assert "10 unchanged" in preview
    assert writes(offline) == {}
    somebody.pulumi(*UP)
    assert writes(offline) == {"PATCH /v1.0/applications/{id}": 2}

    assert "11 unchanged" in somebody.pulumi(*UP, "--expect-no-changes")
    somebody.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert writes(offline) == {}

    outputs = json.loads(somebody.pulumi("stack", "output", "--json"))
    adele = offline.graph("GET", "/v1.0/users/adele@contoso.com")
    assert outputs["people"] == [adele["id"]]
    assert outputs["adele"] == f"/users/{adele['id']}"
    assert outputs["clients"] == ["Microsoft Graph"]


def test_all_of_it_is_made_mended_and_undone(somebody: Project, offline: OfflineTenant) -> None:
    before = offline.control("GET", "objects")
    somebody.pulumi(*UP)
    assert "11 unchanged" in somebody.pulumi(*UP, "--expect-no-changes")

    outputs = json.loads(somebody.pulumi("stack", "output", "--json", "--show-secrets"))
    assert mailboxes(offline, outputs["client_id"], outputs["password"]) == 200
    robot = principal_of(offline, outputs["client_id"])
    held = "/v1.0/roleManagement/directory/roleAssignments"
    chosen = f"{held}?$filter=principalId eq '{robot['id']}'"
    [assignment] = offline.graph("GET", chosen)["value"]
    assert (assignment["roleDefinitionId"], assignment["directoryScopeId"]) == (EXCHANGE_ADMINISTRATOR, "/")

    offline.graph("DELETE", f"{held}/{assignment['id']}")
    assert mailboxes(offline, outputs["client_id"], outputs["password"]) == 403
    trusts = f"/beta/applications(appId='{outputs['client_id']}')/federatedIdentityCredentials"
    wider = {"claimsMatchingExpression": {"languageVersion": 1, "value": "claims['sub'] matches '*'"}}
    offline.graph("PATCH", f"{trusts}/branches", wider)
    drifted = somebody.pulumi("refresh", "--yes", "--skip-preview", "--diff")
    assert "claims['sub'] matches '*'" in drifted
    mended = somebody.pulumi(*UP)
    assert ("+ 1 created" in mended, "~ 1 updated" in mended) == (True, True), mended
    assert len(offline.graph("GET", chosen)["value"]) == 1

    somebody.pulumi("destroy", "--yes", "--skip-preview")
    assert offline.control("GET", "objects") == before
