"""What tests of the Exchange module in the pwsh stand-in share: a grant, a principal, the records of a run."""

from typing import Any

from psrpcore.types import PSInvocationState

from tests.offline.exchange_helper import APP_ID, ENTERPRISE_OBJECT_ID
from tests.offline.pwsh_helper import Client, Run, properties

BILLING = "billing@contoso.com"
GRANT: dict[str, Any] = {"Identity": BILLING, "User": ENTERPRISE_OBJECT_ID, "AccessRights": "FullAccess"}


def records(run: Run) -> list[dict[str, Any]]:
    """What a cmdlet gave that ended well."""
    assert (run.state, run.errors, run.reason) == (PSInvocationState.Completed, [], None), vars(run)
    return [properties(value) for value in run.output]


def new_principal(client: Client) -> dict[str, Any]:
    given: dict[str, Any] = {
        "AppId": APP_ID,
        "ObjectId": ENTERPRISE_OBJECT_ID,
        "DisplayName": "Invoice poller",
    }
    [record] = records(client.run("New-ServicePrincipal", **given))
    return record
