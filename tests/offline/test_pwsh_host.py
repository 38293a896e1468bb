"""The pwsh stand-in as a process: its command line, its packets, its sessions, as psrpcore's client sees them."""

import os
import subprocess
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from psrpcore import Command
from psrpcore.types import PSInvocationState, PSSecureString

from offline_tenant.pwsh import VERSION
from tests.offline.pwsh_helper import EMPTY, Client, argv, properties

NOT_RECOGNIZED = (
    "The term '{}' is not recognized as a name of a cmdlet, function, script file, or executable program.\n"
    "Check the spelling of the name, or if a path was included, verify that the path is correct and try again."
)


@pytest.fixture
def client() -> Iterator[Client]:
    with Client() as client:
        yield client


def call(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(argv(*arguments), input=given, capture_output=True, check=False, timeout=30)


# --- the command line


@pytest.mark.parametrize("option", ["-Version", "--version", "-v"])
def test_it_tells_its_version(option: str) -> None:
    told = call(option)
    assert (told.returncode, told.stdout, told.stderr) == (0, f"PowerShell {VERSION}\n".encode(), b"")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["-Command", "Get-Date"],
        ["-File", "x.ps1"],
        ["script.ps1"],
        ["-NoProfile"],
        ["-s", "-Command", "x"],
        ["-SSHS"],
    ],
)
def test_every_other_use_is_refused(arguments: list[str]) -> None:
    refused = call(*arguments)
    assert refused.returncode == 64
    assert refused.stdout == b""
    assert b"offline tenant" in refused.stderr


# --- the session


def test_a_session_opens_runs_and_ends(client: Client) -> None:
    assert client.messages == ["SessionCapability", "ApplicationPrivateData", "RunspacePoolState"]
    assert str(client.pool.application_private_data["PSVersionTable"]["PSVersion"]) == VERSION
    run = client.run("Get-Module", ListAvailable=None)
    assert properties(run.output[0])["Name"] == "ExchangeOnlineManagement"
    assert client.close() == 0
    assert client.messages[-1] == "RunspacePoolState"


@pytest.mark.parametrize(
    "line",
    [b"x\n", b"\n", b"<Data PSGuid='x'/>\n", b"<Data Stream='Odd' PSGuid='%s'/>\n", b"<Huh PSGuid='%s'/>\n"],
)
def test_a_line_that_is_no_packet_ends_the_process(client: Client, line: bytes) -> None:
    client.write(line.replace(b"%s", str(EMPTY).encode()))
    assert client.process.wait(10) == 1
    assert client.process.stderr
    assert b"malformed packet" in client.process.stderr.read()


@pytest.mark.parametrize("data", [b"AAAA", b"!", b"A" * 400])
def test_data_that_is_no_message_ends_the_process(client: Client, data: bytes) -> None:
    client.write(b"<Data Stream='Default' PSGuid='%s'>%s</Data>\n" % (str(EMPTY).encode(), data))
    assert client.process.wait(10) == 1
    assert client.process.stderr
    assert b"malformed" in client.process.stderr.read()


def test_the_end_of_standard_input_ends_the_process(client: Client) -> None:
    assert client.process.stdin
    client.process.stdin.close()
    assert client.process.wait(10) == 1
    assert client.process.stderr
    assert (
        client.process.stderr.read()
        == b"pwsh (offline tenant): standard input ended before the session was closed\n"
    )


def test_a_session_closes_only_after_its_pipelines(client: Client) -> None:
    run = client.start("Get-Module")
    while not run.ended:
        client.pull()
    client.write(f"<Close PSGuid='{EMPTY}' />\n".encode())
    with pytest.raises(subprocess.TimeoutExpired):
        client.process.wait(0.3)
    client.close_run(run.pipeline.pipeline_id)
    assert client.process.wait(10) == 0


def test_data_for_a_pipeline_that_was_not_announced_is_acknowledged_and_lost(client: Client) -> None:
    stranger = uuid.uuid4()
    client.write(f"<Data Stream='Default' PSGuid='{stranger}'>AAAA</Data>\n".encode())
    client._await(("DataAck", stranger))  # noqa: SLF001 - a packet that the client's own methods would not send
    assert client.run("Get-Module").state == PSInvocationState.Completed


def test_it_prints_nothing_but_packets() -> None:
    ended = call("-NoProfile", "-NoLogo", "-s", given=f"<Close PSGuid='{EMPTY}' />\n".encode())
    assert ended.returncode == 0
    assert ended.stdout == f"<CloseAck PSGuid='{EMPTY}' />\n".encode()


# --- commands


@pytest.mark.parametrize("name", ["Get-Mailbox", "Add-MailboxPermission", "Get-Date", "ls", "x' ; y"])
def test_a_command_that_is_not_there_is_not_recognized(client: Client, name: str) -> None:
    run = client.run(name)
    assert run.state == PSInvocationState.Failed
    assert run.reason
    assert str(run.reason.Exception.Message) == NOT_RECOGNIZED.format(name)
    assert run.reason.FullyQualifiedErrorId == "CommandNotFoundException"
    assert run.reason.CategoryInfo.Category.name == "ObjectNotFound"
    assert run.reason.CategoryInfo.Reason == "CommandNotFoundException"
    assert "System.Management.Automation.CommandNotFoundException" in str(run.reason.Exception.PSTypeNames)
    assert run.errors == []


def test_a_rest_cmdlet_of_the_module_is_there_and_asks_to_connect_first(client: Client) -> None:
    run = client.run("Get-EXOMailbox")
    assert (
        str(run.reason) == "You must call the Connect-ExchangeOnline cmdlet before calling any other cmdlets."
    )


def test_scripts_and_pipelines_are_refused_loudly(client: Client) -> None:
    piped = [Command("Get-Module"), Command("Import-Module")]
    for commands in ([Command("Get-Module", is_script=True)], piped):
        run = client.start_commands(commands)
        client.finish(run)
        assert run.state == PSInvocationState.Failed
        assert run.reason
        assert run.reason.FullyQualifiedErrorId == "OfflineTenantNotEmulated"
        assert run.output == []


def test_several_statements_run_one_after_the_other(client: Client) -> None:
    first, second = Command("Get-Module"), Command("Get-Module")
    first.end_of_statement = True
    run = client.start_commands([first, second])
    client.finish(run)
    assert run.state == PSInvocationState.Completed
    assert len(run.output) == 2


@pytest.mark.parametrize(
    ("positional", "named", "error_id", "reason"),
    [
        ([], {"Nmae": "x"}, "NamedParameterNotFound,Import-Module", "ParameterBindingException"),
        ([], {}, "MissingMandatoryParameter,Import-Module", "ParameterBindingException"),
        (["x", "y"], {}, "PositionalParameterNotFound,Import-Module", "ParameterBindingException"),
        (
            ["x"],
            {"Force": "no"},
            "ParameterArgumentTransformationError,Import-Module",
            "ParameterBindingArgumentTransformationException",
        ),
        (
            [None],
            {},
            "ParameterArgumentValidationErrorNullNotAllowed,Import-Module",
            "ParameterBindingValidationException",
        ),
    ],
)
def test_arguments_that_do_not_fit(
    client: Client, positional: list[str], named: dict[str, Any], error_id: str, reason: str
) -> None:
    run = client.run("Import-Module", *positional, **named)
    assert run.state == PSInvocationState.Failed
    assert run.reason
    assert run.reason.FullyQualifiedErrorId == error_id
    assert run.reason.CategoryInfo.Reason == reason
    assert run.reason.CategoryInfo.Activity == "Import-Module"


def test_the_module_can_be_imported_and_others_cannot(client: Client) -> None:
    assert client.run("Import-Module", "ExchangeOnlineManagement").state == PSInvocationState.Completed
    run = client.run("Import-Module", "Microsoft.Graph")
    assert run.reason
    assert "no valid module file was found" in str(run.reason)


def test_connecting_without_an_address_says_what_is_missing(client: Client) -> None:
    run = client.run("Connect-ExchangeOnline", AccessToken="x", Organization="contoso.com")
    assert "OFFLINE_TENANT_URL is not set" in str(run.reason)


def test_a_secure_string_arrives_after_an_exchange_of_keys(client: Client) -> None:
    client.pool.exchange_key()
    client.push()
    while not client.messages[-1].startswith("EncryptedSessionKey"):
        client.pull()
    run = client.run("Import-Module", PSSecureString("Secret.Module"))
    assert "'Secret.Module'" in str(run.reason)


def test_it_starts_quickly() -> None:
    began = time.perf_counter()
    with Client():
        opened = time.perf_counter() - began
    # Generous for a busy machine: about 0.2 s when nothing else runs; the web framework alone would add 0.5 s.
    assert opened < 3.0


def test_its_imports_stay_small() -> None:
    program = "import sys, offline_tenant.pwsh.server; print(*sys.modules)"
    told = subprocess.run([argv()[0], "-c", program], capture_output=True, check=True, env=dict(os.environ))
    loaded = {name.partition(".")[0] for name in told.stdout.decode().split()}
    assert not loaded & {"starlette", "uvicorn", "sqlite3", "twisted", "asyncio", "pydantic", "pulumi", "jwt"}
