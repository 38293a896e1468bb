"""Who answers at the sign-in addresses."""

from collections.abc import Sequence
from dataclasses import replace
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

TOO_LONG: Final = 413


def _wrong_method(call: Call, allowed: Sequence[str]) -> Answer:
    return errors.answer(errors.wrong_method(call, allowed), call)


def _too_long(call: Call) -> Answer:
    return replace(errors.answer(SignInError(90013), call), status=TOO_LONG)


AREA: Final = Area(
    "signin",
    errors.area_error,
    wrong_method=_wrong_method,
    too_long=_too_long,
    stamp=errors.stamp,
    codes=errors.CODES,
)


def _page_error(status: int, code: str, message: str) -> Answer:
    return Answer(status, consent_pages.failure(f"{code}: {message}"), visits.HEADERS)


def _page(call: Call, error: SignInError) -> Answer:
    return Answer(error.status, consent_pages.failure(errors.description(error, call)), visits.HEADERS)


def _wrong_method_of_page(call: Call, allowed: Sequence[str]) -> Answer:
    return _page(call, errors.wrong_method(call, allowed))


def _too_long_for_page(call: Call) -> Answer:
    return replace(_page(call, SignInError(90013)), status=TOO_LONG)


PAGES: Final = Area(
    "signin",
    _page_error,
    wrong_method=_wrong_method_of_page,
    too_long=_too_long_for_page,
    codes=errors.CODES,
)
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
            raise Refusal(_page(call, error)) from error
        except DirectoryError as error:
            # Such as an application that no replica knows yet.
            raise Refusal(_page_error(error.status, error.code, error.message)) from error

    return answer


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
        ("POST", "/{tenant}/oauth2/token", _token_v1),
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
