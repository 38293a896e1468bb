"""Commands over calls: stats and log of what happened, latency and faults for what shall happen."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from offline_tenant.cli.common import HomeOption, JsonOption, ask, columns, show

PATTERN = "A service and a call, * and ? for anything: 'graph POST *', 'exchange Get-*', 'imap SELECT'."
PatternArgument = Annotated[str, typer.Argument(help=PATTERN)]
# What stands at the end of a line of the log, with the words before it.
DETAILS = {"code": "", "mailbox": "", "outcome": "", "reason": "", "injected": "injected: ", "caller": "by "}

latency = typer.Typer(no_args_is_help=True, help="Hold up calls, as a slow service would.")
fault = typer.Typer(no_args_is_help=True, help="Let calls fail, as a service in trouble would.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(stats)
    app.command()(log)
    app.add_typer(latency, name="latency")
    app.add_typer(fault, name="fault")


def stats(
    *,
    home: HomeOption = None,
    as_json: JsonOption = False,
    reset_counters: Annotated[
        bool, typer.Option("--reset", help="Set them to zero after showing them.")
    ] = False,
) -> None:
    """Count the calls that reached the tenant: cmdlets, Graph requests, connects, logins."""
    found = ask(home, "GET", "stats", reset=str(reset_counters).lower())
    show(found, _counters(found), as_json=as_json)


def _counters(found: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    for area, names in found.items():
        for name, count in sorted(names.items()) if isinstance(names, dict) else [("", names)]:
            yield area, name, count


def log(
    *,
    last: Annotated[int, typer.Option(min=1, help="How many.")] = 50,
    service: Annotated[str | None, typer.Option(help="Only this one, such as graph.")] = None,
    call: Annotated[str | None, typer.Option(help="Only calls like this pattern, such as 'Get-*'.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only what was refused.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the newest calls that reached the tenant: time (UTC), service, status, duration, call, error, caller."""
    only_failed = str(failed).lower()
    found = ask(home, "GET", "log", last=last, service=service, call=call, failed=only_failed)
    if as_json:
        typer.echo(json.dumps(found))
    else:
        typer.echo(columns(map(_line, found)))


def _line(entry: dict[str, Any]) -> list[str]:
    name, path = str(entry["call"]), entry.get("path", "")
    # Calls of HTTP go by template; the path says which object it was.
    shown = (
        path if name.startswith("(") and path else f"{name.partition(' ')[0]} {path}" if "/" in name else name
    )
    duration = f"{entry['milliseconds']:.1f} ms" if "milliseconds" in entry else ""
    details = [f"{word}{entry[key]}" for key, word in DETAILS.items() if entry.get(key)]
    status = str(entry.get("status", ""))
    return [entry["time"][11:23], entry["area"], status, duration.rjust(9), shown, "  ".join(details)]


@latency.command(name="show")
def show_latency(*, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show what is held up, and for how many seconds."""
    found = ask(home, "GET", "latency")
    show(found, found.items(), as_json=as_json)


@latency.command(name="set")
def set_latency(
    pattern: PatternArgument,
    seconds: Annotated[float, typer.Argument(min=0, help="For each call; patterns that match add up.")],
    *,
    home: HomeOption = None,
) -> None:
    """Hold up calls for so long."""
    found = ask(home, "POST", "latency", {pattern: seconds})
    show(found, found.items(), as_json=False)


@latency.command(name="clear")
def clear_latency(
    pattern: Annotated[
        str | None, typer.Argument(help="The calls, as they were named.", show_default="all of them")
    ] = None,
    *,
    home: HomeOption = None,
) -> None:
    """Hold up calls no more."""
    if pattern is None:
        ask(home, "DELETE", "latency")
    else:
        ask(home, "POST", "latency", {pattern: None})
    show_latency(home=home)


@fault.command(name="list")
def list_faults(*, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show the faults, and how often each has struck."""
    found = ask(home, "GET", "faults")
    show(found, map(_fault, found), as_json=as_json)


def _fault(found: dict[str, Any]) -> list[str]:
    what = f"{found['status']} {found['code']}".rstrip() + f": {found['message']}"
    left = "without end" if found["left"] is None else f"{found['left']} left"
    waits = f", after {found['after']} more" if found["after"] else ""
    return [f"{found['id']}", found["match"], found["effect"], what, f"struck {found['hits']}, {left}{waits}"]


@fault.command(name="add")
def add_fault(  # noqa: PLR0913 - an option each
    pattern: PatternArgument,
    *,
    status: Annotated[int, typer.Option(min=300, max=599, help="The HTTP status.")] = 500,
    code: Annotated[
        str,
        typer.Option(
            help="The service's error code; its own for the status unless given. NO or BAD for IMAP."
        ),
    ] = "",
    message: Annotated[str, typer.Option(help="The service's text.")] = "injected",
    header: Annotated[
        list[str] | None, typer.Option(metavar="NAME:VALUE", help="A further header, such as Retry-After:7.")
    ] = None,
    times: Annotated[int, typer.Option(min=0, help="How many calls it strikes; 0 is without end.")] = 1,
    after: Annotated[int, typer.Option(min=0, help="How many calls pass before.")] = 0,
    effect: Annotated[
        str, typer.Option(help="refuse: no work is done. lose: it is done, and the answer is lost.")
    ] = "refuse",
    home: HomeOption = None,
) -> None:
    """Let calls fail."""
    body = {"match": pattern, "status": status, "code": code, "message": message, "headers": _headers(header)}
    found = ask(home, "POST", "faults", {**body, "times": times, "after": after, "effect": effect})
    show(found, [_fault(found)], as_json=False)


def _headers(given: list[str] | None) -> dict[str, str]:
    pairs = (text.partition(":") for text in given or [])
    return {name.strip(): value.strip() for name, _, value in pairs}


@fault.command(name="clear")
def clear_faults(
    number: Annotated[
        int | None, typer.Argument(help="The fault's number, as listed.", show_default="all of them")
    ] = None,
    *,
    home: HomeOption = None,
) -> None:
    """Let calls fail no more."""
    ask(home, "DELETE", "faults", id=number)
    list_faults(home=home)
