"""Who answers at the sign-in addresses."""

from typing import Final

import jwt

from offline_tenant.entra.directory.errors import DirectoryError
from offline_tenant.entra.signin import (
    accounts,
    admin_consent,
    authorize,
    consent_pages,
    device_pages,
    discovery,
    errors,
    grants,
    visits,
)
from offline_tenant.entra.signin.errors import SignInError
from offline_tenant.entra.signin.request import read
from offline_tenant.web.call import Answer, Area, Call, Handler, Refusal, Route

AREA: Final = Area("signin", errors.area_error)


def _page_error(status: int, code: str, message: str) -> Answer:
    return Answer(status, consent_pages.failure(f"{code}: {message}"), visits.HEADERS)


PAGES: Final = Area("signin", _page_error)
BOTH: Final = ("GET", "POST")


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
    # The resource may have been named when the code was asked for.
    audience = jwt.decode(answer["access_token"], options={"verify_signature": False})["aud"]
    texts = {name: str(value) for name, value in (answer | times | {"resource": audience}).items()}
    return Answer(200, texts, errors.NO_STORE)


def _paged(handler: Handler) -> Handler:
    """The same for people: errors are pages."""

    def answer(call: Call) -> Answer:
        try:
            return handler(call)
        except SignInError as error:
            page = consent_pages.failure(errors.description(error, call))
            raise Refusal(Answer(error.status, page, visits.HEADERS)) from error
        except DirectoryError as error:
            # Such as an application that no replica knows yet.
            raise Refusal(_page_error(error.status, error.code, error.message)) from error

    return answer


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
        ("POST", "/{tenant}/oauth2/v2.0/devicecode", device_pages.issue),
        ("POST", "/{tenant}/oauth2/devicecode", device_pages.issue),
        ("GET", "/common/userrealm/{user}", accounts.user_realm),
        ("GET", "/oidc/userinfo", accounts.user_info),
        ("POST", "/oidc/userinfo", accounts.user_info),
    )
] + [
    Route(PAGES, method, template, _paged(handler))
    for templates, methods, handler in (
        (("/{tenant}/oauth2/v2.0/authorize", "/{tenant}/oauth2/authorize"), BOTH, authorize.authorize),
        (("/{tenant}/adminconsent", "/{tenant}/v2.0/adminconsent"), BOTH, admin_consent.page),
        (("/devicelogin",), ("GET",), device_pages.enter),
        ((device_pages.ANSWER_PAGE,), BOTH, device_pages.answer),
        (("/{tenant}/oauth2/v2.0/logout", "/{tenant}/oauth2/logout"), ("GET",), accounts.sign_out),
    )
    for method in methods
    for template in templates
]
