"""The Exchange resources, as a Pulumi program declares them.

Frozen: their type tokens, which Pulumi stores in the state of every stack.
"""

from collections.abc import Mapping

import pulumi
from pulumi.dynamic import Resource

from mailgrant.exchange.provider import MailboxAccessProvider, ServicePrincipalProvider


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
    ``require`` so that an update that left something out fails. ``identities`` is what Exchange calls each mailbox.
    """

    app_id: pulumi.Output[str]
    principal: pulumi.Output[str]
    access: pulumi.Output[Mapping[str, str]]
    granted: pulumi.Output[Mapping[str, str]]
    failed: pulumi.Output[Mapping[str, str]]
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
        }
        super().__init__(MailboxAccessProvider(), resource_name, properties, opts)
