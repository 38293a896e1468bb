"""How mailgrant knows again what it made: a tag with the stack's name on applications and principals."""

import pulumi


def stack_tag() -> str:
    """The tag of the stack that runs."""
    return f"mailgrant:{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
