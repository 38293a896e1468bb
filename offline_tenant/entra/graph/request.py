"""A Graph request as its handlers see it, and the frame that runs them: caller, permission, errors."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NoReturn

from offline_tenant.entra import verification
from offline_tenant.entra.directory import owners
from offline_tenant.entra.directory.errors import DirectoryError, denied, not_found
from offline_tenant.entra.directory.objects import Directory
from offline_tenant.entra.directory.schema import ObjectType
from offline_tenant.entra.graph import errors, odata
from offline_tenant.entra.graph.authorization import Permission
from offline_tenant.entra.verification import Claims
from offline_tenant.state.kinds import KINDS
from offline_tenant.state.store import Document
from offline_tenant.web.call import Answer, Call, Handler, Refusal

JSON: Final = "application/json"
# Objects whose creation is answered with a Location, by the name that the directory has for their type.
LOCATED: Final = frozenset({"Application", "ServicePrincipal", "User"})
BIND: Final = "owners@odata.bind"
CREATED: Final = 201
BAD_JSON: Final = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."


@dataclass(frozen=True)
class Request:
    """One request of an authenticated caller.

    Args:
        call: the HTTP side of it.
        directory: of the caller's tenant.
        caller: what the token says.
        version: ``v1.0`` or ``beta``.
        kind: the kind of object that the path begins with.
        path: the template of the path, below the version.
    """

    call: Call
    directory: Directory
    caller: Claims
    version: str
    kind: str
    path: str

    def parameter(self, name: str) -> str:
        """A variable part of the path."""
        return self.call.parameters[name]

    def target(self) -> Document:
        """The object that the path begins with, by ``{id}`` or by ``{appId}``.

        Raises:
            DirectoryError: it is not there (404).
        """
        if "appId" not in self.call.parameters:
            return self.directory.required(self.kind, self.parameter("id"))
        if (found := self.directory.by_app_id(self.kind, self.parameter("appId"))) is None:
            raise not_found(self.parameter("appId"))
        return found

    def json(self) -> dict[str, Any]:
        """The body as it was sent.

        Raises:
            DirectoryError: no JSON object (400).
        """
        self._check_content()
        try:
            body = self.call.json()
            # What cannot be written again (lone surrogates, infinity) is no JSON either.
            json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        except (ValueError, RecursionError) as error:
            raise errors.bad_syntax(BAD_JSON) from error
        if not isinstance(body, dict):
            raise errors.bad_syntax(BAD_JSON)
        return body

    def _check_content(self) -> None:
        if not self.call.body.strip():
            raise errors.bad_syntax("Empty Payload. JSON content expected.")
        if self.call.headers.get("content-type", "").partition(";")[0].strip().casefold() != JSON:
            raise errors.bad_syntax("Entity only allows writes with a JSON Content-Type header.")

    def body(self) -> dict[str, Any]:
        """The body without OData's own keys; see ``json``."""
        cleaned: dict[str, Any] = odata.without_annotations(self.json())
        return cleaned

    def bound_owners(self) -> list[str]:
        """The ids in ``owners@odata.bind``.

        Raises:
            DirectoryError: a URL that does not end in an id (400).
        """
        urls = self.json().get(BIND, [])
        return [owners.referred(url) for url in (urls if isinstance(urls, list) else [urls])]

    def context(self, fragment: str) -> dict[str, str]:
        """The annotation that says what the answer is."""
        return {"@odata.context": f"{self.call.base_url}/{self.version}/$metadata#{fragment}"}

    def one(self, type_: ObjectType, fragment: str, document: Document, status: int = 200) -> Answer:
        """An answer with one object."""
        wanted = odata.query(self.call.query, type_, self.version)
        shown = odata.selected(type_.shown(document, self.version), wanted)
        headers = self._location(type_, document) if status == CREATED else {}
        return Answer(status, self.context(f"{fragment}/$entity") | shown, headers)

    def _location(self, type_: ObjectType, document: Document) -> dict[str, str]:
        """Where a new object is: an address of the directory behind Graph, which is not there to be called."""
        if type_.name not in LOCATED:
            return {}
        place = f"v2/{self.directory.tenant.id}/directoryObjects/{document['id']}"
        return {"Location": f"{self.call.base_url}/{place}/Microsoft.DirectoryServices.{type_.name}"}

    def many(self, type_: ObjectType, kind: str, fragment: str = "") -> Answer:
        """An answer with a page of the objects of a kind, filtered and cut as the query says."""
        wanted = odata.query(self.call.query, type_, self.version)
        return self._page(wanted, type_, fragment or kind, self._found(kind, wanted))

    def many_of(self, type_: ObjectType, fragment: str, found: Iterable[Document]) -> Answer:
        """As ``many``, of objects that are found already."""
        return self._page(odata.query(self.call.query, type_, self.version), type_, fragment, found)

    def _found(self, kind: str, wanted: odata.Query) -> list[Document]:
        for clause in wanted.clauses:
            if clause.operator == "eq" and clause.property in KINDS[kind] and isinstance(clause.operand, str):
                return self.directory.find(kind, clause.property, clause.operand)
        return self.directory.all(kind)

    def _page(
        self, wanted: odata.Query, type_: ObjectType, fragment: str, found: Iterable[Document]
    ) -> Answer:
        return self.page(wanted, fragment, (type_.shown(document, self.version) for document in found))

    def page(
        self,
        wanted: odata.Query,
        fragment: str,
        shown: Iterable[Document],
        cut: Callable[[Document, odata.Query], Document] = odata.selected,
    ) -> Answer:
        """An answer with a page of objects that look already as this version of Graph shows them.

        Args:
            wanted: the query.
            fragment: what the context says that they are.
            shown: the objects, with every property that a filter may name.
            cut: leaves of an object what the query selects.
        """
        matching = [one for one in shown if all(clause.holds(one) for clause in wanted.clauses)]
        members, more = odata.page(matching, wanted)
        annotations: dict[str, Any] = dict(self.context(fragment))
        if wanted.count:
            annotations["@odata.count"] = len(matching)
        if more is not None:
            url = f"{self.call.base_url}{self.call.path}"
            annotations["@odata.nextLink"] = odata.next_link(url, self.call.query, more)
        return Answer(200, annotations | {"value": [cut(member, wanted) for member in members]})


Operation = Callable[[Request], Answer]
Needed = Permission | Callable[[Request], Permission]


@dataclass(frozen=True)
class Row:
    """One operation of Graph.

    Args:
        method: GET, POST, …
        path: below the version, with ``{id}`` for the object that it begins with.
        operation: the handler.
        needs: the permission; a function where it depends on the request.
        kind: the kind of object that the path begins with.
    """

    method: str
    path: str
    operation: Operation
    needs: Needed
    kind: str = ""


def handler(row: Row, version: str) -> Handler:
    """The HTTP handler of an operation in one version of Graph."""

    def answer(call: Call) -> Answer:
        ids = errors.identifiers(call)
        try:
            found = _answer(replace(call, query=odata.normalised(call.query)), row, version)
        except DirectoryError as error:
            raise Refusal(errors.answer(error, call, ids)) from error
        return replace(found, headers={**found.headers, **ids})

    return answer


def _answer(call: Call, row: Row, version: str) -> Answer:
    directory, caller = _caller(call)
    odata.refuse_segment(call.path)
    request = Request(call, directory, caller, version, row.kind, row.path)
    _permit(request, row)
    return row.operation(request)


def _caller(call: Call) -> tuple[Directory, Claims]:
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not token.strip():
        raise errors.unauthenticated("Access token is empty.")
    try:
        tenant = verification.issuing_tenant(call.installation, token.strip())
        if tenant is None:
            raise verification.WrongTenantError("no such tenant")
        audiences = {call.base_url, *verification.GRAPH_AUDIENCES}
        claims = verification.verify(tenant, token.strip(), audiences)
    except verification.TokenError as error:
        _refuse(error)
    directory = Directory(tenant)
    if directory.principal(claims.oid) is None:
        message = "The identity of the calling application could not be established."
        raise DirectoryError(401, "Authorization_IdentityNotFound", message)
    return directory, claims


TOKEN_FAULTS: Final[Mapping[type[verification.TokenError], str]] = {
    verification.MalformedTokenError: (
        "IDX14100: JWT is not well formed, there are no dots (.).\nThe token needs to be in JWS or JWE Compact "
        "Serialization Format. (JWS): 'EncodedHeader.EndcodedPayload.EncodedSignature'. (JWE): "
        "'EncodedProtectedHeader.EncodedEncryptedKey.EncodedInitializationVector.EncodedCiphertext.EncodedAuthenticationTag'."
    ),
    verification.ForgedTokenError: "Signature is invalid.",
    verification.ExpiredTokenError: "Lifetime validation failed, the token is expired.",
    verification.WrongTenantError: "Invalid issuer.",
    verification.WrongAudienceError: "Access token validation failure. Invalid audience.",
}


def _refuse(error: verification.TokenError) -> NoReturn:
    raise errors.unauthenticated(TOKEN_FAULTS[type(error)]) from error


def _permit(request: Request, row: Row) -> None:
    needed = row.needs if isinstance(row.needs, Permission) else row.needs(request)
    if needed.holds(request.caller):
        return
    if not needed.holds_if_owned(request.caller):
        raise denied()
    # Creating is allowed: what a caller makes, it owns.
    exists = {"id", "appId"} & request.call.parameters.keys()
    if exists and request.caller.oid not in request.target()["owners"]:
        raise denied()
