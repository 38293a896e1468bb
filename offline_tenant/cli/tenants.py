"""Tenants, mailboxes, and issuers of federated assertions."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from offline_tenant.cli.common import HomeOption, JsonOption, TenantOption, ask, fail, plain_errors, show

tenant = typer.Typer(no_args_is_help=True, help="Further tenants in the same process.")
mailbox = typer.Typer(no_args_is_help=True, help="Mailboxes of the tenant.")
issuer = typer.Typer(no_args_is_help=True, help="Issuers of federated assertions, such as a CI system.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(mailbox, name="mailbox")
    app.add_typer(tenant, name="tenant")
    app.add_typer(issuer, name="issuer")


@tenant.command(name="add")
def add_tenant(
    *,
    organization: Annotated[str, typer.Option(help="Its initial domain, such as fabrikam.onmicrosoft.com.")],
    domain: Annotated[
        list[str] | None, typer.Option(help="A further domain; the last one stands in the mail addresses.")
    ] = None,
    cloud: Annotated[str, typer.Option(help="global, usgov-high, usgov-dod or china.")] = "global",
    home: HomeOption = None,
) -> None:
    """Add a tenant with a small company of its own; automation signs in with the same id and secret."""
    body = {"organization": organization, "domains": domain or [], "cloud": cloud}
    found = ask(home, "POST", "tenants", body)
    typer.echo(f"The tenant {found['organization']} is there: {found['id']}")
    typer.echo(
        f'Point this shell at it with: eval "$(mailgrant offline env --tenant {found["organization"]})"'
    )


@tenant.command(name="list")
def list_tenants(*, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show the tenants, the first one first."""
    found = ask(home, "GET", "tenants")
    show(found, ([one["id"], one["cloud"], " ".join(one["domains"])] for one in found), as_json=as_json)


@mailbox.command(name="add")
def add_mailbox(
    address: Annotated[str, typer.Argument(help="Its primary SMTP address, in a domain of the tenant.")],
    *,
    name: Annotated[
        str | None, typer.Option(help="What people see.", show_default="the part before @")
    ] = None,
    kind: Annotated[str, typer.Option("--type", help="Exchange's RecipientTypeDetails.")] = "SharedMailbox",
    alias: Annotated[list[str] | None, typer.Option(help="A further address.")] = None,
    home: HomeOption = None,
    tenant: TenantOption = None,
) -> None:
    """Give the tenant one more mailbox, a shared one unless told otherwise, and the account behind it."""
    body = {"address": address, "name": name, "type": kind, "aliases": alias or []}
    ask(home, "POST", "mailboxes", body, tenant=tenant)
    typer.echo(f"The offline tenant has a mailbox {address}.")


@mailbox.command(name="list")
def list_mailboxes(
    *, home: HomeOption = None, tenant: TenantOption = None, as_json: JsonOption = False
) -> None:
    """Show the mailboxes of the tenant."""
    found = ask(home, "GET", "mailboxes", tenant=tenant)
    show(found, ([one["address"], one["type"], one["name"]] for one in found), as_json=as_json)


@mailbox.command(name="remove")
def remove_mailbox(
    address: Annotated[str, typer.Argument(help="One of its addresses.")],
    *,
    home: HomeOption = None,
    tenant: TenantOption = None,
) -> None:
    """Take a mailbox away, with its mail, its permissions and the account behind it."""
    ask(home, "DELETE", "mailboxes", tenant=tenant, address=address)
    typer.echo(f"The offline tenant has no mailbox {address} any more.")


@issuer.command()
def trust(
    url: Annotated[str, typer.Argument(metavar="ISSUER", help="As its assertions name it in iss.")],
    *,
    keys: Annotated[Path, typer.Option(help="File with its JSON Web Key Set; - is standard input.")],
    home: HomeOption = None,
) -> None:
    """Let the tenant know an issuer's public keys, which Entra would fetch from the internet."""
    ask(home, "POST", "issuers", {"issuer": url, "keys": _keys(keys)})
    typer.echo(f"The offline tenant knows the keys of {url}.")


def _keys(path: Path) -> Any:
    try:
        with plain_errors():
            text = sys.stdin.read() if str(path) == "-" else path.read_text()
        return json.loads(text)["keys"]
    except (ValueError, KeyError, TypeError) as error:
        fail(f'{path}: expected a JSON Web Key Set, {{"keys": […]}}', error)


@issuer.command(name="list")
def list_issuers(*, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show the issuers that are known, with the ids of their keys."""
    found = ask(home, "GET", "issuers")
    show(found, ([one["issuer"], " ".join(map(str, one["keys"]))] for one in found), as_json=as_json)


@issuer.command()
def forget(
    url: Annotated[str, typer.Argument(metavar="ISSUER", help="As trust was told.")],
    *,
    home: HomeOption = None,
) -> None:
    """Believe an issuer no more."""
    ask(home, "DELETE", "issuers", issuer=url)
    typer.echo(f"The offline tenant knows the keys of {url} no more.")
