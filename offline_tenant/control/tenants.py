"""The tenants of the installation."""

from typing import Any, Final

from offline_tenant import seed
from offline_tenant.control.bodies import NewTenant
from offline_tenant.control.frame import Row, read, refusal
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Answer, Call


def _tenants(call: Call) -> Answer:
    return Answer(200, [_described(tenant) for tenant in call.installation.tenants()])


def _described(tenant: Tenant) -> dict[str, Any]:
    known = tenant.registration()
    return {
        "id": tenant.id,
        "organization": known["domains"][0],
        "domains": known["domains"],
        "cloud": known["cloud"],
        "client_id": seed.AUTOMATION_CLIENT_ID,
    }


def _add_tenant(call: Call) -> Answer:
    wanted, installation = read(call, NewTenant), call.installation
    domains = list(dict.fromkeys(name.casefold() for name in (wanted.organization, *wanted.domains)))
    if taken := [name for name in domains if installation.tenant(name)]:
        raise refusal(409, f"{', '.join(taken)}: belongs to a tenant already")
    tenant = installation.add_tenant(installation.ids.uuid(), domains, wanted.cloud)
    seed.fill(tenant)
    return Answer(201, _described(tenant))


ROWS: Final = (
    Row("GET", "tenants", _tenants, "the tenants, the first one first"),
    Row("POST", "tenants", _add_tenant, "one more, with a company of its own"),
)
