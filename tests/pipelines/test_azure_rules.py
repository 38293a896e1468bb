"""Every pipeline of Azure DevOps keeps every rule and fits Microsoft's schema, and a file that does not is found."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.pipelines.azure_rules import RULES, faults
from tests.pipelines.files import AZURE, Source, pipelines, read

FILES = pipelines()

# rule, file, what stands there, what somebody writes in its place
BROKEN = [
    ("nothing_is_put_into_scripts", "up-stack.yml", '--approved "$HASH"', '--approved "$(approvedHash)"'),
    ("nothing_is_put_into_scripts", "preview-stack.yml", '"$STACK"', '"${{ parameters.stack }}"'),
    ("nothing_is_put_into_scripts", "nightly-stack.yml", '"$problem"', '"$[ variables.problem ]"'),
    ("the_token_stands_in_one_variable", "up-stack.yml", "STACK: ${{", "TOKEN: $(System.AccessToken) # ${{"),
    ("the_token_stands_in_one_variable", "up-stack.yml", "$(approvedHash)", "$(somebodysSecret)"),
    ("the_checkout_keeps_no_token", "install.yml", "persistCredentials: false", "persistCredentials: true"),
    ("the_checkout_keeps_no_token", "install.yml", "    persistCredentials: false\n", ""),
    ("jobs_end", "up-stack.yml", "        timeoutInMinutes: 360\n", ""),
    ("tasks_are_known", "up-stack.yml", "AzureCLI@2", "SomebodysTask@1"),
    ("tasks_are_known", "up-stack.yml", "AzureCLI@2", "AzureCLI"),
    ("templates_are_there", "preview.yml", "each: preview-stack.yml", "each: preview-stacks.yml"),
    ("templates_are_there", "up-stack.yml", "template: install.yml", "template: instal.yml"),
    ("it_is_said_what_starts_it", "preview.yml", "trigger: none\n", ""),
    ("it_is_said_what_starts_it", "up.yml", "pr: none\n", ""),
    ("it_is_said_what_starts_it", "nightly.yml", "always: true", "always: false"),
    ("up_is_approved_and_alone", "up-stack.yml", "        environment: ${{ parameters.environment }}\n", ""),
    ("up_is_approved_and_alone", "up-stack.yml", "    lockBehavior: sequential\n", ""),
    (
        "forks_are_refused_before_anybody_signs_in",
        "preview-stack.yml",
        "SYSTEM_PULLREQUEST_ISFORK",
        "SYSTEM_PULLREQUEST_FORK",
    ),
]


@pytest.mark.parametrize("source", FILES, ids=lambda source: source.name)
def test_every_file_keeps_every_rule(source: Source) -> None:
    assert faults(source) == {}


@pytest.mark.parametrize(("rule", "name", "old", "new"), BROKEN)
def test_a_file_that_breaks_a_rule_is_found(rule: str, name: str, old: str, new: str) -> None:
    source = read(AZURE / name)
    assert old in source.text

    assert rule in faults(replace(source, text=source.text.replace(old, new)))


def test_every_rule_was_seen_to_find_something() -> None:
    assert {rule.__name__ for rule in RULES} == {rule for rule, *_ in BROKEN}


def test_each_template_takes_what_stacks_are_given() -> None:
    [given] = {tuple(stage["parameters"]) for stage in read(AZURE / "stacks.yml").content["stages"]}
    taken = {
        source.name: source.content["parameters"] for source in FILES if source.name.endswith("-stack.yml")
    }

    assert {name: tuple(one["name"] for one in found) for name, found in taken.items()} == dict.fromkeys(
        taken, given
    )


def as_the_schema_has_it(value: Any, *, of_a_task: bool = False) -> Any:
    """To it every scalar is a text, but for the inputs of a task."""
    if isinstance(value, dict):
        return {
            str(key): as_the_schema_has_it(one, of_a_task=of_a_task or key == "inputs")
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [as_the_schema_has_it(one, of_a_task=of_a_task) for one in value]
    return value if of_a_task or isinstance(value, str) else json.dumps(value)


def fits(text: str, folder: Path) -> bool:
    path = folder / "pipeline.json"
    path.write_text(json.dumps(as_the_schema_has_it(yaml.safe_load(text))))
    program = str(Path(sys.executable).with_name("check-jsonschema"))
    schema = ("--builtin-schema", "vendor.azure-pipelines", "--data-transform", "azure-pipelines")
    # Microsoft's patterns are JavaScript's.
    command = [program, *schema, "--regex-variant", "nonunicode", str(path)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("source", FILES, ids=lambda source: source.name)
def test_a_file_fits_microsofts_schema(source: Source, tmp_path: Path) -> None:
    assert fits(source.text, tmp_path)


@pytest.mark.parametrize("key", ["timeoutInMinutes", "scriptType", "deployment", "dependsOn", "lockBehavior"])
def test_a_key_that_azure_does_not_know_is_found(key: str, tmp_path: Path) -> None:
    text = (AZURE / "up-stack.yml").read_text()
    assert f"{key}: " in text

    assert not fits(text.replace(f"{key}: ", f"{key}s: "), tmp_path)
