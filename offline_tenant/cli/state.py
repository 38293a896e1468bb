"""Commands over the state as a whole: reset, seed, objects, snapshots."""

from typing import Annotated

import typer

from offline_tenant.cli.common import HomeOption, JsonOption, TenantOption, ask, show

STALE = "Stacks still describe the old one: pulumi refresh, or pulumi destroy --refresh, tells them."

snapshots = typer.Typer(no_args_is_help=True, help="Keep all of the state under a name, and go back to it.")

NameArgument = Annotated[str, typer.Argument(help="Letters, digits, dots, dashes, underscores; at most 64.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (reset, seed, objects):
        app.command()(command)
    app.add_typer(snapshots, name="snapshot")


def reset(*, home: HomeOption = None) -> None:
    """Empty the tenant: as on the first start. Clock, lag, counters, faults and latencies go too."""
    ask(home, "POST", "reset")
    typer.echo(f"The offline tenant is empty again. {STALE}")


def seed(
    number: Annotated[int, typer.Argument(help="From which all ids and secrets follow.")],
    *,
    clock: Annotated[
        str | None, typer.Option(help="Stop the clock at this time, so that times repeat, too.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Empty the tenant as reset does, with other ids: the same number gives the same ids again."""
    ask(home, "POST", "seed", {"seed": number, "clock": clock})
    typer.echo(f"The offline tenant is new, with ids from seed {number}. {STALE}")


def objects(*, home: HomeOption = None, tenant: TenantOption = None, as_json: JsonOption = False) -> None:
    """Count the objects of each kind that a tenant has."""
    found = ask(home, "GET", "objects", tenant=tenant)
    show(found, found.items(), as_json=as_json)


@snapshots.command()
def save(
    name: NameArgument,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Also if there is one of that name.")] = False,
    home: HomeOption = None,
) -> None:
    """Keep the state as it is now."""
    ask(home, "POST", "snapshots", {"name": name, "replace": replace})
    typer.echo(f"Saved. Go back to it with: mailgrant offline snapshot restore {name}")


@snapshots.command()
def restore(name: NameArgument, *, home: HomeOption = None) -> None:
    """Make the state what it was when the snapshot was saved; counters, faults and latencies stay."""
    ask(home, "POST", "restore", {"name": name})
    typer.echo(f"The offline tenant is as it was in {name}. {STALE}")


@snapshots.command(name="list")
def list_snapshots(*, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show the snapshots."""
    found = ask(home, "GET", "snapshots")
    show(found, ([one["name"], one["made"], f"{one['bytes']:,} bytes"] for one in found), as_json=as_json)


@snapshots.command()
def delete(name: NameArgument, *, home: HomeOption = None) -> None:
    """Forget a snapshot."""
    ask(home, "DELETE", "snapshots", name=name)
    typer.echo(f"Deleted {name}.")
