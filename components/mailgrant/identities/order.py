"""Which identity is taken: the first in the azuread provider's order that is switched on and complete.

The order is that of ``NewAuthorizerFromCredentials`` in hashicorp/go-azure-sdk, which the provider calls. A source that
is only half set is passed over there, and here; whatever of it is wrong once it was taken, is an error.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mailgrant.errors import SetupError
from mailgrant.identities import assertions, azure_cli, certificates
from mailgrant.identities.azure_cli import AzureCli
from mailgrant.identities.managed_identity import ManagedIdentity
from mailgrant.identities.proofs import Assertion, Proof, Secret
from mailgrant.identities.settings import Settings, label

WHO: Final = ("tenant", "client")
PIPELINE: Final = (*WHO, "oidc_url", "oidc_bearer")


@dataclass(frozen=True)
class Source:
    """One way to sign in.

    Args:
        name: for people, as in docs/configuration.md.
        needs: settings that must be there; of each inner tuple, one.
        switches: settings of which one must be on; none if it is always allowed.
        proof: makes it; gets the settings and what was passed over.
    """

    name: str
    needs: tuple[tuple[str, ...], ...]
    switches: tuple[str, ...]
    proof: Callable[[Settings, str], Proof]


def _all(*names: str) -> tuple[tuple[str, ...], ...]:
    return tuple((name,) for name in names)


OIDC: Final = ("use_oidc", "use_aks")
ORDER: Final = (
    Source(
        "client certificate",
        (*_all(*WHO), ("certificate", "certificate_file")),
        (),
        lambda settings, _: certificates.load(settings),
    ),
    Source(
        "client secret",
        (*_all(*WHO), ("secret", "secret_file")),
        (),
        lambda settings, _: Secret(settings.secret()),
    ),
    Source(
        "OIDC token",
        (*_all(*WHO), ("oidc_token", "oidc_token_file")),
        OIDC,
        lambda settings, _: Assertion(assertions.given(settings)),
    ),
    Source(
        "Azure DevOps",
        _all(*PIPELINE, "ado_connection"),
        OIDC,
        lambda settings, _: Assertion(assertions.azure_devops(settings)),
    ),
    Source(
        "GitHub Actions",
        _all(*PIPELINE),
        OIDC,
        lambda settings, _: Assertion(assertions.github_actions(settings)),
    ),
    Source("managed identity", (), ("use_msi",), lambda settings, _: ManagedIdentity(settings)),
    Source(
        "Azure CLI",
        (),
        ("use_cli",),
        lambda settings, passed: AzureCli(settings.tenant(), settings.environment, passed),
    ),
)
DEFAULT_ON: Final = frozenset({"use_cli"})


def choose(settings: Settings) -> tuple[str, Proof]:
    """The name of the source that is taken, and its proof.

    Raises:
        SetupError: none is complete, with all that is missing; or the one that was taken is wrong.
    """
    passed: list[str] = []
    for source in ORDER:
        if not (lack := _lack(source, settings)):
            return source.name, source.proof(settings, "\n".join(passed))
        passed.append(f"  - {source.name}: {lack}")
    raise SetupError(
        "\n".join(["no identity to sign in to Exchange with; looked at, in this order:", *passed]),
        'Set one as for the azuread provider (docs/configuration.md); for the offline tenant: eval "$(mailgrant offline env)"',
    )


def _lack(source: Source, settings: Settings) -> str:
    """What keeps a source from being taken; empty if nothing does."""
    if source.switches and not any(settings.flag(one, default=one in DEFAULT_ON) for one in source.switches):
        return f"switched off: none of {', '.join(label(one) for one in source.switches)} is true"
    if source.name == "Azure CLI" and azure_cli.find(settings.environment) is None:
        return "there is no az on PATH"
    missing = [one for one in source.needs if not any(_there(settings, name) for name in one)]
    return (
        f"{', '.join(' or '.join(label(name) for name in one) for one in missing)} not set" if missing else ""
    )


def _there(settings: Settings, name: str) -> bool:
    found = {"tenant": settings.tenant, "client": settings.client, "oidc_token_file": settings.token_files}
    return bool(found[name]() if name in found else settings.text(name))
