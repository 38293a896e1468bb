"""The commands of ``mailgrant offline``; the typer application is ``app``."""

from typing import Final

import typer

from offline_tenant.cli import calls, clock, exchange, lag, limits, process, state, tenants, throttle

__all__ = ["app"]

HELP: Final = (
    "A Microsoft 365 tenant on this machine, for demos, tests and trying things out.\n\n"
    "It answers as Entra, Microsoft Graph, Exchange and its mail servers do, keeps what it is told in one folder, "
    "and reaches nobody else. Begin with: mailgrant offline start, then "
    'eval "$(mailgrant offline env)".'
)
EPILOG: Final = (
    "Exit codes: 0 done, 1 it could not be done (the reason stands on stderr), 2 wrong usage, "
    "3 not running (status only)."
)

app = typer.Typer(no_args_is_help=True, help=HELP, epilog=EPILOG, pretty_exceptions_enable=False)
for module in (process, state, calls, clock, lag, limits, throttle, exchange, tenants):
    module.register(app)
