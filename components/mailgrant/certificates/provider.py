"""The provider behind certificates that a stack makes for itself.

Frozen: Pulumi stores this module's path and the name of its class in the state of every stack.
The class holds nothing: it is pickled by reference.
"""

from typing import Any, ClassVar

from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, DiffResult, ReadResult, ResourceProvider
from pulumi.runtime.rpc import UNKNOWN

from mailgrant.certificates.inputs import INPUTS, moment, problems
from mailgrant.certificates.keys import generate
from mailgrant.errors import SetupError

Properties = dict[str, Any]


class ClientCertificateProvider(ResourceProvider):
    """Properties: ``subject``, ``not_before``, ``not_after``, ``key_size``; the id is the SHA-256 thumbprint.

    ``certificate``, ``private_key``, ``thumbprint`` and ``thumbprint_sha256`` are made once. Nothing but the state
    holds the private key.
    """

    # Nothing is captured, so nothing in the pickle is secret; marking it so would cost an encryption a resource.
    serialize_as_secret_always: ClassVar[bool] = False  # type: ignore[misc]

    def check(self, _olds: Properties, news: Properties) -> CheckResult:
        """Refuse what no certificate can be made of, all of it at once."""
        told = {place: said for place, said in problems(news).items() if news.get(place) != UNKNOWN}
        return CheckResult(news, [CheckFailure(place, problem) for place, problem in told.items()])

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """A certificate cannot change: its successor is made first, so that consumers have time to change over."""
        replaces = [name for name in INPUTS if olds.get(name) != news.get(name)]
        return DiffResult(changes=bool(replaces), replaces=replaces, delete_before_replace=False)

    def create(self, props: Properties) -> CreateResult:
        """Make the key and its certificate."""
        starts, ends = moment(props["not_before"]), moment(props["not_after"])
        # Numbers cross Pulumi's wire as floats.
        made = generate(props["subject"], starts, ends, int(props["key_size"]))
        told = {
            "certificate": made.public.pem,
            "private_key": made.private_key,
            "thumbprint": made.public.thumbprint,
            "thumbprint_sha256": made.public.thumbprint_sha256,
        }
        return CreateResult(made.public.thumbprint_sha256, {**_inputs(props), **told})

    def read(self, id_: str, props: Properties) -> ReadResult:
        """The state itself: there is nobody else to ask.

        Raises:
            SetupError: somebody tries to import one.
        """
        if not props.get("private_key"):
            raise SetupError(
                f"a ClientCertificate cannot be imported ({id_}): only the state that it was made in has its private key",
                "Let the stack make a new one, or give the certificate that you have to the application itself.",
            )
        return ReadResult(id_, dict(props), _inputs(props))


def _inputs(props: Properties) -> Properties:
    return {name: props[name] for name in INPUTS}
