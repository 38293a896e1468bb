"""What goes wrong, and what the plugin makes of it: retries, half-made objects, refusals, and what it prints."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
import trustme
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import provider_pb2, status_pb2

from tests.offline.azuread_plugin_helper import (
    APPLICATION,
    ASSIGNMENT,
    GET_CLIENT_CONFIG,
    GET_SERVICE_PRINCIPAL,
    GRANT,
    ME,
    PASSWORD,
    SECRET,
    SERVICE_PRINCIPAL,
    Fault,
    Graph,
    Plugin,
    started,
    values,
)

pytest_plugins = ["tests.offline.azuread_plugin_fixtures"]

OTHER = "33333333-0000-4000-8000-000000000001"
LATE = "Request_ResourceNotFound", "not yet"
BAD = "Request_BadRequest"


def failure(call: Callable[[], Any]) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    assert caught.value.code() == grpc.StatusCode.UNKNOWN
    return caught.value


def init_failed(error: grpc.RpcError) -> provider_pb2.ErrorResourceInitFailed:
    """What the engine keeps of a create that failed half-way."""
    details = dict(error.trailing_metadata())["grpc-status-details-bin"]
    found = provider_pb2.ErrorResourceInitFailed()
    assert status_pb2.Status.FromString(details).details[0].Unpack(found)
    return found


@pytest.mark.parametrize("status", [408, 424, 429, 500, 502, 503, 504])
def test_a_busy_service_is_asked_again_whatever_the_verb(plugin: Plugin, graph: Graph, status: int) -> None:
    graph.faults.append(Fault("POST /v1.0/applications", status, "Busy", "later", times=2))
    plugin.create(APPLICATION, {"displayName": "a"})
    assert graph.take_requests()[:4].count("POST /v1.0/applications") == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 501])
def test_other_answers_are_final(plugin: Plugin, graph: Graph, status: int) -> None:
    graph.faults.append(Fault("POST /v1.0/applications", status, "Denied", "no", times=9))
    error = failure(lambda: plugin.create(APPLICATION, {"displayName": "a"}))
    assert f"Could not create application: unexpected status {status} (" in error.details()
    assert error.details().endswith("with error: Denied: no")
    assert graph.take_requests() == ["POST /v1.0/applications"]


def principal(plugin: Plugin) -> Any:
    return plugin.create(SERVICE_PRINCIPAL, {"clientId": ME})


def assignment(plugin: Plugin) -> Any:
    resource = principal(plugin)[1]["objectId"]
    inputs = {"appRoleId": ME, "principalObjectId": ME, "resourceObjectId": resource}
    return plugin.create(ASSIGNMENT, inputs)


def grant(plugin: Plugin) -> Any:
    resource = principal(plugin)[1]["objectId"]
    inputs = {"servicePrincipalObjectId": resource, "resourceServicePrincipalObjectId": resource}
    return plugin.create(GRANT, inputs | {"claimValues": ["a"]})


NOT_DISABLED = "Permission (scope or role) cannot be deleted or updated unless disabled first."
NO_APP = f"The appId '{ME}' of the service principal does not reference a valid application object."
NOT_LOCAL = "When using this permission, the backing application of the service principal being created must in the local tenant"
NO_REFERENCE = "Not a valid reference update."
NO_QUERIED = "Resource 'x' does not exist or one of its queried reference-property objects are not present."


@pytest.mark.parametrize(
    ("act", "match", "status", "message"),
    [
        (lambda p: p.create(APPLICATION, {"displayName": "a"}), "PATCH /v1.0/applications/.*", 404, "x"),
        (lambda p: p.create(APPLICATION, {"displayName": "a"}), "PATCH /v1.0/applications/.*", 409, "x"),
        (
            lambda p: p.create(APPLICATION, {"displayName": "a"}),
            "PATCH /v1.0/applications/.*",
            400,
            NOT_DISABLED,
        ),
        (principal, "POST /v1.0/servicePrincipals", 400, NO_APP),
        (principal, "POST /v1.0/servicePrincipals", 403, NOT_LOCAL),
        (assignment, "POST .*/appRoleAssignedTo", 404, "x"),
        (assignment, "POST .*/appRoleAssignedTo", 400, NO_REFERENCE),
        (grant, "POST /v1.0/oauth2PermissionGrants", 404, "x"),
        (grant, "POST /v1.0/oauth2PermissionGrants", 400, NO_QUERIED),
    ],
)
def test_what_has_not_arrived_yet_is_waited_for(
    plugin: Plugin, graph: Graph, act: Callable[[Plugin], Any], match: str, status: int, message: str
) -> None:
    graph.faults.append(Fault(match, status, BAD, message, times=3))
    act(plugin)
    assert graph.faults[0].times == 0


@pytest.mark.parametrize(
    ("act", "match", "status", "message"),
    [
        (principal, "POST /v1.0/servicePrincipals", 400, "another reason"),
        (
            assignment,
            "POST .*/appRoleAssignedTo",
            400,
            "Permission being assigned already exists on the object",
        ),
        (grant, "POST /v1.0/oauth2PermissionGrants", 400, "Permission entry already exists."),
    ],
)
def test_another_reason_of_the_same_status_is_final(
    plugin: Plugin, graph: Graph, act: Callable[[Plugin], Any], match: str, status: int, message: str
) -> None:
    graph.faults.append(Fault(match, status, BAD, message, times=9))
    assert failure(lambda: act(plugin)).details().endswith(f"with error: {BAD}: {message}")
    assert graph.faults[0].times == 8


def test_an_application_whose_ownership_cannot_be_handed_back_is_kept(plugin: Plugin, graph: Graph) -> None:
    graph.faults.append(
        Fault(r"DELETE .*/\$ref", 403, "Authorization_RequestDenied", "Insufficient privileges")
    )
    error = failure(lambda: plugin.create(APPLICATION, {"displayName": "a"}))
    kept = init_failed(error)
    assert kept.id in graph.objects
    assert list(kept.reasons) == [error.details()]
    assert "Could not remove initial owner from application: unexpected status 403" in error.details()
    finished = plugin.update(APPLICATION, (kept.id, values(kept.properties)), {"displayName": "a"})
    assert finished["clientId"] == graph.objects[kept.id]["appId"]


@pytest.mark.parametrize("act", [lambda p: p.create(APPLICATION, {"displayName": "a"}), assignment])
def test_a_replica_that_lags_at_the_closing_read_orphans_what_was_made(
    plugin: Plugin, graph: Graph, act: Callable[[Plugin], Any]
) -> None:
    graph.faults.append(Fault(r"GET /v1.0/(applications/[^/]+|.*/appRoleAssignedTo/.*)", 404, *LATE))
    error = failure(lambda: act(plugin))
    assert error.details().startswith(
        "expected non-nil error with nil state during Create of urn:pulumi:test"
    )
    assert not error.trailing_metadata()


def test_a_new_service_principal_gets_no_second_chance(plugin: Plugin, graph: Graph) -> None:
    graph.faults.append(Fault("PATCH /v1.0/servicePrincipals/.*", 404, *LATE, times=9))
    details = failure(lambda: principal(plugin)).details()
    assert details.startswith(
        "Timed out whilst waiting for new service principal to be replicated in Azure AD: unexpected status 404"
    )
    assert graph.faults[0].times == 8


def test_a_service_principal_that_is_there_must_be_imported(plugin: Plugin) -> None:
    resource_id, _ = principal(plugin)
    details = failure(lambda: principal(plugin)).details()
    assert f'A resource with the ID "{resource_id}" already exists' in details


def test_whether_an_adopted_principal_could_be_deleted_is_nobodys_concern(
    plugin: Plugin, graph: Graph
) -> None:
    graph.faults.append(Fault("DELETE /v1.0/servicePrincipals/.*", 403, "Authorization_RequestDenied", "no"))
    plugin.delete(SERVICE_PRINCIPAL, (f"/servicePrincipals/{ME}", {"useExisting": True}))
    assert graph.faults[0].times == 0


@pytest.mark.parametrize(
    ("token", "gone"),
    [
        (APPLICATION, f"/applications/{OTHER}"),
        (ASSIGNMENT, f"/servicePrincipals/{ME}/appRoleAssignedTo/x"),
        (GRANT, "/oauth2PermissionGrants/x"),
    ],
)
def test_removing_what_is_gone_is_an_error(plugin: Plugin, token: str, gone: str) -> None:
    assert "unexpected status 404" in failure(lambda: plugin.delete(token, (gone, {}))).details()


def test_a_password_must_stay_visible_before_it_is_believed(plugin: Plugin, graph: Graph) -> None:
    app, _ = plugin.create(APPLICATION, {"displayName": "a"})
    graph.blind = {5, 6}
    graph.take_requests()
    plugin.create(PASSWORD, {"applicationId": app})
    reads = [request for request in graph.take_requests() if request.startswith("GET")]
    assert len(reads) == 1 + 2 + 2 + 5 + 1


def test_an_unknown_type_or_function_is_refused_loudly(plugin: Plugin) -> None:
    for act in (
        lambda: plugin.check("azuread:index/group:Group", {}),
        lambda: plugin.invoke("azuread:index/getGroup:getGroup", {}),
    ):
        assert "azuread stand-in does not know" in failure(act).details()


def test_a_lookup_that_finds_nothing_says_so(plugin: Plugin) -> None:
    error = failure(lambda: plugin.invoke(GET_SERVICE_PRINCIPAL, {"clientId": OTHER}))
    assert error.details() == "No service principal found: no service principal found"


def test_calls_of_newer_engines_are_refused_without_noise(plugin: Plugin) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        plugin.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))
    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


# Signing in


def test_a_wrong_secret_is_told_as_the_real_plugin_tells_it(azuread_process: Plugin, graph: Graph) -> None:
    graph.faults.append(Fault("POST .*/token", 401, "invalid_client", "AADSTS7000215", times=9))
    azuread_process.configure(graph)
    details = failure(lambda: azuread_process.invoke(GET_CLIENT_CONFIG, {})).details()
    assert details.startswith(
        "building client: unable to obtain access token: clientCredentialsToken: received HTTP status 401 with response: {"
    )
    assert SECRET not in details
    assert len(graph.take_requests()) == 2


def test_missing_settings_are_named_with_what_to_do(azuread_process: Plugin, graph: Graph) -> None:
    azuread_process.configure(graph, clientSecret="", metadataHost="")
    details = failure(lambda: azuread_process.invoke(GET_CLIENT_CONFIG, {})).details()
    assert (
        "azuread:metadataHost (or ARM_METADATA_HOSTNAME), azuread:clientSecret (or ARM_CLIENT_SECRET)"
        in details
    )
    assert "mailgrant offline env" in details


def test_a_tenant_that_is_not_running_is_said_plainly(azuread_process: Plugin, graph: Graph) -> None:
    azuread_process.configure(graph, metadataHost="localhost:1")
    details = failure(lambda: azuread_process.invoke(GET_CLIENT_CONFIG, {})).details()
    assert details.startswith(
        'retrieving metadata from endpoint "https://localhost:1": performing request: Get "https://'
    )
    assert "connection refused - is the offline tenant running?" in details


def test_an_authority_that_is_not_trusted_is_told_as_go_tells_it(graph: Graph, tmp_path: Path) -> None:
    stranger = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(stranger)
    with started({"SSL_CERT_FILE": str(stranger)}) as plugin:
        plugin.configure(graph)
        details = failure(lambda: plugin.invoke(GET_CLIENT_CONFIG, {})).details()
    assert details.endswith(
        "tls: failed to verify certificate: x509: certificate signed by unknown authority"
    )


def test_stack_configuration_wins_over_the_environment(
    azuread_authority: tuple[trustme.CA, Path], graph: Graph
) -> None:
    environment = {
        "SSL_CERT_FILE": str(azuread_authority[1]),
        "ARM_METADATA_HOSTNAME": "localhost:1",
        "ARM_CLIENT_ID": "from the environment",
        "ARM_CLIENT_SECRET": SECRET,
    }
    with started(environment) as plugin:
        plugin.configure(graph, clientId="", clientSecret="")
        found = values(plugin.invoke(GET_CLIENT_CONFIG, {}).__getattribute__("return"))
    assert (found["clientId"], found["objectId"]) == ("from the environment", ME)


# The process


def test_the_process_prints_its_port_and_nothing_else(
    azuread_authority: tuple[trustme.CA, Path], graph: Graph
) -> None:
    with started({"SSL_CERT_FILE": str(azuread_authority[1])}) as plugin:
        plugin.configure(graph)
        plugin.create(APPLICATION, {"displayName": "a"})
        graph.faults.append(Fault("POST .*", 403, "Denied", "no", times=9))
        failure(lambda: plugin.create(APPLICATION, {"displayName": "a"}))
        plugin.process.terminate()
        printed, complained = plugin.process.communicate()
    assert (printed, complained) == ("", "")


def test_a_cancelled_plugin_stops_waiting(azuread_authority: tuple[trustme.CA, Path], graph: Graph) -> None:
    graph.faults.append(Fault("POST /v1.0/applications", 503, "Busy", "later", 99, {"Retry-After": "120"}))
    with started({"SSL_CERT_FILE": str(azuread_authority[1])}) as plugin:
        plugin.configure(graph)
        properties = plugin.check(APPLICATION, {"displayName": "a"}).inputs
        waiting = plugin.stub.Create.future(
            provider_pb2.CreateRequest(urn=f"urn:pulumi:a::b::{APPLICATION}::c", properties=properties)
        )
        graph.wait_for("POST /v1.0/applications")
        plugin.stub.Cancel(empty_pb2.Empty())
        assert failure(waiting.result).details() == "context canceled"


def test_a_plugin_ends_when_its_engine_is_killed() -> None:
    engine = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-m', 'offline_tenant.azuread_plugin', '127.0.0.1:1'])\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", engine],
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline().strip().isdigit()
        process.kill()
        # The end of the pipe comes when the last process that holds it is gone: the plugin.
        assert process.stdout.read() == ""
