"""Whose the applications are that mailgrant makes: their owner, and a tag with the stack's name."""

import os
from typing import Final

import pulumi
import pulumi_azuread as azuread

TAG: Final = "mailgrant:"  # what the tags of all stacks begin with
OWNER: Final = "MAILGRANT_OWNER_CLIENT_ID"


def stack_tag() -> str:
    """The tag of the stack that runs."""
    return f"{TAG}{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"


def owner(parent: pulumi.Resource) -> pulumi.Output[str]:
    """The object id of whoever owns what is made: who is signed in, or the application that ``OWNER`` names.

    With it a preview as an application that only reads shows what the update will make, and has the same hash.
    """
    asking = pulumi.InvokeOutputOptions(parent=parent)
    if client_id := os.environ.get(OWNER, "").strip():
        return azuread.get_service_principal_output(client_id=client_id, opts=asking).object_id
    return azuread.get_client_config_output(opts=asking).object_id
