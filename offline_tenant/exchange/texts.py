"""Warnings of Exchange that several cmdlets give, word for word as they were seen."""

from typing import Final

PRESENT: Final = (
    'The appropriate access control entry is already present on the object "{}" for account "{}".'
)
ABSENT: Final = (
    'Can\'t remove the access control entry on the object "{}" for account "{}" '
    "because the ACE doesn't exist on the object."
)
NOTHING_CHANGED: Final = "The command completed successfully but no settings of '{}' have been modified."
