"""Identity providers outside whose assertions the installation can check."""

from typing import Final

from offline_tenant.control.bodies import Issuer
from offline_tenant.control.frame import Row, done, read, refusal
from offline_tenant.entra.signin import issuers
from offline_tenant.web.call import Answer, Call

KIND: Final = "issuers"


def _issuers(call: Call) -> Answer:
    known = call.installation.store.collection("", KIND).all()
    return Answer(
        200, [{"issuer": one["issuer"], "keys": [key.get("kid") for key in one["keys"]]} for one in known]
    )


def _trust(call: Call) -> Answer:
    wanted = read(call, Issuer)
    try:
        issuers.trust(call.installation.store, wanted.issuer, {"keys": wanted.keys})
    except ValueError as error:
        raise refusal(400, f"keys: {error}") from error
    return _issuers(call)


def _forget(call: Call) -> None:
    issuer = call.query.get("issuer", "")
    if not call.installation.store.collection("", KIND).delete(issuer):
        raise refusal(404, f"there is no issuer {issuer!r}")


ROWS: Final = (
    Row("GET", "issuers", _issuers, "the issuers whose keys are known, with the ids of the keys"),
    Row("POST", "issuers", _trust, "know the keys of one more, or its new ones"),
    Row("DELETE", "issuers", done(_forget), "forget one: ?issuer=", ("issuer",)),
)
