"""The rights behind Entra resources: one function a type, from a resource to what it gives."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mailgrant.facts import PUBLISHED_CLIENTS
from mailgrant.report import words
from mailgrant.report.resources import NEW, Resource
from mailgrant.report.rights import GIVEN, NOTHING, PERHAPS, Reach, Right, Topic
from mailgrant.report.values import (
    NOT_KNOWN,
    NotUnderstoodError,
    block,
    is_opaque,
    is_unknown,
    mapping,
    text,
    texts,
)
from mailgrant.report.words import Permission

ONE_TENANT: Final = "AzureADMyOrg"
AUDIENCES: Final[Mapping[str, str]] = {
    "AzureADMultipleOrgs": "people of any organization",
    "AzureADandPersonalMicrosoftAccount": "people of any organization, and anybody with a Microsoft account",
    "PersonalMicrosoftAccount": "anybody with a Microsoft account",
}
SHOWN_OF_KEY: Final = 16  # digits
REDIRECTS: Final = ("web", "singlePageApplication", "publicClient")


def application(resource: Resource, _other: Resource) -> Iterator[Right]:
    """Application: what it asks for, where people's sign-ins are sent, who may sign in, who owns it."""
    yield from _asked(resource)
    for place in REDIRECTS:
        for uri in texts(_block(resource.get(place)).get("redirectUris")):
            yield _of(
                resource, "redirect URI", uri, "gets the sign-ins of people sent to this address", place
            )
    if audience := text(resource.get("signInAudience")):
        yield from _audience(resource, audience)
    if flag := resource.get("fallbackPublicClientEnabled"):
        given = "lets people sign in with a code on another device, where nothing proves which program asked"
        yield _of(resource, "public client", NOT_KNOWN if is_unknown(flag) else words.BY_CODE, given)
    yield from owners(resource, resource)


def _block(value: Any) -> Mapping[str, Any]:
    """A block of properties."""
    listed = block(value)
    return {"redirectUris": listed} if is_opaque(listed) and isinstance(listed, str) else mapping(listed)


def _of(resource: Resource, right: str, shown: str, given: str, key: str = "") -> Right:
    return Right(
        resource.client,
        right,
        shown,
        given,
        Reach.APPLICATION,
        Topic.SIGN_IN,
        key=f"{right} {key}",
        state=shown,
    )


def _audience(resource: Resource, audience: str) -> Iterator[Right]:
    if audience != ONE_TENANT:
        shown = AUDIENCES.get(audience, audience)
        yield _of(resource, "sign-in from outside", shown, "lets people sign in who are not in this tenant")


def owners(resource: Resource, _other: Resource) -> Iterator[Right]:
    """Whoever owns an application can give it credentials."""
    for owner in texts(resource.get("owners")):
        yield Right(
            resource.client,
            "owner",
            owner,
            "this owner can change the application and give it credentials",
            Reach.APPLICATION,
            Topic.OWNER,
            taken="this owner can no longer change the application",
        )


def _asked(resource: Resource) -> Iterator[Right]:
    required = resource.get("requiredResourceAccesses")
    if isinstance(required, str) and is_opaque(required):
        yield _asking(resource, NOT_KNOWN, "permissions", "")
        return
    for one in required or []:
        asked = mapping(one)
        whose = words.RESOURCES.get(text(asked.get("resourceAppId")), text(asked.get("resourceAppId")))
        for access in asked.get("resourceAccesses") or []:
            yield _asked_for(resource, mapping(access), whose)


def _asked_for(resource: Resource, access: Mapping[str, Any], whose: str) -> Right:
    id_, kind = text(access.get("id")), text(access.get("type"))
    if kind not in {"Role", "Scope"}:
        raise NotUnderstoodError("a permission is neither a Role nor a Scope")
    scope = words.SCOPE_IDS.get(id_)
    shown = (scope if kind == "Scope" else words.ROLES[id_].value if id_ in words.ROLES else None) or id_
    return _asking(resource, shown, whose, kind)


def _asking(resource: Resource, shown: str, whose: str, kind: str) -> Right:
    return Right(
        resource.client,
        f"asks for {shown}",
        whose,
        words.ASKED[kind],
        Reach.APPLICATION,
        Topic.ASKED,
        taken=words.NOT_ASKED,
        key=f"{shown} {kind}",
        breadth=PERHAPS,
    )


def service_principal(resource: Resource, _other: Resource) -> Iterator[Right]:
    """ServicePrincipal: the application is in the tenant, and who owns it there."""
    if not resource.exists:
        return
    if resource.get("accountEnabled") is not False:
        id_ = text(resource.get("clientId"))
        known = next((one for one in PUBLISHED_CLIENTS.values() if one.client_id == id_), None)
        shown = f"{known.title} ({id_})" if known else id_
        abused = "; its id is known to be used to harvest mailboxes" if known and known.abused else ""
        limited = resource.get("appRoleAssignmentRequired") is True
        who = "people who are assigned to it" if limited else "people"
        yield Right(
            resource.client,
            "sign-in to this tenant",
            words.NEW_APPLICATION if shown == NOT_KNOWN else shown,
            f"{who} and programs can sign in to it in this tenant{abused}",
            Reach.APPLICATION,
            Topic.SIGN_IN,
            taken="nobody signs in to it in this tenant any more",
            key=NEW if shown == NOT_KNOWN else id_,
            state="for people who are assigned" if limited else "for everybody",
            breadth=PERHAPS if limited else GIVEN,
        )
    yield from owners(resource, resource)


def app_role_assignment(resource: Resource, _other: Resource) -> Iterator[Right]:
    """AppRoleAssignment: an application permission, consented to for the whole tenant."""
    if resource.exists:
        yield _permitted(resource, words.ROLES, "appRoleId", "principalObjectId", "resourceObjectId")


def directory_role_assignment(resource: Resource, _other: Resource) -> Iterator[Right]:
    """DirectoryRoleAssignment: an administrator's role."""
    if resource.exists:
        scope = ("directoryScopeId", "appScopeId")
        yield _permitted(resource, words.DIRECTORY_ROLES, "roleId", "principalObjectId", *scope)


def directory_role(resource: Resource, _other: Resource) -> Iterator[Right]:
    """DirectoryRole: activated once for the whole tenant; an assignment may know no more of it than that it is new."""
    if resource.exists:
        template, name = text(resource.get("templateId")), text(resource.get("displayName"))
        shown = (
            words.DIRECTORY_ROLES[template].value if template in words.DIRECTORY_ROLES else template or name
        )
        yield Right(
            resource.client,
            "directory role",
            shown,
            words.ROLE,
            Reach.TENANT,
            Topic.PERMISSION,
            key=f"{template} {name}" if resource.wanted else "",
            breadth=NOTHING,
        )


def _permitted(
    resource: Resource, known: Mapping[str, Permission], id_: str, holder: str, *within: str
) -> Right:
    value = text(resource.get(id_))
    unknown = Permission(value, words.UNKNOWN_PERMISSION)
    permission = known.get(value, unknown)
    return Right(
        resource.client,
        permission.value,
        permission.object,
        permission.given,
        permission.reach,
        Topic.PERMISSION,
        taken=permission.taken,
        key=" ".join([value, resource.id(holder), *(text(resource.get(name)) for name in within)]),
    )


def delegated_permission_grant(resource: Resource, _other: Resource) -> Iterator[Right]:
    """ServicePrincipalDelegatedPermissionGrant: consent for everybody, or for one person."""
    if not resource.exists:
        return
    user = text(resource.get("userObjectId"))
    shown = _person(resource, user) if user else words.EVERYBODY
    holder = f"{resource.id('servicePrincipalObjectId')} {resource.id('resourceServicePrincipalObjectId')}"
    for scope in texts(resource.get("claimValues")):
        yield Right(
            resource.client,
            scope,
            shown,
            words.SCOPES.get(scope, words.UNKNOWN_PERMISSION),
            Reach.PERSON if user else Reach.TENANT,
            Topic.CONSENT,
            key=f"{scope} {holder} {user}",
        )


def _person(resource: Resource, user: str) -> str:
    """The sign-in name, which our components put into the resource's name: ``<application>.<whose>.<name>``."""
    parts = resource.name.split(".", 2)
    mine = resource.client != resource.name and len(parts) > 2  # noqa: PLR2004 - what the name is made of
    return parts[2] if mine else user


def _own_name(resource: Resource) -> str:
    """Without the client's, which our components put before it."""
    return resource.name.removeprefix(f"{resource.client}.")


def password(resource: Resource, _other: Resource) -> Iterator[Right]:
    """ApplicationPassword: a client secret."""
    if resource.exists:
        yield _dated(resource, "client secret")


def certificate(resource: Resource, _other: Resource) -> Iterator[Right]:
    """ApplicationCertificate: the public half of a key."""
    if resource.exists:
        yield _dated(resource, "certificate")


def _dated(resource: Resource, right: str) -> Right:
    """One that ends."""
    consumer, period = resource.consumer
    key = _key_of(resource)
    shown = f", key {key[:SHOWN_OF_KEY]}" if key and (resource.wanted or period is None) else ""
    number = "" if period is None else f" ({period})"
    ends = text(resource.get("endDate"))
    until = f"until {ends[:10]}" if ends and ends != NOT_KNOWN else "until Entra's own end date"
    given, taken = words.CREDENTIALS[right]
    return Right(
        resource.client,
        right,
        f"{consumer}{number}{shown}, {until}",
        words.ANOTHER_KEY if shown else given,
        Reach.APPLICATION,
        Topic.CREDENTIAL,
        key=f"{resource.id('applicationId')} {key}",
        taken=taken,
        holder=resource.id("applicationId"),
        slot=consumer,
        ends=ends if ends != NOT_KNOWN else "",
        period=period,
        certificate=key,
    )


def _key_of(resource: Resource) -> str:
    """The SHA-256 of a certificate that is known, as Entra shows it; of one that is made in the update nobody knows it."""
    value = resource.get("value")
    if not isinstance(value, str) or is_opaque(value):
        return ""
    body = "".join(line.strip() for line in value.split("\n") if not line.startswith("-----"))
    try:
        whole = base64.b64decode(body, validate=True)
    except ValueError:
        whole = value.encode("utf-8", "surrogatepass")
    return hashlib.sha256(whole).hexdigest().upper()


def federated(resource: Resource, _other: Resource) -> Iterator[Right]:
    """A federated credential, for one subject or for what an expression fits."""
    if not resource.exists:
        return
    subject, claims = text(resource.get("subject")), text(resource.get("claimsMatchingExpression"))
    audiences = texts(resource.get("audiences")) or [text(resource.get("audience"))]
    given, taken = words.CREDENTIALS["federated sign-in"]
    yield Right(
        resource.client,
        "federated sign-in",
        f"{_own_name(resource)}: {subject or claims} of {text(resource.get('issuer'))}",
        given + (words.ANYTHING_FITS if "*" in claims else ""),
        Reach.APPLICATION,
        Topic.CREDENTIAL,
        key=resource.id("applicationId"),
        taken=taken,
        state=f"for {', '.join(sorted(audiences))}",
        breadth=PERHAPS,
    )
