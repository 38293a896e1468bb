"""Anything at all in a stack or in the files beside it: a plan, or an error that names each fault; nothing else."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgrant.configuration.parsing import parse
from mailgrant.errors import ConfigurationError
from tests.faulty_stacks import (
    BRIDGED,
    DAEMON,
    DELEGATED,
    ISSUER,
    NOW,
    SECRET,
    SENDER,
    THIRD_PARTY,
    WAIVER,
    stack,
)

# Every key of the schema once, so that every place of it can be replaced.
WHOLE: Final[dict[str, Any]] = stack(
    cloud="global",
    exchange={"carrier": "wsman", "host": "jump", "port": 5986, "auth": "ntlm", "sessions": 2, "timeout": 60},
    suffix="dev",
    clients={
        "poller": {
            **DAEMON,
            "credentials": {
                "secret": SECRET,
                "certificate": {"type": "certificate", "lifetime": "365d", "rotate": "90d"},
                "github": {"type": "federated", "github": {"repository": "contoso/mail", "branch": "main"}},
                "ado": {
                    "type": "federated",
                    "azure_devops": {
                        "organization_id": "0ff11ce0-7e4a-4b1d-9c3e-c0a750000001",
                        **dict.fromkeys(("organization", "project", "service_connection"), "x"),
                    },
                },
                "pod": {
                    "type": "federated",
                    "kubernetes": {"issuer": ISSUER, "namespace": "a", "service_account": "b"},
                },
                "other": {"type": "federated", "issuer": ISSUER, "claims": "claims['sub'] eq 'x'"},
                "old": {"type": "external", "expires": "2027-01-31"},
            },
        },
        "news": SENDER,
        "printer": BRIDGED,
        "portal": {**DELEGATED, "device_code": True, "consent": ["adele@contoso.com"]},
        "mail": {**THIRD_PARTY, "consent": "tenant", "mailboxes": ["frontdesk@contoso.com"]},
    },
    mailboxes={"frontdesk@contoso.com": {"imap": True, "pop": False, "smtp_auth": "inherit"}},
    tenant={"smtp_auth": "disabled", "block_basic_auth": ["adele@contoso.com"]},
    automation={"name": "mailgrant", "applications": "owned", "credentials": {"ci": SECRET}},
    guardrails={
        "secrets": "warning",
        "secret_lifetime": {"severity": "error", "at_most": "90d"},
        "mailboxes_per_client": {"severity": "error", "at_most": 1},
        "forbidden_mailboxes": {"severity": "error", "addresses": ["ceo@contoso.com"]},
    },
    waivers=[WAIVER],
)
# Words that a schema knows come up by themselves only after ages.
WORDS: Final = (
    "tenant",
    "everyone",
    "inherit",
    "secret",
    "daemon",
    "180d",
    "list.csv",
    "https://[",
    "a@b.cd",
    "",
    "\0",
)
PATIENCE: Final = timedelta(seconds=20)  # of one example: what hangs fails
texts = st.sampled_from(WORDS) | st.text(max_size=12)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield (*above, key)
        yield from places(value[key], (*above, key))


def replaced(place: tuple[Any, ...], thing: Any) -> dict[str, Any]:
    """The whole stack with something else in one place."""
    values = deepcopy(WHOLE)
    inner: Any = values
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = thing
    return values


def is_told_or_a_plan(values: dict[str, Any], folder: Path) -> bool:
    """Whether it is a plan; any other error than ours fails the test by itself."""
    before = repr(values)
    told: ConfigurationError | None = None
    try:
        parse(values, NOW, folder)
    except ConfigurationError as error:
        told = error
    assert repr(values) == before
    if told is None:
        return True
    first, *lines = str(told).split("\n")
    assert len(lines) == len(told.faults)  # a line each, whatever stands in it
    assert first.endswith("nothing was touched:")
    assert all(line.startswith("  - mailgrant:") and line.isprintable() for line in lines)
    return False


def test_the_whole_stack_is_a_plan(tmp_path: Path) -> None:
    assert is_told_or_a_plan(WHOLE, tmp_path)


@settings(max_examples=600, deadline=PATIENCE)
@given(st.sampled_from(list(places(WHOLE))), anything)
def test_anything_in_place_of_any_value(place: tuple[Any, ...], thing: Any) -> None:
    values = replaced(place, thing)

    with TemporaryDirectory() as folder:
        is_told_or_a_plan(values, Path(folder))


@settings(max_examples=300, deadline=PATIENCE)
@given(st.sampled_from(list(places(WHOLE))), texts, anything)
def test_anything_beside_any_value(place: tuple[Any, ...], name: str, thing: Any) -> None:
    values = replaced((*place[:-1], name), thing) if isinstance(place[-1], str) else replaced(place, thing)

    with TemporaryDirectory() as folder:
        is_told_or_a_plan(values, Path(folder))


@settings(max_examples=300, deadline=PATIENCE)
@given(
    st.dictionaries(texts, anything, max_size=4)
    | st.fixed_dictionaries({"extends": texts, "clients": anything})
)
def test_anything_as_a_stack(values: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        is_told_or_a_plan(values, Path(folder))


noise = st.binary(max_size=60) | st.lists(
    st.sampled_from(
        [
            "a@b.cd",
            ",",
            ";",
            '"',
            "\n",
            "full-access",
            "#",
            "\ufeff",
            "\0",
            ": ",
            "- ",
            "[",
            "{",
            "&a ",
            "*a",
            "<<",
        ]
    )
).map(lambda parts: "".join(parts).encode())


@settings(max_examples=300, deadline=PATIENCE)
@given(st.sampled_from(["list.csv", "list.yaml"]), noise)
def test_anything_in_a_list_of_mailboxes(name: str, content: bytes) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(content)
        is_told_or_a_plan(stack(clients={"poller": {**DAEMON, "mailboxes": name}}), Path(folder))


@settings(max_examples=300, deadline=PATIENCE)
@given(noise | anything.map(lambda value: f"config: {yaml.safe_dump(value)}".encode()))
def test_anything_in_a_shared_file(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "shared.yaml").write_bytes(content)
        is_told_or_a_plan(stack(extends="shared.yaml"), Path(folder))


@settings(max_examples=300, deadline=PATIENCE)
@given(st.sampled_from(list(places(WHOLE))), anything)
def test_anything_in_place_of_any_value_of_a_shared_file(place: tuple[Any, ...], thing: Any) -> None:
    values = replaced(place, thing)

    with TemporaryDirectory() as folder:
        shared = {"config": {f"mailgrant:{key}": value for key, value in values.items()}}
        (Path(folder) / "shared.yaml").write_text(json.dumps(shared))
        is_told_or_a_plan({"extends": "shared.yaml"}, Path(folder))


def test_a_shared_file_that_holds_itself_or_grows_without_end_is_told(tmp_path: Path) -> None:
    itself = "config: &a {mailgrant:clients: &b {poller: *b}, mailgrant:exchange: *a}"
    grows = "config:\n  mailgrant:clients:\n" + "".join(
        f"    c{number}: &x{number} {{{', '.join(f'k{one}: *x{number - 1}' for one in range(9)) if number else ''}}}\n"
        for number in range(60)
    )
    deep = f"config: {{mailgrant:clients: {'[' * 1000}"
    for text in (
        itself,
        grows,
        deep,
        'config: {mailgrant:suffix: !!timestamp "x"}',
        "? [a]\n: b",
        "{[a]: b, {a: b}: c}",
    ):
        (tmp_path / "shared.yaml").write_text(text)
        assert not is_told_or_a_plan(stack(extends="shared.yaml"), tmp_path)
