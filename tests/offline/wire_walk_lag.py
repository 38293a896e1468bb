"""Section 3 of the record: each call that may meet a replica which lags, and what the plugin makes of the answer.

Every object is unseen by one request: the first call is answered as told, the same call once more as usual.
"""

import re
from dataclasses import replace
from typing import Any, Final

from tests.offline import wire_bodies as bodies
from tests.offline.wire_steps import Step, refused
from tests.offline.wire_walk import EXISTS, GONE, LATE, NO_REFERENCE, ORPHAN
from tests.offline.wire_walk_consent import ASSIGN, ASSIGNED, GRANT, GRANTED
from tests.offline.wire_walk_objects import POST_PRINCIPAL

NEW_APPLICATION: Final = Step(
    "an application",
    "POST /v1.0/applications",
    201,
    {"displayName": "late"} | bodies.OWNED,
    keep={"A": "id", "C": "appId"},
    lag=("applications",),
)
SEEN_APPLICATION: Final = replace(NEW_APPLICATION, lag=())
NEW_PRINCIPAL: Final = Step(
    "a principal", POST_PRINCIPAL, 201, bodies.principal("{C}"), keep={"S": "id"}, lag=("servicePrincipals",)
)
SEEN_PRINCIPAL: Final = replace(NEW_PRINCIPAL, lag=())
NEW_ASSIGNMENT: Final = Step(
    "an assignment", ASSIGN, 201, bodies.assignment("{S}"), keep={"N": "id"}, lag=("appRoleAssignments",)
)
NEW_GRANT: Final = Step(
    "a grant", GRANT, 201, bodies.grant("{S}"), keep={"G": "id"}, lag=("oauth2PermissionGrants",)
)
APPLICATION: Final = (NEW_APPLICATION,)
PRINCIPAL: Final = (SEEN_APPLICATION, NEW_PRINCIPAL)
CLIENT: Final = (SEEN_APPLICATION, SEEN_PRINCIPAL)


def late(line: str, made: tuple[Step, ...], call: Step, status: int = 404, holds: Any = GONE) -> list[Step]:
    """Make something, miss it once, then not."""
    named = [replace(step, line=f"3 {line}: {step.line}") for step in made]
    missed = replace(call, line=f"3 {line}", status=status, holds=holds, keep={})
    return [*named, missed, replace(call, line=f"3 {line}: again")]


def get(path: str) -> Step:
    return Step("", f"GET {path}")


A: Final = "/v1.0/applications/{A}"
S: Final = "/v1.0/servicePrincipals/{S}"
UNOWNED: Final = "owners/{me}/$ref"

FINAL: Final = (
    *late("closing GET of an application is final", APPLICATION, get(A)),
    Step(
        "3 closing GET of an application is final: the next up makes a second one",
        NEW_APPLICATION.send,
        201,
        NEW_APPLICATION.body,
        holds={"id": re.compile("(?!{A}).+")},
    ),
    *late("closing GET of an assignment is final", (*CLIENT, NEW_ASSIGNMENT), get(ASSIGNED)),
    Step(
        "3 closing GET of an assignment is final: the next up sticks",
        ASSIGN,
        400,
        bodies.assignment("{S}"),
        holds=refused("Request_BadRequest", EXISTS),
    ),
    Step("3 closing GET of an assignment is final: until it is deleted", f"DELETE {ASSIGNED}", 204),
    Step("3 closing GET of an assignment is final: then made", ASSIGN, 201, bodies.assignment("{S}")),
    *late(
        "owner of an application, final",
        APPLICATION,
        Step("", f"DELETE {A}/{UNOWNED}", 204),
    ),
    *late("owner of a principal, final", PRINCIPAL, Step("", f"DELETE {S}/{UNOWNED}", 204)),
    *late("first GET of a password create, final", APPLICATION, get(A)),
    *late("POST of a password, final", APPLICATION, Step("", f"POST {A}/addPassword", body=bodies.PASSWORD)),
    *late(
        "beta read of an application, final",
        APPLICATION,
        get("/beta/applications/{A}?%24select=oauth2RequirePostResponse"),
    ),
    *late(
        "beta read of a principal, final",
        PRINCIPAL,
        get("/beta/servicePrincipals/{S}?%24select=samlMetadataUrl"),
    ),
    *late("owners of an application, final", APPLICATION, get(f"{A}/owners")),
    *late("closing GET of a principal, final", PRINCIPAL, get(S)),
    *late("closing GET of a grant, final", (*CLIENT, NEW_GRANT), get(GRANTED)),
    *late(
        "description of a principal, final",
        PRINCIPAL,
        Step("", f"PATCH {S}", 204, {"description": None}),
    ),
)
RETRIED: Final = (
    *late(
        "temporary name of an application, retried",
        APPLICATION,
        Step("", f"PATCH {A}", 204, {"displayName": "TERRAFORM_UPDATE_{nobody}"}),
    ),
    *late(
        "POST of a principal, retried",
        APPLICATION,
        replace(NEW_PRINCIPAL, lag=()),
        400,
        refused("NoBackingApplicationObject", ORPHAN),
    ),
    *late(
        "POST of an assignment, retried",
        PRINCIPAL,
        replace(NEW_ASSIGNMENT, lag=()),
        400,
        refused("Request_BadRequest", NO_REFERENCE),
    ),
    *late(
        "POST of a grant, retried",
        PRINCIPAL,
        replace(NEW_GRANT, lag=()),
        400,
        refused("Request_BadRequest", LATE),
    ),
)
OUT_OF_BAND: Final = (
    Step(
        "3 deleted out of band: an assignment",
        ASSIGN,
        201,
        bodies.assignment("{S}"),
        keep={"N": "id"},
        lag=(),
    ),
    Step("3 deleted out of band", f"DELETE {ASSIGNED}", 204),
    Step("3 deleted out of band: refresh sees it", f"GET {ASSIGNED}", 404, holds=GONE),
)
