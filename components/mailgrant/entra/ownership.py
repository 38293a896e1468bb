"""How mailgrant knows again what it made: a tag with the stack's name on applications and principals."""

from typing import Final

import pulumi

TAG: Final = "mailgrant:"  # what the tags of all stacks begin with


def stack_tag() -> str:
    """The tag of the stack that runs."""
    return f"{TAG}{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
