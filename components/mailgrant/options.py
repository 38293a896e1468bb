"""Resource options that a component hands on to what is in it."""

import pulumi


def within(component: pulumi.Resource, opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """The options of a component's children: Pulumi hands on all but ``depends_on`` by the parent alone."""
    return pulumi.ResourceOptions(parent=component, depends_on=opts.depends_on if opts else None)
