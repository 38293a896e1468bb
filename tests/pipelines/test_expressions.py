"""The expressions that the runner of these tests understands mean what they mean at GitHub; others are refused."""

from typing import Any

import pytest

from tests.pipelines.expressions import Evaluator, UnknownExpressionError

CONTEXTS = {
    "vars": {"STACKS": "", "LIVE": "yes"},
    "matrix": {"stack": "prod"},
    "needs": {"a": {"result": "failure"}},
}


def evaluator(*, good: bool = True) -> Evaluator:
    return Evaluator(CONTEXTS, {"success": lambda: good, "always": lambda: True, "cancelled": lambda: False})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${{ matrix.stack }}", "prod"),
        ("${{ matrix.stack }}-${{ vars.LIVE }}", "prod-yes"),
        ("${{ vars.NOBODY_SET_IT }}", ""),
        ("${{ vars.STACKS || 'never' }}", "never"),
        ("${{ vars.LIVE && 'it''s' || 'never' }}", "it's"),
        ("""${{ fromJSON('[{"stack": "dev"}]') }}""", [{"stack": "dev"}]),
        ("${{ vars.LIVE != '' }}", True),
    ],
)
def test_values(text: str, value: Any) -> None:
    assert evaluator().value(text) == value


@pytest.mark.parametrize(
    ("text", "after_success", "after_failure"),
    [
        ("", True, False),
        ("vars.LIVE == 'yes'", True, False),
        ("vars.LIVE == 'yes' && vars.STACKS != ''", False, False),
        ("${{ !cancelled() && matrix.stack != 'dev' }}", True, True),
        ("always() && (needs.a.result == 'success' || vars.LIVE == 'yes')", True, True),
    ],
)
def test_conditions_want_success_unless_they_speak_of_it(
    text: str, *, after_success: bool, after_failure: bool
) -> None:
    assert evaluator(good=True).condition(text) is after_success
    assert evaluator(good=False).condition(text) is after_failure


@pytest.mark.parametrize(
    "text",
    ["secrets.TOKEN", "hashFiles('x')", "matrix.stack > 'a'", "matrix.*.stack", "'a", "a b", "(vars.LIVE"],
)
def test_what_is_not_known_is_refused(text: str) -> None:
    with pytest.raises(UnknownExpressionError):
        evaluator().value(f"${{{{ {text} }}}}")
