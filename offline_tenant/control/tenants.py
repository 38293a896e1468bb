"""Tenants and their mailboxes."""

from typing import Any, Final

from offline_tenant import seed
from offline_tenant.control.bodies import NewMailbox, NewTenant
from offline_tenant.control.frame import Row, read, refusal, tenant_of
from offline_tenant.exchange.errors import CmdletError
from offline_tenant.exchange.seed import add_mailbox
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Answer, Call

SHOWN: Final = {
    "PrimarySmtpAddress": "address",
    "DisplayName": "name",
    "RecipientTypeDetails": "type",
    "Guid": "id",
}


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


def _mailboxes(call: Call) -> Answer:
    return Answer(200, [_shown(mailbox) for mailbox in tenant_of(call).documents("mailboxes").all()])


def _shown(mailbox: Document) -> dict[str, Any]:
    return {shown: mailbox[name] for name, shown in SHOWN.items()}


def _add_mailbox(call: Call) -> Answer:
    tenant, wanted = tenant_of(call), read(call, NewMailbox)
    for address in (wanted.address, *wanted.aliases):
        _check_domain(tenant, address)
    name = wanted.name or wanted.address.partition("@")[0]
    try:
        mailbox = add_mailbox(tenant, wanted.address, name, wanted.type, wanted.aliases)
    except CmdletError as error:
        raise refusal(
            409, f"one of the addresses is taken: {', '.join((wanted.address, *wanted.aliases))}"
        ) from error
    return Answer(201, _shown(mailbox))


def _check_domain(tenant: Tenant, address: str) -> None:
    domains = tenant.registration()["domains"]
    if address.rpartition("@")[2].casefold() not in domains:
        raise refusal(400, f"{address}: not one of the tenant's domains, which are {', '.join(domains)}")


ROWS: Final = (
    Row("GET", "tenants", _tenants, "the tenants, the first one first"),
    Row("POST", "tenants", _add_tenant, "one more, with a company of its own"),
    Row("GET", "mailboxes", _mailboxes, "the mailboxes of a tenant", ("tenant",)),
    Row("POST", "mailboxes", _add_mailbox, "one more mailbox", ("tenant",)),
)
