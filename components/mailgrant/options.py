"""Resource options that a component hands on to what is in it."""

import pulumi


def within(component: pulumi.Resource, opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """The options of a component's children: Pulumi hands on all but ``depends_on`` by the parent alone."""
    return pulumi.ResourceOptions(parent=component, depends_on=opts.depends_on if opts else None)


def once_of(opts: pulumi.ResourceOptions | None, type_: str) -> pulumi.ResourceOptions:
    """The options of a component that may have been of another type before: what is in it stays what it is.

    Args:
        opts: what it was given.
        type_: the token of the other type.
    """
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=type_)]))
