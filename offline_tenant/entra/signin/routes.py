"""Who answers at the sign-in addresses."""

from typing import Final

from offline_tenant.entra.signin import discovery, errors, grants
from offline_tenant.entra.signin.errors import SignInError
from offline_tenant.entra.signin.request import read
from offline_tenant.web.call import Answer, Area, Call, Handler, Refusal, Route

AREA: Final = Area("signin", errors.area_error)


def _refusing(handler: Handler) -> Handler:
    def answer(call: Call) -> Answer:
        try:
            return handler(call)
        except SignInError as error:
            raise Refusal(errors.answer(error, call)) from error

    return answer


def _token_v2(call: Call) -> Answer:
    return Answer(200, grants.issue(read(call)), errors.NO_STORE)


def _token_v1(call: Call) -> Answer:
    """As v2.0, with every value a text, and the resource and the times beside it."""
    request = read(call)
    answer = grants.issue(request)
    now = int(request.tenant.clock.now().timestamp())
    times = {"expires_on": now + answer["expires_in"], "not_before": now}
    texts = {name: str(value) for name, value in (answer | times).items()}
    return Answer(200, texts | {"resource": request.form.get("resource", "")}, errors.NO_STORE)


def _only_post(call: Call) -> Answer:
    raise SignInError(900561, method=call.method)


ROUTES: Final = [
    Route(AREA, method, template, _refusing(handler))
    for method, template, handler in (
        ("GET", "/metadata/endpoints", discovery.metadata),
        ("GET", "/common/discovery/instance", discovery.instance),
        ("GET", "/{tenant}/v2.0/.well-known/openid-configuration", discovery.openid_v2),
        ("GET", "/{tenant}/.well-known/openid-configuration", discovery.openid_v1),
        ("GET", "/{tenant}/discovery/v2.0/keys", discovery.keys),
        ("GET", "/{tenant}/discovery/keys", discovery.keys),
        ("POST", "/{tenant}/oauth2/v2.0/token", _token_v2),
        ("GET", "/{tenant}/oauth2/v2.0/token", _only_post),
        ("POST", "/{tenant}/oauth2/token", _token_v1),
        ("GET", "/{tenant}/oauth2/token", _only_post),
    )
]
