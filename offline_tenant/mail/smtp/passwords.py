"""Why Exchange refuses a user name with a password: the first reason that there is, in the end that it takes none.

The password itself is not looked at: Microsoft has no more basic authentication here.
https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/disable-basic-authentication-in-exchange-online
https://learn.microsoft.com/entra/fundamentals/security-defaults
"""

from collections.abc import Callable
from typing import Final

from offline_tenant.entra.clouds import EXCHANGE
from offline_tenant.entra.directory import conditional_access, policies
from offline_tenant.entra.directory.objects import Directory
from offline_tenant.exchange import organization
from offline_tenant.exchange.access import mailbox_of
from offline_tenant.mail.smtp import texts
from offline_tenant.mail.smtp.session import Reply
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Installation, Tenant

Refusal = tuple[str, Reply]
NOT_SUPPORTED: Final = ("basic authentication is not supported", texts.BASIC_GONE)


def refusal(installation: Installation, address: str) -> Refusal:
    """The reason, for the ledger, and the answer to a client that sent a password.

    Args:
        installation: with its tenants.
        address: the user name, as it was sent; it may be nobody's.
    """
    tenant = installation.tenant(address.rpartition("@")[2])
    mailbox = mailbox_of(tenant, address) if tenant else None
    if tenant is None or mailbox is None:
        return NOT_SUPPORTED
    found = (answer for applies, answer in REASONS if applies(tenant, mailbox))
    return next(found, NOT_SUPPORTED)


def _policy_blocks(tenant: Tenant, mailbox: Document) -> bool:
    """Whether the authentication policy of a person, or else the organization's, has no basic authentication."""
    default = organization.config(tenant, organization.ORGANIZATION)["DefaultAuthenticationPolicy"]
    policy = tenant.documents("authenticationPolicies").get(
        mailbox.get("AuthenticationPolicy") or default or ""
    )
    return policy is not None and not policy["AllowBasicAuthSmtp"]


def _defaults_block(tenant: Tenant, _mailbox: Document) -> bool:
    return policies.security_defaults_are_on(Directory(tenant, primary=True))


def _conditional_access_blocks(tenant: Tenant, mailbox: Document) -> bool:
    directory, user = Directory(tenant, primary=True), mailbox["ExternalDirectoryObjectId"]
    return conditional_access.blocks(directory, user, EXCHANGE, conditional_access.LEGACY)


# In Exchange's order.
REASONS: Final[tuple[tuple[Callable[[Tenant, Document], bool], Refusal], ...]] = (
    (_policy_blocks, ("an authentication policy blocks it", texts.BASIC_DISABLED)),
    (_defaults_block, ("security defaults block it", texts.SECURITY_DEFAULTS)),
    (_conditional_access_blocks, ("a Conditional Access policy blocks it", texts.CONDITIONAL_ACCESS)),
)
