"""How the tenant's Exchange behaves where Microsoft's behaves in several ways."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from offline_tenant.cli.common import HomeOption, JsonOption, TenantOption, ask, show

exchange = typer.Typer(
    no_args_is_help=True, help="How Exchange's cmdlets behave where Microsoft's own behave in several ways."
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(exchange, name="exchange")


def _rows(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in found.items():
        yield name, value if isinstance(value, str) else json.dumps(value)


@exchange.command(name="show")
def show_exchange(
    *, home: HomeOption = None, tenant: TenantOption = None, as_json: JsonOption = False
) -> None:
    """Show how it behaves."""
    found = ask(home, "GET", "exchange", tenant=tenant)
    show(found, _rows(found), as_json=as_json)


@exchange.command(name="set")
def set_exchange(
    *,
    unknown_identity: Annotated[
        str | None,
        typer.Option(help="What Get- cmdlets give for an identity that nothing has: error or everything."),
    ] = None,
    validate_object_id: Annotated[
        bool | None, typer.Option(help="Whether New-ServicePrincipal wants an object id that Entra knows.")
    ] = None,
    dehydrated: Annotated[
        bool | None, typer.Option(help="Whether Enable-OrganizationCustomization has yet to be run.")
    ] = None,
    write_scope: Annotated[
        str | None,
        typer.Option(
            help="Recipient filter: nothing outside it can be changed. Empty text is no such scope."
        ),
    ] = None,
    home: HomeOption = None,
    tenant: TenantOption = None,
) -> None:
    """Let it behave otherwise in what is named."""
    given: dict[str, Any] = {
        "unknown_identity": unknown_identity,
        "validate_object_id": validate_object_id,
        "dehydrated": dehydrated,
        "write_scope": write_scope,
    }
    body = {name: None if value == "" else value for name, value in given.items() if value is not None}
    found = ask(home, "POST", "exchange", body, tenant=tenant)
    show(found, _rows(found), as_json=False)


@exchange.command()
def reset(*, home: HomeOption = None, tenant: TenantOption = None) -> None:
    """Let it behave as it begins."""
    ask(home, "DELETE", "exchange", tenant=tenant)
    found = ask(home, "GET", "exchange", tenant=tenant)
    show(found, _rows(found), as_json=False)
