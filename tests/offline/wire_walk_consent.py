"""Section 2 of the record to its end: passwords, assignments, grants, imports. For the names see ``wire_walk``."""

import re
from typing import Any, Final

from tests.offline import wire_bodies as bodies
from tests.offline.wire_steps import Some, Step, Words, refused
from tests.offline.wire_walk import EXISTS, GONE, LATE, MOMENT, NO_REFERENCE, UUID
from tests.offline.wire_walk_objects import principal_of_new_application, read_application, read_principal

ADD: Final = "POST /v1.0/applications/{B}/addPassword"
REMOVE: Final = "POST /v1.0/applications/{B}/removePassword"
LOOK: Final = "GET /v1.0/applications/{B}"


def shown(key: str) -> dict[str, Any]:
    """A password as it is read; its end as it was sent, or it is replaced on every up."""
    wanted = bodies.PASSWORD["passwordCredential"]
    return {**wanted, "keyId": key, "startDateTime": MOMENT, "secretText": None}


PASSWORD: Final = (
    *principal_of_new_application("2 ApplicationPassword"),
    Step("2 ApplicationPassword create 1", LOOK, holds={"passwordCredentials": []}),
    Step("2 ApplicationPassword create 1, 404", "GET /v1.0/applications/{nobody}", 404, holds=GONE),
    Step(
        "2 ApplicationPassword create 2",
        ADD,
        body=bodies.PASSWORD,
        holds={**shown(""), "keyId": UUID, "secretText": re.compile(".{40}")},
        keep={"K": "keyId", "hint": lambda body: str(body["secretText"][:3])},
    ),
    Step(
        "2 ApplicationPassword create 3, seen five times",
        LOOK,
        holds={"passwordCredentials": [shown("{K}") | {"hint": "{hint}"}]},
        times=5,
        pause=1,
    ),
    Step("2 ApplicationPassword create 4", LOOK, holds={"passwordCredentials": [shown("{K}")]}),
    Step("2 ApplicationPassword replace, create first", ADD, body=bodies.PASSWORD, keep={"L": "keyId"}),
    Step(
        "2 ApplicationPassword replace, seen five times",
        LOOK,
        holds={"passwordCredentials": Some(shown("{L}"))},
        times=5,
        pause=1,
    ),
    Step("2 ApplicationPassword replace, then remove", REMOVE, 204, {"keyId": "{K}"}),
    Step(
        "2 ApplicationPassword replace, gone five times",
        LOOK,
        holds={"passwordCredentials": [shown("{L}")]},
        times=5,
        pause=5,
    ),
    Step("2 ApplicationPassword delete 1", REMOVE, 204, {"keyId": "{L}"}),
    Step(
        "2 ApplicationPassword delete 2, gone five times",
        LOOK,
        holds={"passwordCredentials": []},
        times=5,
        pause=5,
    ),
    Step(
        "2 ApplicationPassword delete, 400",
        REMOVE,
        400,
        {"keyId": "{L}"},
        holds={"error": {"code": "Request_BadRequest"}},
    ),
    Step(
        "2 ApplicationPassword delete, 404",
        "POST /v1.0/applications/{nobody}/removePassword",
        404,
        {"keyId": "{L}"},
        holds=GONE,
    ),
)

ASSIGN: Final = "POST /v1.0/servicePrincipals/{R}/appRoleAssignedTo"
ASSIGNED: Final = "/v1.0/servicePrincipals/{R}/appRoleAssignedTo/{N}"
CONSENT: Final = {"appRoleId": bodies.IMAP_AS_APP, "principalId": "{S}", "resourceId": "{R}"}
ASSIGNMENT: Final = (
    Step("2 AppRoleAssignment create 1", "GET /v1.0/servicePrincipals/{R}"),
    Step(
        "2 AppRoleAssignment create 2, no such principal",
        ASSIGN,
        400,
        bodies.assignment("{nobody}"),
        holds=refused("Request_BadRequest", NO_REFERENCE),
    ),
    Step(
        "2 AppRoleAssignment create 2",
        ASSIGN,
        201,
        bodies.assignment("{S}"),
        holds={"id": re.compile(".+"), **CONSENT},
        keep={"N": "id"},
    ),
    Step(
        "2 AppRoleAssignment create 2, a duplicate",
        ASSIGN,
        400,
        bodies.assignment("{S}"),
        holds=refused("Request_BadRequest", EXISTS),
    ),
    Step(
        "2 AppRoleAssignment create 3",
        f"GET {ASSIGNED}",
        holds=CONSENT
        | {
            "id": "{N}",
            "principalDisplayName": "invoice-poller",
            "principalType": "ServicePrincipal",
            "resourceDisplayName": "Office 365 Exchange Online",
        },
    ),
    Step("2 AppRoleAssignment delete", f"DELETE {ASSIGNED}", 204),
    Step("2 AppRoleAssignment delete, 404", f"DELETE {ASSIGNED}", 404, holds=GONE),
    Step("2 AppRoleAssignment read, 404", f"GET {ASSIGNED}", 404, holds=GONE),
)

GRANT: Final = "POST /v1.0/oauth2PermissionGrants"
GRANTED: Final = "/v1.0/oauth2PermissionGrants/{G}"
ALL: Final = {"clientId": "{S}", "resourceId": "{R}", "consentType": "AllPrincipals"}
DELEGATED: Final = (
    Step("2 DelegatedPermissionGrant create 1", "GET /v1.0/servicePrincipals/{S}"),
    Step("2 DelegatedPermissionGrant create 2", "GET /v1.0/servicePrincipals/{R}"),
    Step(
        "2 DelegatedPermissionGrant create 3, no such client",
        GRANT,
        400,
        bodies.grant("{nobody}"),
        holds=refused("Request_BadRequest", LATE),
    ),
    Step(
        "2 DelegatedPermissionGrant create 3",
        GRANT,
        201,
        bodies.grant("{S}"),
        holds={"id": re.compile(".+"), **ALL},
        keep={"G": "id"},
    ),
    Step(
        "2 DelegatedPermissionGrant create 3, never looked for",
        GRANT,
        409,
        bodies.grant("{S}"),
        holds=refused("Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists."),
    ),
    Step(
        "2 DelegatedPermissionGrant create 3, for a person",
        GRANT,
        201,
        bodies.grant("{S}", consentType="Principal", principalId="{adele}"),
        holds={"consentType": "Principal", "principalId": "{adele}"},
    ),
    Step(
        "2 DelegatedPermissionGrant read",
        f"GET {GRANTED}",
        holds=ALL | {"scope": Words("IMAP.AccessAsUser.All SMTP.Send")},
    ),
    Step("2 DelegatedPermissionGrant update", f"PATCH {GRANTED}", 204, {"scope": "SMTP.Send"}),
    Step("2 DelegatedPermissionGrant update, read", f"GET {GRANTED}", holds={"scope": "SMTP.Send"}),
    Step(
        "2 DelegatedPermissionGrant update, another order",
        f"PATCH {GRANTED}",
        204,
        {"scope": "IMAP.AccessAsUser.All SMTP.Send"},
    ),
    Step(
        "2 DelegatedPermissionGrant update, read as a set",
        f"GET {GRANTED}",
        holds={"scope": Words("SMTP.Send IMAP.AccessAsUser.All")},
    ),
    Step("2 DelegatedPermissionGrant delete", f"DELETE {GRANTED}", 204),
    Step("2 DelegatedPermissionGrant read, 404", f"GET {GRANTED}", 404, holds=GONE),
    Step("2 DelegatedPermissionGrant update, 404", f"PATCH {GRANTED}", 404, {"scope": "x"}, holds=GONE),
    Step("2 DelegatedPermissionGrant delete, 404", f"DELETE {GRANTED}", 404, holds=GONE),
)

IMPORT: Final = (
    *principal_of_new_application("2 Import"),
    Step("2 Import: no owner of it", "DELETE /v1.0/servicePrincipals/{S}/owners/{me}/$ref", 204),
    Step("2 Import: a password", ADD, body=bodies.PASSWORD, keep={"K": "keyId"}),
    Step("2 Import: an assignment", ASSIGN, 201, bodies.assignment("{S}"), keep={"N": "id"}),
    Step("2 Import: a grant", GRANT, 201, bodies.grant("{S}"), keep={"G": "id"}),
    # Preview and import.
    *(
        step
        for run in ("preview", "import")
        for step in (
            *read_application(f"2 Import, {run}: /applications/{{A}}", "{B}", appId="{D}"),
            *read_principal(f"2 Import, {run}: /servicePrincipals/{{S}}", "{S}", appId="{D}"),
            Step(
                f"2 Import, {run}: {{A}}/password/{{keyId}}",
                LOOK,
                holds={"passwordCredentials": [shown("{K}")]},
            ),
            Step(f"2 Import, {run}: appRoleAssignedTo/{{id}}", f"GET {ASSIGNED}", holds=CONSENT),
            Step(f"2 Import, {run}: /oauth2PermissionGrants/{{id}}", f"GET {GRANTED}", holds=ALL),
        )
    ),
)
