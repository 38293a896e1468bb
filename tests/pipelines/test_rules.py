"""Every workflow keeps every rule, and a file that breaks one is found."""

from dataclasses import replace

import pytest

from tests.pipelines.files import GITHUB, Source, actions, read, workflows
from tests.pipelines.rules import NOT_FROM_A_FORK, RULES, SWITCHED_ON, faults

FILES = [*workflows(), *actions()]
CHECKOUT = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2"
HASH = "de0fac2e4500dabe0009e67214ff5f5447ce83dd"
UP = 'run: mailgrant up --stack "$STACK" --approved "$HASH"'

# rule, file, what stands there, what somebody writes in its place
BROKEN = [
    ("actions_are_pinned", "preview.yml", CHECKOUT, "actions/checkout@v6.0.2 # v6.0.2"),
    ("actions_are_pinned", "preview.yml", CHECKOUT, f"actions/checkout@{HASH}"),
    ("actions_are_pinned", "preview.yml", CHECKOUT, f"actions/checkout@{HASH[:12]} # v6.0.2"),
    (
        "actions_are_pinned",
        "up.yml",
        "./.github/workflows/up-stack.yml",
        "contoso/ci/.github/workflows/up.yml@main",
    ),
    ("local_files_are_there", "preview.yml", "./.github/actions/mailgrant", "./.github/actions/mailgrunt"),
    ("local_files_are_there", "up.yml", "up-stack.yml", "upstack.yml"),
    ("only_harmless_triggers", "preview.yml", "  pull_request:\n", "  pull_request_target:\n"),
    ("only_harmless_triggers", "up.yml", "  workflow_dispatch:\n", "  workflow_run:\n    workflows: [ci]\n"),
    ("permissions_are_the_least", "preview.yml", "permissions: {}\n# An", "# An"),
    ("permissions_are_the_least", "preview.yml", "permissions: {}\n# An", "permissions: read-all\n# An"),
    ("permissions_are_the_least", "preview.yml", "contents: read", "contents: write"),
    ("permissions_are_the_least", "ci.yml", "    permissions:\n      contents: read\n", ""),
    (
        "permissions_are_the_least",
        "ci.yml",
        "    permissions:\n      contents: read\n",
        "    permissions: write-all\n",
    ),
    ("nothing_for_forks", "preview.yml", f" && {NOT_FROM_A_FORK}", ""),
    ("nothing_for_forks", "preview.yml", f"&& {NOT_FROM_A_FORK}", f"|| {NOT_FROM_A_FORK}"),
    ("nothing_for_forks", "ci.yml", "contents: read\n", "contents: read\n      id-token: write\n"),
    ("off_until_stacks_are_named", "preview.yml", f"if: {SWITCHED_ON} && ", "if: "),
    ("off_until_stacks_are_named", "up.yml", f"if: {SWITCHED_ON} && ", "if: "),
    ("up_is_approved_on_main_and_alone", "up-stack.yml", "    environment: ${{ inputs.stack }}\n", ""),
    ("up_is_approved_on_main_and_alone", "up-stack.yml", "progress: false", "progress: true"),
    ("up_is_approved_on_main_and_alone", "up.yml", " && github.ref == 'refs/heads/main'", ""),
    (
        "up_is_approved_on_main_and_alone",
        "preview.yml",
        "run: mailgrant comment",
        "run: mailgrant up --approved",
    ),
    ("up_is_approved_on_main_and_alone", "nightly.yml", " && github.ref == 'refs/heads/main'", ""),
    ("up_is_approved_on_main_and_alone", "nightly-stack.yml", "environment: ${{ inputs.stack }}-n", "#"),
    ("off_until_stacks_are_named", "nightly.yml", f"if: {SWITCHED_ON} && ", "if: "),
    ("no_expression_in_scripts", "up-stack.yml", UP, UP.replace("$STACK", "${{ inputs.stack }}")),
    ("no_secrets", "preview.yml", "${{ github.token }}", "${{ secrets.GITHUB_TOKEN }}"),
    ("no_secrets", "up.yml", "    uses: ./", "    secrets: inherit\n    uses: ./"),
    ("credentials_stay_out_of_the_checkout", "up-stack.yml", "credentials: false", "credentials: true"),
    ("jobs_end", "up-stack.yml", "    timeout-minutes: 360\n", ""),
]


@pytest.mark.parametrize("source", FILES, ids=lambda source: source.name)
def test_every_file_keeps_every_rule(source: Source) -> None:
    assert faults(source) == {}


@pytest.mark.parametrize(("rule", "name", "old", "new"), BROKEN)
def test_a_file_that_breaks_a_rule_is_found(rule: str, name: str, old: str, new: str) -> None:
    source = read(GITHUB / "workflows" / name)
    assert old in source.text

    broken = replace(source, text=source.text.replace(old, new))

    assert rule in faults(broken)


def test_every_rule_was_seen_to_find_something() -> None:
    assert {rule.__name__ for rule in RULES} == {rule for rule, *_ in BROKEN}


def test_an_action_is_pinned_to_one_commit_everywhere() -> None:
    used = [step["uses"] for source in FILES for step in source.steps if "@" in step.get("uses", "")]
    hashes = {
        name: {one for one in used if one.startswith(f"{name}@")}
        for name in (use.split("@")[0] for use in used)
    }

    assert {name: len(found) for name, found in hashes.items()} == dict.fromkeys(hashes, 1)
