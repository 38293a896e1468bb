"""The command line: ``pwsh -NoProfile -NoLogo -s`` serves, ``pwsh -Version`` tells; everything else is refused."""

import sys

from offline_tenant.pwsh import VERSION

USAGE = 64  # EX_USAGE of sysexits.h
REFUSAL = (
    "pwsh (offline tenant): this is a stand-in for PowerShell that only serves Exchange Online sessions of mailgrant's "
    "offline tenant: pwsh -NoProfile -NoLogo -s, or pwsh -Version. It does not run: {}"
)


def main(arguments: list[str]) -> int:
    """Run, and give the exit code."""
    given = [argument.lower().lstrip("-") for argument in arguments]
    if given in (["version"], ["v"]):
        sys.stdout.write(f"PowerShell {VERSION}\n")
        return 0
    if set(given) <= {"noprofile", "nop", "nologo", "noninteractive", "noni", "s", "servermode"} and (
        {"s", "servermode"} & set(given)
    ):
        from offline_tenant.pwsh.server import serve  # noqa: PLC0415 - takes a tenth of a second

        return serve()
    sys.stderr.write(REFUSAL.format(" ".join(arguments) or "an interactive shell") + "\n")
    return USAGE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
