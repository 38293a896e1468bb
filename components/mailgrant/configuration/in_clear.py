"""Secrets that stand in a stack's file as they are."""

from collections.abc import Iterator, Mapping
from typing import Any

import pulumi
from pulumi.runtime import is_config_secret

from mailgrant.identities.settings import SECRETS


def secrets_in_clear(values: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each, with the command that encrypts it.

    Args:
        values: of the stack, by key with its namespace.
    """
    for key in SECRETS:
        if values.get(key) and not is_config_secret(key):
            yield (
                f"{key} stands in the stack's file in clear: whoever reads the file, or any earlier version of it, can "
                f"sign in as mailgrant does.\n  → pulumi config set --secret {key} --stack {pulumi.get_stack()}\n"
                "  asks for the value and writes it down encrypted; take a new one if others could read the file."
            )
