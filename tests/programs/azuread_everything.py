"""One of every azuread resource that a plan of mailgrant needs, and the look-ups beside them."""

import json
from pathlib import Path

import pulumi
import pulumi_azuread as azuread

there = json.loads(Path("there.json").read_text())
GITHUB = "https://token.actions.githubusercontent.com"
AUDIENCE = "api://AzureADTokenExchange"

adele = azuread.get_user(user_principal_name="adele@contoso.com")
exchange, graph = (
    azuread.get_service_principal(client_id=client_id)
    for client_id in ("00000002-0000-0ff1-ce00-000000000000", "00000003-0000-0000-c000-000000000000")
)
app = azuread.Application(
    "app",
    display_name="made by hand",
    notes="for the front desk",
    tags=["desk", "mail"],
    owners=[adele.object_id],
    fallback_public_client_enabled=True,
    group_membership_claims=["SecurityGroup", "ApplicationGroup"],
    web={
        "redirect_uris": ["https://desk.contoso.com/signed-in"],
        "homepage_url": "https://desk.contoso.com/",
    },
    public_client={"redirect_uris": ["http://localhost", "msal-desk://auth"]},
    single_page_application={"redirect_uris": ["https://desk.contoso.com/spa"]},
    required_resource_accesses=[
        {
            "resource_app_id": graph.client_id,
            "resource_accesses": [{"id": graph.oauth2_permission_scope_ids["SMTP.Send"], "type": "Scope"}],
        }
    ],
)
principal = azuread.ServicePrincipal(
    "principal", client_id=app.client_id, feature_tags=[{"hide": True, "enterprise": True}], notes="seen to"
)
password = azuread.ApplicationPassword(
    "password", application_id=app.id, display_name="desk", end_date="2027-05-01T00:00:00Z"
)
azuread.ApplicationCertificate(
    "certificate", application_id=app.id, type="AsymmetricX509Cert", value=there["certificate"]
)
azuread.ApplicationFederatedIdentityCredential(
    "federated",
    application_id=app.id,
    display_name="main",
    issuer=GITHUB,
    subject="repo:contoso/mail:ref:refs/heads/main",
    audiences=[AUDIENCE],
)
azuread.ApplicationFlexibleFederatedIdentityCredential(
    "flexible",
    application_id=app.id,
    display_name="branches",
    issuer=GITHUB,
    audience=AUDIENCE,
    claims_matching_expression="claims['sub'] matches 'repo:contoso/mail:ref:refs/heads/*'",
)
azuread.AppRoleAssignment(
    "consent",
    app_role_id=exchange.app_role_ids["Exchange.ManageAsApp"],
    principal_object_id=principal.object_id,
    resource_object_id=exchange.object_id,
)
azuread.ServicePrincipalDelegatedPermissionGrant(
    "grant",
    claim_values=["SMTP.Send", "offline_access"],
    service_principal_object_id=principal.object_id,
    resource_service_principal_object_id=graph.object_id,
    user_object_id=adele.object_id,
)
role = azuread.DirectoryRole("role", display_name="Exchange Administrator")
azuread.DirectoryRoleAssignment(
    "administers", role_id=role.template_id, principal_object_id=principal.object_id
)

people = azuread.get_users(mails=["adele@contoso.com", "nobody@contoso.com"], ignore_missing=True)
clients = azuread.get_service_principals(
    client_ids=[graph.client_id, "99999999-9999-4999-8999-999999999999"], ignore_missing=True
)
pulumi.export("people", people.object_ids)
pulumi.export("clients", [one.display_name for one in clients.service_principals])
pulumi.export("adele", adele.id)
pulumi.export("client_id", app.client_id)
pulumi.export("password", password.value)
