"""Every text that goes into a cmdlet arrives as it is, over every carrier: Exchange names it in what it answers."""

from collections.abc import Callable, Iterator
from typing import Final

import pytest

from mailgrant.errors import CmdletError
from mailgrant.exchange.cmdlets import (
    application_scope,
    authentication_policy,
    cas_mailbox,
    permissions,
    service_principal,
)
from mailgrant.exchange.cmdlets.call import Call
from mailgrant.exchange.session import Carrier
from tests.carriers import CARRIERS, opened
from tests.worlds import OfflineTenant

INVOICES = "invoices@contoso.com"
SHORT: Final = {
    "quotes": "it's \"quoted\" 'twice''",
    "substitution": "$(Get-Date) ${env:PATH} `n `$x @{a=1}; Remove-Mailbox *",
    "smart quotes": "\u2018one\u2019 \u201cdouble\u201d \u201alow\u201e \u2032prime",  # PowerShell takes most for quotes
    "lines": "a\nb\r\nc\td\u2028e\u2029f\x85g",
    "controls": "a\x00b\x07c\x1bd\x7fe\x9bf_x0041_",
    "no XML": "a\ufffeb\uffff",
    "look-alikes": "\u0430dmin\uff20contoso\u2024com",
    "directions": "abc\u202egnp.\u202c \u200f\u2066x\u2069",
    "markup": '</S><S>&amp;]]> {"a": 1} | <b>',
    "beyond": "\U0001f600 e\u0301 \ufeff",
}
LONG: Final = "'$x`\n\u2019" * 13108  # 64 kB

Builder = Callable[[str], Call]
# A text in each place of each cmdlet that takes one, and Exchange's answer names it.
NAMED: Final[dict[str, Builder]] = {
    "Set-ServicePrincipal Identity": lambda text: service_principal.set_service_principal(text, "x"),
    "Remove-ServicePrincipal Identity": lambda text: service_principal.remove_service_principal(text, "x"),
    "Add-MailboxPermission Identity": lambda text: permissions.add_full_access(text, "x"),
    "Add-MailboxPermission User": lambda text: permissions.add_full_access(INVOICES, text),
    "Get-MailboxPermission Identity": permissions.get_mailbox_permissions,
    "Remove-MailboxPermission Identity": lambda text: permissions.remove_full_access(text, "x"),
    "Remove-MailboxPermission User": lambda text: permissions.remove_full_access(INVOICES, text),
    "Add-RecipientPermission Identity": lambda text: permissions.add_send_as(text, "x"),
    "Add-RecipientPermission Trustee": lambda text: permissions.add_send_as(INVOICES, text),
    "Get-RecipientPermission Identity": permissions.get_recipient_permissions,
    "Remove-RecipientPermission Identity": lambda text: permissions.remove_send_as(text, "x"),
    "Remove-RecipientPermission Trustee": lambda text: permissions.remove_send_as(INVOICES, text),
    "Get-CASMailbox Identity": cas_mailbox.get_protocols,
    "Set-CASMailbox Identity": lambda text: cas_mailbox.set_protocols(text, {"imap": "on"}),
    "Set-AuthenticationPolicy Identity": lambda text: authentication_policy.block_basic(
        text, ["AllowBasicAuthImap"]
    ),
    "Remove-AuthenticationPolicy Identity": authentication_policy.remove_policy,
    "Get-User Identity": authentication_policy.get_assignment,
    "Set-User Identity": lambda text: authentication_policy.set_assignment(text, {"policy": "x"}),
    "Set-User AuthenticationPolicy": lambda text: authentication_policy.set_assignment(
        "adele@contoso.com", {"policy": text}
    ),
    "Set-OrganizationConfig DefaultAuthenticationPolicy": lambda text: authentication_policy.set_assignment(
        authentication_policy.ORGANIZATION, {"policy": text}
    ),
    "Get-DistributionGroup Identity": application_scope.get_group,
    "Set-ManagementScope Identity": lambda text: application_scope.set_scope(
        text, "CustomAttribute1 -eq 'x'"
    ),
    "Remove-ManagementScope Identity": application_scope.remove_scope,
    "New-ManagementRoleAssignment App": lambda text: application_scope.new_assignment("x", text, "x"),
    "Set-ManagementRoleAssignment Identity": lambda text: application_scope.set_assignment(text, "x"),
    "Remove-ManagementRoleAssignment Identity": application_scope.remove_assignment,
}
# These make something of it; what is made is short, and every one has another name.
MADE: Final[dict[str, Builder]] = {
    "New-ServicePrincipal AppId": lambda text: service_principal.new_service_principal(text, text + "-", "x"),
    "New-ServicePrincipal ObjectId": lambda text: service_principal.new_service_principal(
        text + "*", text + "+", "x"
    ),
    "New-ServicePrincipal DisplayName": lambda text: service_principal.new_service_principal(
        text + "1", text + "2", text
    ),
    "New-AuthenticationPolicy Name": authentication_policy.new_policy,
    "New-ManagementScope Name": lambda text: application_scope.new_scope(text, "CustomAttribute1 -eq 'x'"),
}


@pytest.fixture(params=CARRIERS)
def carrier(request: pytest.FixtureRequest, at_offline: OfflineTenant) -> Iterator[Carrier]:
    with opened(request.param, at_offline) as carrier:
        yield carrier


def answer(carrier: Carrier, call: Call) -> list[str]:
    """Every text of an answer, be it a record, a warning or an error."""
    try:
        reply = carrier.run(call)
    except CmdletError as error:
        return [error.text]
    return [*reply.warnings, *(str(value) for record in reply.records for value in record.values())]


def test_every_text_arrives_as_it_is(carrier: Carrier) -> None:
    texts = {
        f"{where}, {kind}": (build, text)
        for where, build in (NAMED | MADE).items()
        for kind, text in SHORT.items()
    }
    texts |= {f"{where}, 64 kB": (build, LONG) for where, build in NAMED.items()}

    lost = {}
    for where, (build, text) in texts.items():
        said = answer(carrier, build(text))
        if not any(text in one for one in said):
            lost[where] = [one[:200] for one in said]
    assert lost == {}
