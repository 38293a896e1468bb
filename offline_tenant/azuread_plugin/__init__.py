"""A stand-in for the azuread plugin of Pulumi, for machines that cannot download the real one.

Same resources, same inputs and outputs, same Graph calls in the same order as pulumi-azuread 6.10.
One resource or function is one file and one row of ``table``.
What it does not know it refuses loudly.
"""
