"""The mailboxes of a tenant, with the accounts behind them."""

from typing import Any, Final

from offline_tenant.control.bodies import NewMailbox
from offline_tenant.control.frame import Row, done, read, refusal, tenant_of
from offline_tenant.entra.directory import users
from offline_tenant.entra.directory.objects import Directory
from offline_tenant.entra.seed import add_user
from offline_tenant.exchange.access import mailbox_of
from offline_tenant.exchange.errors import CmdletError
from offline_tenant.exchange.mailboxes import add_mailbox, remove_mailbox
from offline_tenant.mail.store import MailStore
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Answer, Call

SHOWN: Final = {
    "PrimarySmtpAddress": "address",
    "DisplayName": "name",
    "RecipientTypeDetails": "type",
    "Guid": "id",
}


def _mailboxes(call: Call) -> Answer:
    return Answer(200, [_shown(mailbox) for mailbox in tenant_of(call).documents("mailboxes").all()])


def _shown(mailbox: Document) -> dict[str, Any]:
    return {shown: mailbox[name] for name, shown in SHOWN.items()}


def _add(call: Call) -> Answer:
    tenant, wanted = tenant_of(call), read(call, NewMailbox)
    for address in (wanted.address, *wanted.aliases):
        _check_domain(tenant, address)
    name = wanted.name or wanted.address.partition("@")[0]
    _account(tenant, wanted, name)
    try:
        mailbox = add_mailbox(tenant, wanted.address, name, wanted.type, wanted.aliases)
    except CmdletError as error:
        raise refusal(
            409, f"one of the addresses is taken: {', '.join((wanted.address, *wanted.aliases))}"
        ) from error
    return Answer(201, _shown(mailbox))


def _account(tenant: Tenant, wanted: NewMailbox, name: str) -> None:
    """Every mailbox belongs to an account; one that is there already, without a mailbox until now, gets it."""
    directory = Directory(tenant)
    if user := users.by_name(directory.primary, wanted.address):
        directory.change(users.KIND, user | {"mail": wanted.address})
    else:
        add_user(directory, wanted.address, name, wanted.address, enabled=wanted.type == "UserMailbox")


def _check_domain(tenant: Tenant, address: str) -> None:
    domains = tenant.registration()["domains"]
    if address.rpartition("@")[2].casefold() not in domains:
        raise refusal(400, f"{address}: not one of the tenant's domains, which are {', '.join(domains)}")


def _remove(call: Call) -> None:
    tenant, address = tenant_of(call), call.query.get("address", "")
    if (mailbox := mailbox_of(tenant, address)) is None:
        raise refusal(404, f"there is no mailbox {address!r}")
    MailStore(tenant, mailbox).forget()
    remove_mailbox(tenant, mailbox)
    directory = Directory(tenant)
    if user := directory.primary.get(users.KIND, mailbox["ExternalDirectoryObjectId"]):
        users.delete(directory, user)


ROWS: Final = (
    Row("GET", "mailboxes", _mailboxes, "the mailboxes of a tenant", ("tenant",)),
    Row("POST", "mailboxes", _add, "one more mailbox, and the account behind it", ("tenant",)),
    Row(
        "DELETE",
        "mailboxes",
        done(_remove),
        "remove one with its mail, its permissions and its account: ?address=",
        ("tenant", "address"),
    ),
)
