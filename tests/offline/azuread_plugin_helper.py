"""A tiny Graph on loopback that writes down what it is asked, and the engine's side of a plugin process.

The Graph knows what section 2 of the recorded wire contract needs and nothing more.
"""

import base64
import json
import re
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote_plus, urlsplit

import grpc  # type: ignore[import-untyped]
import trustme
from google.protobuf import json_format, struct_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
ME: Final = "11111111-0000-4000-8000-000000000001"
CLIENT_ID: Final = "11111111-0000-4000-8000-000000000002"
TENANT_ID: Final = "11111111-0000-4000-8000-000000000003"
SECRET: Final = "stub~secret-of-the-caller"
APPLICATION: Final = "azuread:index/application:Application"
SERVICE_PRINCIPAL: Final = "azuread:index/servicePrincipal:ServicePrincipal"
PASSWORD: Final = "azuread:index/applicationPassword:ApplicationPassword"
CERTIFICATE: Final = "azuread:index/applicationCertificate:ApplicationCertificate"
FEDERATED: Final = (
    "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential"
)
FLEXIBLE: Final = "azuread:index/applicationFlexibleFederatedIdentityCredential:ApplicationFlexibleFederatedIdentityCredential"
ROLE: Final = "azuread:index/directoryRole:DirectoryRole"
ROLE_ASSIGNMENT: Final = "azuread:index/directoryRoleAssignment:DirectoryRoleAssignment"
ASSIGNMENT: Final = "azuread:index/appRoleAssignment:AppRoleAssignment"
GRANT: Final = (
    "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant"
)
GET_SERVICE_PRINCIPAL: Final = "azuread:index/getServicePrincipal:getServicePrincipal"
GET_SERVICE_PRINCIPALS: Final = "azuread:index/getServicePrincipals:getServicePrincipals"
GET_APPLICATION: Final = "azuread:index/getApplication:getApplication"
GET_USER: Final = "azuread:index/getUser:getUser"
GET_USERS: Final = "azuread:index/getUsers:getUsers"
GET_CLIENT_CONFIG: Final = "azuread:index/getClientConfig:getClientConfig"
JSON: Final = "application/json; charset=utf-8"
DELETED: Final = 204


@dataclass
class Fault:
    """An answer given instead of the right one."""

    match: str
    status: int
    code: str
    message: str
    times: int = 1
    headers: Mapping[str, str] = field(default_factory=lambda: {"Retry-After": "0"})


@dataclass
class Graph:
    """The state, the log and the faults of one stub."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    drawn: int = 0
    base: str = ""
    metadata_host: str = ""
    paged: bool = False
    blind: set[int] = field(default_factory=set)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def reset(self) -> None:
        """Forget everything but where it is served."""
        for kept in (self.objects, self.requests, self.bodies, self.headers, self.faults, self.blind):
            kept.clear()
        self.drawn, self.paged = 0, False

    def uuid(self) -> str:
        self.drawn += 1
        return f"22222222-0000-4000-8000-{self.drawn:012d}"

    def add(self, collection: str, **body: Any) -> str:
        object_id = self.uuid()
        self.objects[f"/{collection}/{object_id}"] = {"id": object_id, **body}
        return object_id

    def of(self, collection: str) -> list[dict[str, Any]]:
        return [body for path, body in self.objects.items() if re.fullmatch(rf"/{collection}/[^/]+", path)]

    def take_requests(self) -> list[str]:
        """The requests since the last look."""
        taken, self.requests[:] = list(self.requests), []
        return taken

    def note(self, request: str) -> None:
        with self.arrived:
            self.requests.append(request)
            self.arrived.notify_all()

    def wait_for(self, request: str) -> None:
        with self.arrived:
            assert self.arrived.wait_for(lambda: request in self.requests, timeout=30)

    def answer(self, method: str, url: str, body: Any) -> tuple[int, Any]:
        parts = urlsplit(url)
        version, path = re.fullmatch(r"/(v1\.0|beta)(/.*)", parts.path).groups()  # type: ignore[union-attr]
        if version == "beta" and "$select" in url.replace("%24", "$"):
            return 200, {}
        handler: Callable[[str, str, Any], tuple[int, Any]] = getattr(self, f"_{method.lower()}")
        return handler(path, dict(parse_qsl(parts.query)).get("$filter", ""), body)

    def _get(self, path: str, condition: str, _body: Any) -> tuple[int, Any]:
        if condition or path.count("/") == 1:
            return self._list(path, condition)
        if path.endswith("/owners"):
            return 200, {
                "value": [{"id": owner} for owner in self.objects[path.removesuffix("/owners")]["owners"]]
            }
        if path not in self.objects:
            return gone(path)
        shown = self.objects[path]
        # A replica that lags: some reads, counted from the start, do not show the passwords.
        return 200, shown | {"passwordCredentials": []} if len(self.requests) in self.blind else shown

    def _list(self, path: str, condition: str) -> tuple[int, Any]:
        found = [item for item in self.of(path[1:]) if holds(condition, item)]
        if self.paged:
            self.paged = False
            following = f"{self.base}/v1.0{path}?%24filter={quote_plus(condition)}"
            return 200, {"value": [], "@odata.nextLink": following}
        return 200, {"value": found}

    def _post(self, path: str, _condition: str, body: Any) -> tuple[int, Any]:
        if path.endswith("Password"):
            return self._password(path, body)
        made = {name: value for name, value in body.items() if "@odata" not in name}
        if path in ("/applications", "/servicePrincipals"):
            made |= {"owners": [bind.rpartition("/")[2] for bind in body["owners@odata.bind"]]}
        if path == "/applications":
            made |= {"appId": self.uuid(), "passwordCredentials": []}
        object_id = self.add(path[1:], **made)
        return 201, self.objects[f"{path}/{object_id}"]

    def _password(self, path: str, body: Any) -> tuple[int, Any]:
        app, _, verb = path.rpartition("/")
        credentials = self.objects[app]["passwordCredentials"]
        if verb == "removePassword":
            credentials[:] = [one for one in credentials if one["keyId"] != body["keyId"]]
            return 204, None
        new = {"keyId": self.uuid(), "startDateTime": "2026-01-01T00:00:00Z", **body["passwordCredential"]}
        credentials.append(new)
        return 200, new | {"secretText": "made~secret"}

    def _patch(self, path: str, _condition: str, body: Any) -> tuple[int, Any]:
        if path not in self.objects:
            return gone(path)
        self.objects[path].update({name: value for name, value in body.items() if "@odata" not in name})
        return 204, None

    def _delete(self, path: str, _condition: str, _body: Any) -> tuple[int, Any]:
        if path.endswith("/$ref"):
            owned, owner = path.removesuffix("/$ref").split("/owners/")
            self.objects[owned]["owners"].remove(owner)
            return 204, None
        return (204, None) if self.objects.pop(path, None) else gone(path)


def holds(condition: str, item: Mapping[str, Any]) -> bool:
    """Whether an object meets one of the few forms of $filter that the plugin writes."""
    if not condition:
        return True
    pattern = r"(\w+)(?:/any\(\w+:\w+)? eq '(.*?)'\)?"
    name, value = re.fullmatch(pattern, condition).groups()  # type: ignore[union-attr]
    kept, wanted = item.get(name), value.replace("''", "'")
    return wanted in kept if isinstance(kept, list) else bool(kept == wanted)


def gone(path: str) -> tuple[int, Any]:
    message = f"Resource '{path.rpartition('/')[2]}' does not exist."
    return 404, {"error": {"code": "Request_ResourceNotFound", "message": message}}


def token(**claims: Any) -> str:
    parts = [{"alg": "none"}, {"oid": ME, "appid": CLIENT_ID, "tid": TENANT_ID, **claims}, "signature"]
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    )


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    graph: Graph

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, answer, headers = self._answer(body)
        encoded = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if answer is not None:
            self.send_header("Content-Type", JSON)
        if status != DELETED:
            self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815 - the names that http.server looks for

    def _answer(self, body: bytes) -> tuple[int, Any, Mapping[str, str]]:
        decoded = readable(self.path)
        self.graph.note(f"{self.command} {decoded}")
        self.graph.headers.append(dict(self.headers))
        for fault in self.graph.faults:
            if fault.times and re.fullmatch(fault.match, f"{self.command} {decoded}"):
                fault.times -= 1
                return fault.status, {"error": {"code": fault.code, "message": fault.message}}, fault.headers
        if decoded.startswith("/metadata"):
            return 200, self._metadata(), {}
        if decoded.endswith("/token"):
            return 200, {"access_token": token(), "token_type": "Bearer", "expires_in": 3599}, {}
        sent = json.loads(body) if body else None
        self.graph.bodies.append(sent)
        return *self.graph.answer(self.command, self.path, sent), {}

    def _metadata(self) -> Any:
        login = {"loginEndpoint": self.graph.base}
        return {"name": "Stub", "microsoftGraphResourceId": f"{self.graph.base}/", "authentication": login}

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's own name
        """Tests print nothing."""


def readable(url: str) -> str:
    parts = urlsplit(url)
    query = "&".join(f"{name}={value}" for name, value in parse_qsl(parts.query))
    return parts.path + (f"?{query}" if query else "")


@contextmanager
def served(authority: trustme.CA) -> Iterator[Graph]:
    """A Graph and its sign-in over plain HTTP, and its metadata over HTTPS."""
    graph = Graph()
    handler = type("Bound", (Handler,), {"graph": graph})
    plain, secure = (ThreadingHTTPServer(("127.0.0.1", 0), handler) for _ in range(2))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    secure.socket = context.wrap_socket(secure.socket, server_side=True)
    graph.base = f"http://localhost:{plain.server_port}"
    graph.metadata_host = f"localhost:{secure.server_port}"
    threads = [threading.Thread(target=server.serve_forever, args=(0.01,)) for server in (plain, secure)]
    for thread in threads:
        thread.start()
    yield graph
    for server, thread in zip((plain, secure), threads, strict=True):
        server.shutdown()
        thread.join()
        server.server_close()


class Plugin:
    """The engine's side of one plugin process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        self.process = process
        self.port = int(process.stdout.readline())
        self.channel = grpc.insecure_channel(f"127.0.0.1:{self.port}")
        self.stub = provider_pb2_grpc.ResourceProviderStub(self.channel)

    def configure(self, graph: Graph, **changes: str) -> Any:
        given = {
            "metadataHost": graph.metadata_host,
            "tenantId": TENANT_ID,
            "clientId": CLIENT_ID,
            "clientSecret": SECRET,
        }
        args = struct(given | changes)
        return self.stub.Configure(
            provider_pb2.ConfigureRequest(args=args, acceptSecrets=True, acceptResources=True)
        )

    def check(self, token: str, inputs: Mapping[str, Any]) -> Any:
        return self.stub.Check(provider_pb2.CheckRequest(urn=urn(token), news=struct(inputs)))

    def checked(self, token: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        answer = self.check(token, inputs)
        assert not answer.failures, answer.failures
        return values(answer.inputs)

    def create(
        self, token: str, inputs: Mapping[str, Any], *, preview: bool = False
    ) -> tuple[str, dict[str, Any]]:
        properties = struct(self.checked(token, inputs))
        answer = self.stub.Create(
            provider_pb2.CreateRequest(urn=urn(token), properties=properties, preview=preview)
        )
        return answer.id, values(answer.properties)

    def diff(self, token: str, state: Mapping[str, Any], inputs: Mapping[str, Any], *ignored: str) -> Any:
        news = struct(self.checked(token, inputs))
        request = provider_pb2.DiffRequest(
            urn=urn(token), olds=struct(state), news=news, ignoreChanges=ignored
        )
        return self.stub.Diff(request)

    def update(
        self,
        token: str,
        made: tuple[str, Mapping[str, Any]],
        inputs: Mapping[str, Any],
        *,
        preview: bool = False,
    ) -> dict[str, Any]:
        news = struct(self.checked(token, inputs))
        request = provider_pb2.UpdateRequest(
            urn=urn(token), id=made[0], olds=struct(made[1]), news=news, preview=preview
        )
        return values(self.stub.Update(request).properties)

    def read(self, token: str, made: tuple[str, Mapping[str, Any]], inputs: Mapping[str, Any]) -> Any:
        request = provider_pb2.ReadRequest(
            urn=urn(token), id=made[0], properties=struct(made[1]), inputs=struct(inputs)
        )
        return self.stub.Read(request)

    def delete(self, token: str, made: tuple[str, Mapping[str, Any]]) -> None:
        self.stub.Delete(provider_pb2.DeleteRequest(urn=urn(token), id=made[0], properties=struct(made[1])))

    def schema(self) -> Any:
        return json.loads(self.stub.GetSchema(provider_pb2.GetSchemaRequest()).schema)

    def invoke(self, function: str, arguments: Mapping[str, Any]) -> Any:
        return self.stub.Invoke(provider_pb2.InvokeRequest(tok=function, args=struct(arguments)))


@contextmanager
def started(environment: Mapping[str, str]) -> Iterator[Plugin]:
    """A plugin process as the engine starts one."""
    with subprocess.Popen(
        [sys.executable, "-m", "offline_tenant.azuread_plugin", "127.0.0.1:1", "--logtostderr"],
        env={**environment, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        plugin = Plugin(process)
        yield plugin
        plugin.channel.close()
        process.terminate()


def urn(token: str) -> str:
    return f"urn:pulumi:test::test::{token}::thing"


def struct(given: Mapping[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(given)
    return made


def values(given: struct_pb2.Struct) -> dict[str, Any]:
    found: dict[str, Any] = json_format.MessageToDict(given)
    return found
