"""All that is said of faulty stacks: ``python -m tests.golden_faults`` writes ``golden/faults.txt`` anew.

Whoever does so reads the difference as somebody who sees nothing but these sentences.
"""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from mailgrant.configuration.parsing import parse
from mailgrant.errors import ConfigurationError
from mailgrant.schema.places import PLACES, choice
from mailgrant.schema.words import Schema
from tests.faulty_files import FILES
from tests.faulty_stacks import CLIENTS, CONTRADICTIONS, DAEMON, FEDERATED, ISSUER, NOW, STACKS, Values, stack

GOLDEN: Final = Path(__file__).parent / "golden" / "faults.txt"
NAMES: Final = {"clients": "poller", "credentials": "vm", "mailboxes": "a@contoso.com"}


def of_another_kind(place: tuple[str, ...], model: type[Schema]) -> Values:
    """A stack in which every key of a place has a value that is of no kind that can stand there."""
    wrong: Values = dict.fromkeys(model.model_fields, 0.5)
    key, models = choice(place) or ("", {})
    wrong |= {key: next(word for word, one in models.items() if one is model)} if models else {}
    if not place:
        return wrong
    found = stack(
        clients={"poller": {**DAEMON, "credentials": {"vm": {**FEDERATED, "issuer": ISSUER, "subject": "x"}}}}
    )
    if place[-1] == "#":
        return found | {place[0]: [wrong]}
    *above, last = (NAMES[before] if name == "*" else name for before, name in pairwise(("", *place)))
    inner: Values = found
    for name in above:
        inner = inner.setdefault(name, {})
    inner[last] = wrong
    return found


def everything() -> Values:
    """All faults at once that can stand side by side: every faulty client, and a fault of each key of the stack."""
    names = {f"c{number}": client for number, client in enumerate(CLIENTS.values())}
    stacks = (
        "an organization that is no domain",
        "an unknown cloud",
        "an unknown key",
        "a suffix that is none",
    )
    nested = (
        "too many sessions",
        "a switch that is a word",
        "an unknown word for the organization",
        "an automation with unknown reach",
    )
    found = {
        key: value for title in (*stacks, *nested) for key, value in STACKS[title].items() if key != "clients"
    }
    return {
        **found,
        "organization": "contoso",
        "extends": "missing.yaml",
        "clients": {**names, "Not A Name": DAEMON},
    }


def cases() -> dict[str, tuple[Values, Mapping[str, bytes]]]:
    """Values and files by what is wrong with them."""
    return {
        **{title: (values, {}) for title, values in STACKS.items()},
        **{
            f"values of another kind: {(model.__doc__ or '').splitlines()[0]}": (
                of_another_kind(place, model),
                {},
            )
            for place, model in PLACES
        },
        **{f"client: {title}": (stack(clients={"poller": one}), {}) for title, one in CLIENTS.items()},
        **{f"contradiction: {title}": (values, {}) for title, values in CONTRADICTIONS.items()},
        **{f"file: {title}": case for title, case in FILES.items()},
        "everything at once": (everything(), {}),
    }


def said(values: Values, files: Mapping[str, bytes], folder: Path) -> str:
    """What somebody sees who runs a stack."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    try:
        parse(values, NOW, folder)
    except ConfigurationError as error:
        return str(error)
    return "no fault"


def golden() -> str:
    """The whole file."""
    blocks = []
    for title, case in cases().items():
        with TemporaryDirectory() as folder:
            blocks.append(f"## {title}\n{said(*case, Path(folder))}\n")
    return "\n".join(blocks)


if __name__ == "__main__":
    GOLDEN.write_text(golden())
