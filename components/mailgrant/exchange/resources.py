"""The Exchange resources, as a Pulumi program declares them.

Frozen: their type tokens, which Pulumi stores in the state of every stack.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi
from pulumi.dynamic import Resource

from mailgrant.exchange.provider import MailboxAccessProvider, ServicePrincipalProvider
from mailgrant.exchange.scope_provider import SmtpApplicationScopeProvider
from mailgrant.exchange.settings_provider import (
    ORGANIZATION,
    AuthenticationPolicyProvider,
    MailboxProtocolsProvider,
    SettingsSnapshotProvider,
    TransportSettingsProvider,
)

# The outputs of settings.
TOLD: Final = dict.fromkeys(("applied", "failed", "left", "remedies"))


class ServicePrincipal(Resource, module="exchange", name="ServicePrincipal"):
    """The record by which Exchange knows an enterprise application (``New-ServicePrincipal``).

    Args:
        resource_name: the name in Pulumi.
        app_id: the application's (client) id.
        object_id: the object id of the *enterprise application*, not of the app registration.
        display_name: how Exchange shows it.
        opts: Pulumi's own.
    """

    app_id: pulumi.Output[str]
    object_id: pulumi.Output[str]
    display_name: pulumi.Output[str]
    sid: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        app_id: pulumi.Input[str],
        object_id: pulumi.Input[str],
        display_name: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties = {"app_id": app_id, "object_id": object_id, "display_name": display_name, "sid": None}
        super().__init__(ServicePrincipalProvider(), resource_name, properties, opts)


class MailboxAccess(Resource, module="exchange", name="MailboxAccess"):
    """What an application may do with which mailboxes (``Add-MailboxPermission``): one resource a client.

    Args:
        resource_name: the name in Pulumi.
        app_id: the application's (client) id.
        principal: the ObjectId of its Exchange service principal.
        access: rights by mailbox, such as ``{"invoices@contoso.com": "full-access"}``.
        opts: Pulumi's own.

    ``granted`` is what Exchange has, ``failed`` the reason by mailbox for what it has not: give that to
    ``require`` so that an update that left something out fails. ``identities`` is what Exchange calls each mailbox,
    ``remedies`` what to do about what has failed, each once.
    """

    app_id: pulumi.Output[str]
    principal: pulumi.Output[str]
    access: pulumi.Output[Mapping[str, str]]
    granted: pulumi.Output[Mapping[str, str]]
    failed: pulumi.Output[Mapping[str, str]]
    remedies: pulumi.Output[Sequence[str] | None]
    identities: pulumi.Output[Mapping[str, str]]

    def __init__(
        self,
        resource_name: str,
        *,
        app_id: pulumi.Input[str],
        principal: pulumi.Input[str],
        access: pulumi.Input[Mapping[str, pulumi.Input[str]]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties = {
            "app_id": app_id,
            "principal": principal,
            "access": access,
            "granted": None,
            "failed": None,
            "identities": None,
            "remedies": None,
        }
        super().__init__(MailboxAccessProvider(), resource_name, properties, opts)


class SettingsSnapshot(Resource, module="exchange", name="SettingsSnapshot"):
    """What switches said before they were touched; the resources below make it for themselves.

    It stands in the state before anything is written: a run that is killed in between loses nothing.

    Args:
        resource_name: the name in Pulumi.
        kind: ``MailboxProtocols``, ``TransportSettings`` or ``AuthenticationPolicy``.
        switches: names of switches by place.
        opts: Pulumi's own.
    """

    found: pulumi.Output[Mapping[str, Mapping[str, str]]]
    failed: pulumi.Output[Mapping[str, str]]

    def __init__(
        self,
        resource_name: str,
        *,
        kind: str,
        switches: pulumi.Input[Mapping[str, Sequence[str]]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        told = dict.fromkeys(("found", "failed", "identities"))
        properties = {"kind": kind, "switches": switches, **told}
        super().__init__(SettingsSnapshotProvider(), resource_name, properties, opts)


class MailboxProtocols(Resource, module="exchange", name="MailboxProtocols"):
    """Which protocols mailboxes speak (``Set-CASMailbox``); switches that are not named are not touched.

    Args:
        resource_name: the name in Pulumi.
        protocols: words by switch by mailbox, such as ``{"invoices@contoso.com": {"imap": "on", "smtp_auth": "on"}}``:
            ``imap`` and ``pop`` are ``on`` or ``off``, ``smtp_auth`` also ``inherit``, the organization's setting.
        opts: Pulumi's own.

    When it is destroyed, each switch goes back to what was ``found``, unless somebody else has turned it since.
    ``applied`` is what was set, ``failed`` the reason by mailbox for what was not (see ``require``), ``left`` what
    somebody else has turned and was therefore left.
    """

    protocols: pulumi.Output[Mapping[str, Mapping[str, str]]]
    applied: pulumi.Output[Mapping[str, Mapping[str, str]]]
    failed: pulumi.Output[Mapping[str, str]]
    left: pulumi.Output[Mapping[str, str]]
    remedies: pulumi.Output[Sequence[str] | None]

    def __init__(
        self,
        resource_name: str,
        *,
        protocols: Mapping[str, Mapping[str, str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        switches = {mailbox: sorted(words) for mailbox, words in protocols.items()}
        before = _snapshot(resource_name, "MailboxProtocols", switches, opts)
        super().__init__(
            MailboxProtocolsProvider(), resource_name, {"protocols": protocols, **before, **TOLD}, opts
        )


class TransportSettings(Resource, module="exchange", name="TransportSettings"):
    """SMTP AUTH of the whole organization (``Set-TransportConfig``): one a tenant, in one stack only.

    Args:
        resource_name: the name in Pulumi.
        smtp_auth: ``enabled`` opens SMTP AUTH for every mailbox that says nothing itself, ``disabled`` closes it.
        opts: Pulumi's own.

    When it is destroyed, the setting goes back to what was ``found``, unless somebody else has changed it since.
    """

    smtp_auth: pulumi.Output[str]
    applied: pulumi.Output[Mapping[str, Mapping[str, str]]]
    failed: pulumi.Output[Mapping[str, str]]
    left: pulumi.Output[Mapping[str, str]]
    remedies: pulumi.Output[Sequence[str] | None]

    def __init__(
        self, resource_name: str, *, smtp_auth: str, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        before = _snapshot(resource_name, "TransportSettings", {ORGANIZATION: ["smtp_auth"]}, opts)
        super().__init__(
            TransportSettingsProvider(), resource_name, {"smtp_auth": smtp_auth, **before, **TOLD}, opts
        )


class AuthenticationPolicy(Resource, module="exchange", name="AuthenticationPolicy"):
    """A policy that blocks basic authentication (``New-AuthenticationPolicy``), and who has it.

    It cannot block OAuth: Exchange Online has no such switch.

    Args:
        resource_name: the name in Pulumi.
        name: of the policy, at most 64 characters. One that is there already is brought into shape and used; it is
            removed in the end only if mailgrant made it, or if its name begins with "mailgrant".
        users: addresses of those who get it.
        default: whether everybody gets it who has no policy of their own.
        opts: Pulumi's own.

    When it is destroyed, everybody gets back what they had before, unless somebody else has changed it since.
    """

    name: pulumi.Output[str]
    users: pulumi.Output[Sequence[str]]
    default: pulumi.Output[bool]
    ours: pulumi.Output[bool]
    applied: pulumi.Output[Mapping[str, Mapping[str, str]]]
    failed: pulumi.Output[Mapping[str, str]]
    left: pulumi.Output[Mapping[str, str]]
    remedies: pulumi.Output[Sequence[str] | None]

    def __init__(
        self,
        resource_name: str,
        *,
        name: str = "mailgrant: no basic authentication",
        users: Sequence[str] = (),
        default: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        places = [*users, *([ORGANIZATION] if default else [])]
        switches = {place: ["policy"] for place in places}
        before = _snapshot(resource_name, "AuthenticationPolicy", switches, opts)
        wanted = {"name": name, "users": list(users), "default": default, "ours": None}
        super().__init__(AuthenticationPolicyProvider(), resource_name, {**wanted, **before, **TOLD}, opts)


def _snapshot(
    name: str, kind: str, switches: Mapping[str, Sequence[str]], opts: pulumi.ResourceOptions | None
) -> dict[str, pulumi.Output[Mapping[str, Any]]]:
    """The inputs that say what was there before; beside the resource, because it must outlive its writes."""
    own = pulumi.ResourceOptions(parent=opts.parent, depends_on=opts.depends_on) if opts else None
    snapshot = SettingsSnapshot(f"{name}.{kind}", kind=kind, switches=switches, opts=own)
    return {"found": snapshot.found, "unread": snapshot.failed}


class SmtpApplicationScope(Resource, module="exchange", name="SmtpApplicationScope"):
    """Which mailboxes an application may send as over SMTP, by RBAC for Applications, without opening any of them.

    The application must not hold the Entra permission SMTP.SendAsApp: with it, Exchange asks for permissions on the
    mailbox instead.

    Args:
        resource_name: the name in Pulumi.
        app_id: the application's (client) id.
        principal: the ObjectId of its Exchange service principal.
        group: the address of a group; its direct members are meant, and no deeper ones.
        filter: or Exchange's recipient filter, such as ``CustomAttribute1 -eq 'newsletter'``.
        opts: Pulumi's own.
    """

    app_id: pulumi.Output[str]
    principal: pulumi.Output[str]
    group: pulumi.Output[str]
    filter: pulumi.Output[str]
    recipient_filter: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        app_id: pulumi.Input[str],
        principal: pulumi.Input[str],
        group: pulumi.Input[str] = "",
        filter: pulumi.Input[str] = "",  # noqa: A002 - Exchange's own word
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        wanted = {"app_id": app_id, "principal": principal, "group": group, "filter": filter}
        super().__init__(
            SmtpApplicationScopeProvider(), resource_name, {**wanted, "recipient_filter": None}, opts
        )
