"""The endpoint around the cmdlets: who is let in, how values, pages, questions and errors look in JSON."""

import re
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from offline_tenant.exchange import routes
from offline_tenant.exchange.mailboxes import add_mailbox
from offline_tenant.exchange.seed import seed
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from offline_tenant.web.ledger import Fault, Ledger
from tests.offline.exchange_helper import (
    APP_ID,
    ENTERPRISE_OBJECT_ID,
    EXCHANGE_ADMINISTRATOR,
    GLOBAL_READER,
    RECIPIENT_ADMINISTRATOR,
    Exchange,
    token,
)

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def exchange(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Exchange:
    seed(tenant)
    return Exchange(client_of(routes.ROUTES), token(tenant))


def raw(response: httpx.Response) -> bytes:
    """The body as it came, although it claims to be gzip."""
    return b"".join(response.iter_raw())


def ask(exchange: Exchange, cmdlet: str) -> httpx.Response:
    """An answer of which nothing is decoded."""
    body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": {}}}
    url = "/adminapi/beta/contoso.com/InvokeCommand"
    headers = {"Authorization": f"Bearer {exchange.token}"}
    return exchange.http.send(
        exchange.http.build_request("POST", url, json=body, headers=headers), stream=True
    )


def test_a_record_is_typed_as_exchange_types_it(exchange: Exchange) -> None:
    body = exchange.post("Get-Mailbox", Identity="invoices@contoso.com").json()
    [mailbox] = body["value"]

    assert body["@odata.context"].endswith("/$metadata#Collection(Exchange.GenericHashTable)")
    assert body["adminapi.warnings@odata.type"] == "#Collection(String)"
    assert body["@adminapi.warnings"] == []
    assert "@odata.nextLink" not in body
    assert mailbox["EmailAddresses@odata.type"] == "#Collection(String)"
    assert mailbox["EmailAddresses"] == ["SMTP:invoices@contoso.com", "smtp:rechnungen@contoso.com"]
    assert mailbox["Guid@data.type"] == "System.Guid"
    assert mailbox["Guid@odata.type"] == "#Guid"
    assert GUID.fullmatch(mailbox["Guid"])
    assert mailbox["WhenCreated@data.type"] == "System.DateTime"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}\+00:00", mailbox["WhenCreated"])
    assert mailbox["Identity"] == mailbox["Id"] == mailbox["Name"] == "invoices"
    assert mailbox["DistinguishedName"].startswith(
        "CN=invoices,OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC="
    )
    assert mailbox["ForwardingSmtpAddress"] is None
    assert mailbox["CustomAttribute1"] == ""
    assert mailbox["ProhibitSendQuota"] == "99 GB (106,300,440,576 bytes)"


@pytest.mark.parametrize("organization", ["contoso.com", "contoso.onmicrosoft.com", None])
def test_the_path_names_the_tenant_by_id_or_domain(
    exchange: Exchange, tenant: Tenant, organization: str
) -> None:
    exchange.organization = organization or tenant.id
    assert len(exchange.run("Get-Mailbox")) == 12


def test_pages_follow_one_another_and_lose_nothing(exchange: Exchange) -> None:
    exchange.headers["Prefer"] = "odata.maxpagesize=3"
    names, url = [], None
    while True:
        body = exchange.post("Get-Mailbox", url).json()
        assert len(body["value"]) <= 3
        names += [mailbox["Name"] for mailbox in body["value"]]
        if (url := body.get("@odata.nextLink")) is None:
            break
    assert len(names) == len(set(names)) == 12


def test_a_page_is_never_longer_than_a_thousand(exchange: Exchange, tenant: Tenant) -> None:
    for number in range(1000):
        add_mailbox(tenant, f"user{number}@contoso.com", f"User {number}")
    exchange.headers["Prefer"] = "odata.maxpagesize=5000"
    body = exchange.post("Get-Mailbox").json()
    assert len(body["value"]) == 1000
    assert len(exchange.post("Get-Mailbox", body["@odata.nextLink"]).json()["value"]) == 12


@pytest.mark.parametrize("skiptoken", ["x", "LTE=", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "\u2713"])
def test_a_foreign_skiptoken_is_refused(exchange: Exchange, skiptoken: str) -> None:
    url = f"/adminapi/beta/contoso.com/InvokeCommand?$skiptoken={skiptoken}"
    assert exchange.post("Get-Mailbox", url).status_code == 400


def test_an_error_has_exchanges_shape(exchange: Exchange) -> None:
    response = exchange.post("Get-Mailbox", Identity="nobody@contoso.com")
    error = response.json()["error"]
    [detail] = error["details"]

    assert response.status_code == 404
    assert response.headers["x-ExceptionType"] == "ManagementObjectNotFoundException"
    assert (error["code"], error["message"]) == ("NotFound", "Error executing cmdlet")
    assert (detail["code"], detail["target"]) == ("Context", "")
    assert re.fullmatch(
        r"Ex6F9304\|Microsoft\.Exchange\.Configuration\.Tasks\.ManagementObjectNotFoundException\|The operation couldn't "
        r"be performed because object 'nobody@contoso\.com' couldn't be found on '\w+\.\w+\.PROD\.OUTLOOK\.COM'\.",
        detail["message"],
    )
    assert error["innererror"]["type"] == "Microsoft.Exchange.Admin.OData.Core.ODataServiceException"
    assert error["innererror"]["internalexception"]["type"].endswith("ManagementObjectNotFoundException")
    assert response.json()["@adminapi.warnings"] == []


def test_warnings_stand_in_the_body_and_in_a_header(exchange: Exchange) -> None:
    exchange.new_principal()
    grant: dict[str, Any] = {
        "Identity": "billing@contoso.com",
        "User": APP_ID,
        "AccessRights": ["FullAccess"],
    }
    exchange.run("Add-MailboxPermission", **grant)
    response = exchange.post("Add-MailboxPermission", **grant)
    assert response.json()["@adminapi.warnings"][0] in response.json()["@adminapi.warnings"]
    assert "already present" in response.headers["X-Warnings"]


def test_only_beta_invokes(exchange: Exchange) -> None:
    assert exchange.post("Get-Mailbox", "/adminapi/v1.0/contoso.com/InvokeCommand").status_code == 405


REFUSED_TOKENS: dict[str, dict[str, Any]] = {
    "another service": {"aud": "https://graph.microsoft.com"},
    "another tenant": {"tid": "0ff11ce0-0000-4000-8000-000000000099"},
    "expired": {"exp": int(time.time()) - 10},
    "without Exchange.ManageAsApp": {"roles": ["IMAP.AccessAsApp"]},
    "without any role": {"roles": None},
}


@pytest.mark.parametrize("changes", REFUSED_TOKENS.values(), ids=REFUSED_TOKENS.keys())
def test_a_token_is_refused(exchange: Exchange, tenant: Tenant, changes: dict[str, Any]) -> None:
    exchange.token = token(tenant, **changes)
    response = exchange.post("Get-Mailbox")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")
    assert exchange.token not in response.text


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer x.y.z", "Basic dXNlcjpwYXNz", "Bearer \u00e9"]
)
def test_what_is_no_token_is_refused(exchange: Exchange, header: str) -> None:
    url = "/adminapi/beta/contoso.com/InvokeCommand"
    response = exchange.http.post(url, headers={b"Authorization": header.encode("latin-1")})
    assert response.status_code == 401


def test_an_application_without_a_directory_role_is_told_so(exchange: Exchange, tenant: Tenant) -> None:
    exchange.token = token(tenant, wids=["0997a1d0-0d1d-4acb-b408-d5ca73121e90"])
    response = exchange.post("Get-Mailbox")
    assert response.status_code == 403
    assert response.json()["error"]["message"] == (
        "The role assigned to application cccccccc-0000-4000-8000-000000000001 isn't supported in this scenario. "
        "Please check online documentation for assigning correct Directory Roles to Azure AD Application for EXO "
        "App-Only Authentication."
    )


@pytest.mark.parametrize(
    ("role", "cmdlet", "held"),
    [
        (EXCHANGE_ADMINISTRATOR, "New-ServicePrincipal", True),
        (EXCHANGE_ADMINISTRATOR, "Get-Unicorn", False),
        (RECIPIENT_ADMINISTRATOR, "Get-Mailbox", True),
        (RECIPIENT_ADMINISTRATOR, "Add-MailboxPermission", True),
        (RECIPIENT_ADMINISTRATOR, "New-ServicePrincipal", False),
        (RECIPIENT_ADMINISTRATOR, "Get-ServicePrincipal", False),
        (GLOBAL_READER, "Get-ServicePrincipal", True),
        (GLOBAL_READER, "Remove-MailboxPermission", False),
    ],
)
def test_a_cmdlet_that_the_role_lacks_answers_with_nul_bytes(
    exchange: Exchange, tenant: Tenant, role: str, cmdlet: str, *, held: bool
) -> None:
    exchange.token = token(tenant, wids=[role])
    response = ask(exchange, cmdlet)
    if held:
        assert response.status_code in {200, 400}
        return
    assert response.status_code == 403
    assert response.headers["Content-Encoding"] == "gzip"
    body = raw(response)
    assert body
    assert set(body) == {0}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b'{"CmdletInput": 1}',
        b'{"CmdletInput": {"CmdletName": 1}}',
        b'{"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": [1]}}',
        b'{"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": []}}',
        b'{"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": false}}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_call_is_refused(exchange: Exchange, ledger: Ledger, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {exchange.token}"}
    response = exchange.http.post("/adminapi/beta/contoso.com/InvokeCommand", content=body, headers=headers)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "BadRequest"
    assert ledger.stats()["exchange"] == {"(malformed)": 1}


def test_a_tenant_that_is_not_there(exchange: Exchange) -> None:
    exchange.organization = "fabrikam.com"
    assert exchange.post("Get-Mailbox").status_code == 404


def test_cmdlets_are_counted_by_name_and_connects_apart(exchange: Exchange, ledger: Ledger) -> None:
    exchange.run("Get-Mailbox")
    exchange.run("Get-Mailbox")
    exchange.failure("Get-ServicePrincipal", Identity="nobody")
    headers = {"Authorization": f"Bearer {exchange.token}"}
    connect = exchange.http.get("/adminapi/v1.0/contoso.com/EXOBanner('AutogenSession')", headers=headers)
    assert connect.status_code == 200
    assert ledger.stats()["exchange"] == {"Get-Mailbox": 2, "Get-ServicePrincipal": 1}
    assert ledger.stats()["connects"] == 1


def test_the_module_file_lists_what_the_role_holds(exchange: Exchange, tenant: Tenant) -> None:
    exchange.token = token(tenant, wids=[GLOBAL_READER])
    headers = {"Authorization": f"Bearer {exchange.token}", "CommandName": "*"}
    body = exchange.http.get(
        "/adminapi/v1.0/contoso.com/EXOModuleFile?Version=3.10.1", headers=headers
    ).json()
    exported = body["value"][0]["exportedCmdlets"].split(",")
    assert "Get-Mailbox" in exported
    assert "Get-ServicePrincipal" in exported
    assert all(name.startswith("Get-") for name in exported)


def test_an_injected_fault_looks_like_exchange(exchange: Exchange, ledger: Ledger) -> None:
    ledger.faults.append(
        Fault("exchange Get-Mailbox", 429, "TooManyRequests", "Throttled.", headers={"Retry-After": "7"})
    )
    response = exchange.post("Get-Mailbox")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
    assert response.json()["error"]["details"][0]["message"] == "Throttled."
    assert len(exchange.run("Get-Mailbox")) == 12


def test_a_cmdlet_that_prompts_asks_first_and_runs_on_confirm_false(exchange: Exchange) -> None:
    exchange.new_principal()
    asked = exchange.post("Remove-ServicePrincipal", Identity=APP_ID).json()
    assert (
        asked["@adminapi.confirmationmessage"] == f'Removing the service principal "{ENTERPRISE_OBJECT_ID}".'
    )
    assert asked["value"] == []
    assert len(exchange.run("Get-ServicePrincipal")) == 1
    assert exchange.run("Remove-ServicePrincipal", Identity=APP_ID, Confirm=False) == []
    assert exchange.run("Get-ServicePrincipal") == []


def test_any_cmdlet_that_changes_something_asks_with_confirm(exchange: Exchange) -> None:
    exchange.new_principal()
    grant = {"Identity": "billing@contoso.com", "User": APP_ID, "AccessRights": "FullAccess"}
    asked = exchange.post("Add-MailboxPermission", **grant, Confirm=True).json()
    assert "FullAccess" in asked["@adminapi.confirmationmessage"]
    assert len(exchange.run("Get-MailboxPermission", Identity="billing@contoso.com")) == 1


def test_what_if_changes_nothing_and_still_finds_faults(exchange: Exchange) -> None:
    exchange.new_principal()
    assert exchange.run("Remove-ServicePrincipal", Identity=APP_ID, WhatIf=True) == []
    assert len(exchange.run("Get-ServicePrincipal")) == 1
    assert "couldn't be found" in exchange.failure("Remove-ServicePrincipal", Identity="nobody", WhatIf=True)


BINDING = "System.Management.Automation.ParameterBindingException|"


@pytest.mark.parametrize(
    ("cmdlet", "parameters", "text"),
    [
        (
            "Get-Mailbox",
            {"Idnetity": "x"},
            "A parameter cannot be found that matches parameter name 'Idnetity'.",
        ),
        (
            "New-ServicePrincipal",
            {"DisplayName": "x"},
            "Cannot process command because of one or more missing mandatory parameters: AppId ObjectId.",
        ),
        (
            "Get-MailboxPermission",
            {"Identity": None},
            "Cannot bind argument to parameter 'Identity' because it is null.",
        ),
        (
            "Get-MailboxPermission",
            {"Identity": ""},
            "Cannot bind argument to parameter 'Identity' because it is an empty string.",
        ),
        (
            "New-ServicePrincipal",
            {"AppId": ["x", "y"], "ObjectId": "z"},
            "Cannot process argument transformation on parameter 'AppId'. Cannot convert value to type System.String.",
        ),
        (
            "New-ServicePrincipal",
            {"AppId": "x", "ObjectId": "y", "ServiceId": "z"},
            (
                "Cannot bind parameter because parameter 'ObjectId' is specified more than once. To provide multiple values "
                "to parameters that can accept multiple values, use the array syntax. For example, "
                '"-parameter value1,value2,value3".'
            ),
        ),
        (
            "Add-MailboxPermission",
            {"Identity": "x", "User": "y", "AccessRights": "FullAccess", "AutoMapping": "no"},
            (
                "Cannot process argument transformation on parameter 'AutoMapping'. Cannot convert value \"System.String\" "
                'to type "System.Boolean". Boolean parameters accept only Boolean values and numbers, such as $True, '
                "$False, 1 or 0."
            ),
        ),
        (
            "Get-Mailbox",
            {"ResultSize": "many"},
            (
                "Cannot process argument transformation on parameter 'ResultSize'. Cannot convert value \"many\" to type "
                "\"Microsoft.Exchange.Data.Unlimited`1[System.UInt32]\". Error: \"The string 'many' isn't a valid unlimited "
                'value."'
            ),
        ),
        (
            "Get-MailboxPermission",
            {"Identity": "x", "I": "y"},
            (
                "Parameter cannot be processed because the parameter name 'I' is ambiguous. Possible matches include: "
                "-Identity -IncludeUnresolvedPermissions -IncludeSoftDeletedUserPermissions -InformationAction "
                "-InformationVariable."
            ),
        ),
    ],
)
def test_arguments_that_do_not_fit_are_refused_as_powershell_refuses_them(
    exchange: Exchange, cmdlet: str, parameters: dict[str, Any], text: str
) -> None:
    message = exchange.failure(cmdlet, **parameters)
    assert message.partition("|")[2] == BINDING + text


def test_an_unknown_right_names_the_known_ones(exchange: Exchange) -> None:
    message = exchange.failure(
        "Add-MailboxPermission", Identity="billing@contoso.com", User="x", AccessRights="FullAcess"
    )
    assert "Unable to match the identifier name FullAcess to a valid enumerator name." in message
    assert "FullAccess, ExternalAccount, DeleteItem" in message


def test_names_of_parameters_are_found_by_case_alias_and_beginning(exchange: Exchange) -> None:
    assert exchange.new_principal()["AppId"] == APP_ID
    exchange.run("Remove-ServicePrincipal", IDENTITY=APP_ID, confirm=False)
    created = exchange.run("New-ServicePrincipal", App=APP_ID, ServiceId=ENTERPRISE_OBJECT_ID, Disp="x")
    assert created[0]["ObjectId"] == ENTERPRISE_OBJECT_ID


def test_what_is_not_emulated_is_refused_loudly(exchange: Exchange) -> None:
    response = exchange.post("Get-Mailbox", Anr="a")
    assert response.status_code == 501
    assert "does not emulate -Anr of Get-Mailbox" in response.text
