"""An application and two service principals that a Graph knows, and what the plugin can make of them."""

from dataclasses import dataclass
from typing import Any

from tests.offline.azuread_plugin_helper import (
    ASSIGNMENT,
    CERTIFICATE,
    FEDERATED,
    FLEXIBLE,
    GRANT,
    PASSWORD,
    ROLE,
    ROLE_ASSIGNMENT,
    Graph,
    Plugin,
)

IMAP = "dc890d15-9560-4a4c-9b7f-a736ec74ec40"
TEMPLATE = "29232cdf-9323-42fd-ade2-1d097af3e4de"
EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
Made = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class World:
    """What the operations below work on."""

    graph: Graph
    plugin: Plugin
    application: str
    client_id: str
    principal: str
    resource: str

    def password(self) -> Made:
        return self.plugin.create(
            PASSWORD,
            {"applicationId": f"/applications/{self.application}", "endDate": "2027-05-01T00:00:00Z"},
        )

    def certificate(self) -> Made:
        inputs = {
            "applicationId": f"/applications/{self.application}",
            "type": "AsymmetricX509Cert",
            "value": "pem",
        }
        return self.plugin.create(CERTIFICATE, inputs)

    def federated(self) -> Made:
        return self.plugin.create(FEDERATED, self.federated_inputs("repo:a"))

    def federated_inputs(self, subject: str) -> dict[str, Any]:
        return {
            "applicationId": f"/applications/{self.application}",
            "audiences": ["api://AzureADTokenExchange"],
            "displayName": "ci",
            "issuer": "https://issuer.example",
            "subject": subject,
        }

    def flexible(self) -> Made:
        return self.plugin.create(FLEXIBLE, self.flexible_inputs("claims['sub'] matches 'repo:a:*'"))

    def flexible_inputs(self, expression: str) -> dict[str, Any]:
        return {
            "applicationId": f"/applications/{self.application}",
            "audience": "api://AzureADTokenExchange",
            "claimsMatchingExpression": expression,
            "displayName": "ci",
            "issuer": "https://token.actions.githubusercontent.com",
        }

    def role_template(self) -> None:
        shown = {"id": TEMPLATE, "displayName": "Exchange Administrator"}
        self.graph.objects[f"/directoryRoleTemplates/{TEMPLATE}"] = shown

    def role(self) -> Made:
        self.role_template()
        return self.plugin.create(ROLE, {"templateId": TEMPLATE})

    def role_assignment(self) -> Made:
        inputs = {"roleId": TEMPLATE, "principalObjectId": self.principal}
        return self.plugin.create(ROLE_ASSIGNMENT, inputs)

    def assignment(self) -> Made:
        inputs = {"appRoleId": IMAP, "principalObjectId": self.principal, "resourceObjectId": self.resource}
        return self.plugin.create(ASSIGNMENT, inputs)

    def grant(self) -> Made:
        return self.plugin.create(GRANT, self.grant_inputs("SMTP.Send"))

    def grant_inputs(self, *claims: str) -> dict[str, Any]:
        return {
            "claimValues": list(claims),
            "servicePrincipalObjectId": self.principal,
            "resourceServicePrincipalObjectId": self.resource,
        }

    def existing(self, kind: str, object_id: str) -> Made:
        return f"/{kind}/{object_id}", {"clientId": self.client_id, "displayName": "old"}
