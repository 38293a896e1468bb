"""Cmdlets as values: what goes out, and what is made of what comes back."""

from typing import Any

import pytest

from mailgrant import facts
from mailgrant.errors import (
    AccessDeniedError,
    AlreadyExistsError,
    AmbiguousError,
    CmdletError,
    DelegationError,
    FullError,
    NotCustomizedError,
    NotFoundError,
    OutOfScopeError,
)
from mailgrant.exchange import cmdlets
from mailgrant.exchange.cmdlets import permissions
from mailgrant.exchange.cmdlets import service_principal as principals
from mailgrant.exchange.cmdlets.call import Call
from mailgrant.exchange.cmdlets.call import error as call_error
from mailgrant.exchange.cmdlets.service_principal import ServicePrincipalRecord
from mailgrant.exchange.rights import RIGHTS

PRINCIPAL = ServicePrincipalRecord(
    app_id="APP", object_id="OBJECT", display_name="poller", sid="S-1-5-21-1", identity="name"
)
WRITES = [
    principals.new_service_principal("app", "object", "poller"),
    principals.set_service_principal("object", "poller"),
    principals.remove_service_principal("object", "poller"),
    permissions.add_full_access("a@b.de", "object"),
    permissions.remove_full_access("a@b.de", "object"),
]


@pytest.mark.parametrize("call", WRITES, ids=lambda call: call.cmdlet)
def test_no_write_asks_back(call: Call) -> None:
    assert call.parameters["Confirm"] is False


@pytest.mark.parametrize(
    "call", [*WRITES, principals.get_service_principals(), permissions.get_mailbox_permissions("a")]
)
def test_a_session_imports_every_cmdlet_in_use(call: Call) -> None:
    assert call.cmdlet in cmdlets.CMDLETS


@pytest.mark.parametrize(
    "rights", [["FullAccess"], "FullAccess", "FullAccess, ReadPermission", ["fullaccess", "ReadPermission"]]
)
def test_rights_arrive_as_list_or_text(rights: Any) -> None:
    record = {"User": "object", "AccessRights": rights, "Deny": False, "IsInherited": "False"}

    assert permissions.grants_full_access(record, PRINCIPAL)


@pytest.mark.parametrize("name", ["OBJECT", "app", "S-1-5-21-1", "NAME"])
def test_a_trustee_is_known_by_any_of_its_unique_names(name: str) -> None:
    assert permissions.grants_full_access({"User": name, "AccessRights": ["FullAccess"]}, PRINCIPAL)
    assert permissions.grants_full_access(
        {"User": "x", "UserSid": name, "AccessRights": ["FullAccess"]}, PRINCIPAL
    )


@pytest.mark.parametrize(
    "record",
    [
        {"User": "poller", "AccessRights": ["FullAccess"]},  # a display name is anybody's
        {"User": "NT AUTHORITY\\SELF", "AccessRights": ["FullAccess"]},
        {"User": "object", "AccessRights": ["ReadPermission"]},
        {"User": "object", "AccessRights": ["FullAccess"], "Deny": True},
        {"User": "object", "AccessRights": ["FullAccess"], "IsInherited": True},
        {"User": None, "UserSid": None, "AccessRights": None},
        {},
    ],
)
def test_anything_else_is_no_grant_of_ours(record: dict[str, Any]) -> None:
    assert not permissions.grants_full_access(record, PRINCIPAL)


def test_an_old_record_has_service_id_for_object_id() -> None:
    assert principals.parse_service_principal({"ServiceId": "object"}).object_id == "object"


@pytest.mark.parametrize(
    ("qualified_id", "text", "kind"),
    [
        (
            "",
            (
                "Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The operation "
                "couldn't be performed because object 'x' couldn't be found on 'DC'."
            ),
            NotFoundError,
        ),
        ("Ex41BAF5,ManagementObjectNotFoundException", "Ce postal n'existe pas.", NotFoundError),
        ("", "The service principal already exists.", AlreadyExistsError),
        ("", "ExB0|ManagementObjectAmbiguousException|'x' matches multiple entries.", AmbiguousError),
        ("CommandNotFoundException", "The term 'New-ServicePrincipal' is not recognized", AccessDeniedError),
        ("", "'x' isn't within your current write scopes.", OutOfScopeError),
        (
            "",
            'change the "x" role. You must be assigned a delegating role assignment to it.',
            DelegationError,
        ),
        ("", "ExB0|InvalidOperationInDehydratedContextException|isn't currently allowed", NotCustomizedError),
        (
            "",
            "The mailbox x has reached the limit of maximum allowed access control entries of 500.",
            FullError,
        ),
        ("", "something new", CmdletError),
    ],
)
def test_errors_get_a_type_by_their_id_or_their_text(qualified_id: str, text: str, kind: type) -> None:
    error = call_error(permissions.get_mailbox_permissions("a@b.de"), qualified_id, text)

    assert type(error) is kind
    assert error.cmdlet == "Get-MailboxPermission"
    assert error.target == "a@b.de"
    assert "|" not in error.text


def test_the_words_of_a_stack_and_the_rights_of_exchange_are_the_same() -> None:
    assert tuple(RIGHTS) == facts.RIGHTS


def test_who_may_not_do_it_is_told_which_role_each_cmdlet_needs() -> None:
    """https://learn.microsoft.com/exchange/permissions-exo/application-rbac, Microsoft365DSC's settings.json."""
    roles = {
        "New-ServicePrincipal": "Role Management",
        "Add-MailboxPermission": "Mail Recipients",
        "Add-RecipientPermission": "Mail Recipients",
        "Set-CASMailbox": "Mail Recipients",
        "Set-TransportConfig": "Organization Transport Settings",
        "Set-AuthenticationPolicy": "Organization Configuration",
        "New-ManagementRoleAssignment": "Role Management",
    }

    for cmdlet, role in roles.items():
        error = call_error(Call(cmdlet, target="a@b.de"), "CommandNotFoundException", "is not recognized")
        assert f"{cmdlet} needs the Exchange role {role}:" in error.remedy


def test_every_cmdlet_has_its_role() -> None:
    assert {cmdlet.partition("-")[2] for cmdlet in cmdlets.CMDLETS} == set(facts.EXCHANGE_ROLES)
