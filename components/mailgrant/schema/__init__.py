"""The shape of a stack's configuration, as people write it.

Every key of ``mailgrant:`` is a field here; its description goes into the JSON Schema for editors, and a test
compares it with ``Pulumi.yaml`` and the documentation.
"""
