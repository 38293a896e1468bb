"""What ``import mailgrant`` offers, and that its configuration is documented everywhere it is written down."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import mailgrant
from mailgrant.schema.places import json_schema
from mailgrant.schema.stack import StackSchema

PROJECT = Path(__file__).parent.parent


def test_all_is_sorted_and_every_name_is_there() -> None:
    assert mailgrant.__all__ == sorted(mailgrant.__all__)
    for name in mailgrant.__all__:
        assert getattr(mailgrant, name).__name__ == name
    assert dir(mailgrant) == mailgrant.__all__
    with pytest.raises(AttributeError, match="no attribute 'Demon'"):
        _ = mailgrant.Demon


def test_the_provider_does_without_the_azuread_package() -> None:
    program = "import sys, mailgrant.exchange.provider; sys.exit('pulumi_azuread' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_command_line_does_without_pulumi() -> None:
    program = "import sys, mailgrant.cli; sys.exit('pulumi' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_program_is_short() -> None:
    assert len((PROJECT / "__main__.py").read_text().splitlines()) <= 20


def test_pulumi_yaml_describes_every_key_as_the_schema_does() -> None:
    described = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())["config"]

    assert {name: entry["description"] for name, entry in described.items()} == {
        f"mailgrant:{name}": field.description for name, field in StackSchema.model_fields.items()
    }


def test_the_page_of_all_keys_is_what_the_schema_says() -> None:
    program = "import keys; print(keys.page(), end='')"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT / "tools", capture_output=True, text=True, check=True
    )

    assert (PROJECT / "docs" / "keys.md").read_text() == done.stdout, "run: python tools/keys.py"


def test_the_json_schema_is_valid_and_knows_the_worked_example() -> None:
    schema = json_schema()
    stack = yaml.safe_load((PROJECT / "stacks" / "Pulumi.offline.yaml").read_text())

    assert set(schema["properties"]["config"]["required"]) <= set(stack["config"])
    known = set(schema["properties"]["config"]["properties"])
    assert {key for key in stack["config"] if key.startswith("mailgrant:")} <= known
    json.dumps(schema)


@pytest.mark.parametrize("command", [["--help"], ["verify", "--help"], ["schema"], ["offline", "--help"]])
def test_help_works_without_a_stack(command: list[str]) -> None:
    program = Path(sys.executable).with_name("mailgrant")

    done = subprocess.run([program, *command], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout
