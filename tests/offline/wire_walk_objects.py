"""Section 2 of the record: applications and service principals. For the names see ``wire_walk``."""

import re
from typing import Any, Final

from offline_tenant.web.faults import Fault
from tests.offline import wire_bodies as bodies
from tests.offline.wire_steps import ABSENT, Step, refused
from tests.offline.wire_walk import DENIED, EMPTY, FIND, GONE, ORPHAN, SAML, UUID


def read_application(line: str, id_: str, **holds: Any) -> tuple[Step, ...]:
    path = f"applications/{id_}"
    beta = f"GET /beta/{path}?%24select=oauth2RequirePostResponse"
    return (
        Step(f"{line} 1", f"GET /v1.0/{path}", holds={"id": id_, **holds}),
        Step(f"{line} 2", beta, holds={"id": ABSENT, "appId": ABSENT, "oauth2RequirePostResponse": bool}),
        Step(f"{line} 3", f"GET /v1.0/{path}/owners", holds=EMPTY),
    )


def read_principal(line: str, id_: str, **holds: Any) -> tuple[Step, ...]:
    path = f"servicePrincipals/{id_}"
    return (
        Step(f"{line} 1", f"GET /v1.0/{path}", holds={"id": id_, **holds}),
        Step(
            f"{line} 2",
            f"GET /beta/{path}{SAML}",
            holds={"id": ABSENT, "appId": ABSENT, "samlMetadataUrl": None},
        ),
        Step(f"{line} 3", f"GET /v1.0/{path}/owners", holds=EMPTY),
    )


def delete_and_poll(line: str, path: str) -> tuple[Step, ...]:
    return (
        Step(f"{line} 1", f"DELETE /v1.0/{path}", 204),
        Step(f"{line} 2, five 404s", f"GET /v1.0/{path}", 404, holds=GONE, times=5, pause=5),
        Step(f"{line}, 404 on the DELETE", f"DELETE /v1.0/{path}", 404, holds=GONE),
    )


def principal_of_new_application(line: str) -> tuple[Step, ...]:
    return (
        Step(
            f"{line}: an application",
            "POST /v1.0/applications",
            201,
            {"displayName": "invoice-poller"},
            keep={"B": "id", "D": "appId"},
        ),
        Step(
            f"{line}: its principal",
            "POST /v1.0/servicePrincipals",
            201,
            bodies.principal("{D}"),
            holds={"id": UUID, "appId": "{D}"},
            keep={"S": "id"},
        ),
    )


KEPT: Final[dict[str, Any]] = {
    "appRoles": [bodies.APP_ROLE],
    "identifierUris": bodies.APPLICATION["identifierUris"],
    "requiredResourceAccess": bodies.ACCESS,
    "groupMembershipClaims": None,  # absent it reads as [""]
    # Absent, or 2, it is a difference for ever.
    "api": {"requestedAccessTokenVersion": 1, "oauth2PermissionScopes": [bodies.API_SCOPE]},
    "signInAudience": "AzureADMyOrg",
    "passwordCredentials": [],
}
OWNER: Final = "DELETE /v1.0/applications/{A}/owners/{me}/$ref"
PATCH_APPLICATION: Final = "PATCH /v1.0/applications/{A}"
TEMPORARY: Final = "TERRAFORM_UPDATE_{nobody}"
APPLICATION: Final = (
    Step(
        "2 Application create 1",
        "POST /v1.0/applications",
        201,
        bodies.APPLICATION,
        holds={"id": UUID, "appId": UUID, "displayName": "invoice-poller"},
        keep={"A": "id", "C": "appId"},
    ),
    Step(
        "2 Application create 1, the caller owns it",
        "GET /v1.0/applications/{A}/owners",
        holds={"value": [{"id": "{me}"}]},
    ),
    Step("2 Application create 2", PATCH_APPLICATION, 204, {"displayName": TEMPORARY}),
    Step(
        "2 Application create 2, really named so",
        "GET /v1.0/applications/{A}",
        holds={"displayName": TEMPORARY},
    ),
    Step("2 Application create 3", PATCH_APPLICATION, 204, {"displayName": "invoice-poller"}),
    Step(
        "2 Application create 4, 403",
        OWNER,
        403,
        holds=DENIED,
        fault=Fault("graph DELETE /v1.0/applications/{id}/owners/{owner}/$ref", 403),
    ),
    Step("2 Application create 4", OWNER, 204),
    *read_application(
        "2 Application create 5",
        "{A}",
        appId="{C}",
        displayName="invoice-poller",
        **KEPT,
        **{"@odata.type": ABSENT, "owners@odata.bind": ABSENT},
    ),
    *read_application("2 Application read", "{A}", **KEPT),
    Step("2 Application read, 404 on 1", "GET /v1.0/applications/{nobody}", 404, holds=GONE),
    Step(
        "2 Application update, a permission that is on",
        PATCH_APPLICATION,
        400,
        {"appRoles": []},
        holds=refused(
            "CannotDeleteOrUpdateEnabledEntitlement",
            "Permission (scope or role) cannot be deleted or updated unless disabled first.",
        ),
    ),
    Step("2 Application update", PATCH_APPLICATION, 204, bodies.RENAME),
    *read_application("2 Application update, read", "{A}", displayName="renamed", **KEPT),
    *delete_and_poll("2 Application delete", "applications/{A}"),
)

POST_PRINCIPAL: Final = "POST /v1.0/servicePrincipals"
PRINCIPAL: Final = (
    Step(
        "2 ServicePrincipal create: an application",
        "POST /v1.0/applications",
        201,
        {"displayName": "invoice-poller"},
        keep={"B": "id", "D": "appId"},
    ),
    Step("2 ServicePrincipal create 1", f"{FIND}{{D}}%27", holds=EMPTY),
    Step(
        "2 ServicePrincipal create 2, no application",
        POST_PRINCIPAL,
        400,
        bodies.principal("{nobody}"),
        holds=refused("NoBackingApplicationObject", ORPHAN),
    ),
    Step(
        "2 ServicePrincipal create 2",
        POST_PRINCIPAL,
        201,
        bodies.principal("{D}"),
        holds={"id": UUID, "description": TEMPORARY},
        keep={"S": "id"},
    ),
    Step(
        "2 ServicePrincipal create 3",
        "PATCH /v1.0/servicePrincipals/{S}",
        204,
        {"description": None},
    ),
    Step(
        "2 ServicePrincipal create 4",
        "DELETE /v1.0/servicePrincipals/{S}/owners/{me}/$ref",
        204,
    ),
    *read_principal(
        "2 ServicePrincipal create 5",
        "{S}",
        appId="{D}",
        displayName="invoice-poller",
        accountEnabled=True,
        description=None,
    ),
    Step("2 ServicePrincipal create 1, exists", f"{FIND}{{D}}%27", holds={"value": [{"id": "{S}"}]}),
    Step(
        "2 use_existing: made by hand",
        POST_PRINCIPAL,
        201,
        {"appId": "{thunderbird}", "notes": "by hand", "tags": ["kept"]},
        keep={"T": "id"},
    ),
    Step(
        "2 use_existing 1", f"{FIND}{{thunderbird}}%27", holds={"value": [{"id": "{T}", "notes": "by hand"}]}
    ),
    Step(
        "2 use_existing, adopt",
        "PATCH /v1.0/servicePrincipals/{T}",
        204,
        bodies.ADOPT,
    ),
    *read_principal(
        "2 use_existing, read",
        "{T}",
        appId="{thunderbird}",
        notes=None,
        tags=[],
        appOwnerOrganizationId=re.compile("(?!{tenant}).+"),
    ),
    *delete_and_poll("2 ServicePrincipal delete", "servicePrincipals/{S}"),
    Step("2 ServicePrincipal delete leaves the application", "GET /v1.0/applications/{B}"),
    Step(
        "2 ServicePrincipal delete, adopted, 403",
        "DELETE /v1.0/servicePrincipals/{T}",
        403,
        holds=DENIED,
        fault=Fault("graph DELETE /v1.0/servicePrincipals/{id}", 403),
    ),
    Step("2 ServicePrincipal delete, adopted", "DELETE /v1.0/servicePrincipals/{T}", 204),
)
