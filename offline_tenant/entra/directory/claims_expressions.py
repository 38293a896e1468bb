"""Flexible federated credentials: an expression over the claims of another issuer, instead of one subject.

https://learn.microsoft.com/entra/workload-id/workload-identities-flexible-federated-identity-credentials
"""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from offline_tenant.entra.directory.errors import bad_request

LANGUAGE: Final = 1
# The issuers that Microsoft reads expressions for, and the claims of theirs that it looks at.
CLAIMS: Final[Mapping[str, frozenset[str]]] = {
    "https://token.actions.githubusercontent.com": frozenset({"sub", "job_workflow_ref"}),
    "https://gitlab.com": frozenset({"sub"}),
    "https://app.terraform.io": frozenset({"sub"}),
}
# One space on each side of an operator, no more.
CONDITION: Final = re.compile(r"claims\['(?P<claim>\w+)'\] (?P<operator>eq|matches) '(?P<comparand>[^']+)'")
AND: Final = " and "
WILDCARDS: Final = {"*": ".*", "?": "."}


class Condition(NamedTuple):
    """One comparison of an expression; all of them must hold."""

    claim: str
    operator: str
    comparand: str

    def holds(self, claims: Mapping[str, Any]) -> bool:
        """Whether claims meet it; capital and small letters differ."""
        value = claims.get(self.claim)
        if not isinstance(value, str):
            return False
        if self.operator == "eq":
            return value == self.comparand
        parts = (WILDCARDS.get(letter) or re.escape(letter) for letter in self.comparand)
        return re.fullmatch("".join(parts), value, re.DOTALL) is not None


def check(issuer: str, expression: Mapping[str, Any]) -> None:
    """Refuse an expression that is none, or asks what Microsoft does not look at for this issuer.

    Raises:
        DirectoryError: (400), worded after Graph's manner: nobody was found who quotes it.
    """
    if expression["languageVersion"] != LANGUAGE:
        raise bad_request("The languageVersion of claimsMatchingExpression must be 1.")
    if (known := CLAIMS.get(issuer)) is None:
        raise bad_request(f"claimsMatchingExpression is not supported for the issuer '{issuer}'.")
    for condition in _conditions(str(expression["value"])):
        if condition.claim not in known:
            message = f"The claim '{condition.claim}' is not supported in claimsMatchingExpression for the issuer '{issuer}'."
            raise bad_request(message)


def holds(expression: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
    """Whether the claims of a token meet an expression that was checked."""
    return all(condition.holds(claims) for condition in _conditions(expression["value"]))


def _conditions(text: str) -> list[Condition]:
    found, position = [], 0
    while match := CONDITION.match(text, position):
        found.append(Condition(**match.groupdict()))
        position = match.end()
        if position == len(text):
            return found
        if not text.startswith(AND, position):
            break
        position += len(AND)
    raise bad_request(f"claimsMatchingExpression is not valid at position {position}: '{text}'.")
