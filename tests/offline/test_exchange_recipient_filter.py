"""Recipient filters: what they select, how they are refused, and that nothing else ever comes of them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_tenant.exchange import recipient_filter
from offline_tenant.exchange.errors import CmdletError
from offline_tenant.exchange.groups import SECURITY, add_group
from offline_tenant.exchange.mailboxes import add_mailbox
from offline_tenant.exchange.names import distinguished_name
from offline_tenant.exchange.recipient_filter import Comparison, Filter, Not, Several
from offline_tenant.state.tenant import Installation, Tenant


def with_recipients(tenant: Tenant) -> None:
    adele = add_mailbox(tenant, "adele@contoso.com", "Adele Vance", aliases=("vance@contoso.com",))
    tenant.documents("mailboxes").replace(
        adele["Guid"], adele | {"CustomAttribute1": "O'Neil", "CustomAttribute2": ""}
    )
    add_mailbox(tenant, "alex@contoso.com", "Alex Wilber")
    billing = add_mailbox(tenant, "billing@contoso.com", "Billing", "SharedMailbox")
    senders = add_group(tenant, "senders@contoso.com", "Senders", SECURITY, (billing["Sid"],))
    add_group(tenant, "outer, group@contoso.com", "Outer", SECURITY, (senders["Sid"], adele["Sid"]))


def selected(tenant: Tenant, text: str) -> str:
    wanted = recipient_filter.parse(text)
    return " ".join(
        mailbox["Alias"]
        for mailbox in tenant.documents("mailboxes").all()
        if recipient_filter.matches(tenant, wanted, mailbox)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Alias -eq 'adele'", "adele"),
        ("alias -EQ 'ADELE'", "adele"),
        ('Alias -eq "adele"', "adele"),
        ("Alias -eq adele", "adele"),
        ("(Alias -eq 'adele')", "adele"),
        ("Alias -ne 'adele'", "alex billing"),
        ("Alias -like 'a*'", "adele alex"),
        ("Alias -like '*l*'", "adele alex billing"),
        ("Alias -like 'a.*'", ""),
        ("Alias -notlike 'a*'", "billing"),
        ("PrimarySmtpAddress -eq 'alex@contoso.com'", "alex"),
        ("EmailAddresses -eq 'smtp:vance@contoso.com'", "adele"),
        ("EmailAddresses -eq 'vance@contoso.com'", "adele"),
        ("EmailAddresses -like '*@contoso.com'", "adele alex billing"),
        ("RecipientTypeDetails -eq 'SharedMailbox'", "billing"),
        ("RecipientType -eq 'UserMailbox'", "adele alex billing"),
        ("CustomAttribute1 -eq 'O''Neil'", "adele"),
        ('CustomAttribute1 -eq "O\'Neil"', "adele"),
        ("CustomAttribute1 -eq $null", "alex billing"),
        ("CustomAttribute1 -ne $null", "adele"),
        ("CustomAttribute2 -eq $Null", "adele alex billing"),
        ("DisplayName -eq 'Alex Wilber' -or DisplayName -eq 'Billing'", "alex billing"),
        # -and binds closer than -or
        ("Alias -eq 'adele' -or Alias -like 'b*' -and RecipientTypeDetails -eq 'UserMailbox'", "adele"),
        ("(Alias -eq 'adele' -or Alias -like 'b*') -and RecipientTypeDetails -eq 'SharedMailbox'", "billing"),
        ("-not (Alias -eq 'adele')", "alex billing"),
        ("-not(Alias -eq 'adele')", "alex billing"),
        ("!(Alias -eq 'adele') -and -not -not Alias -like 'a*'", "alex"),
        ("  ((  Alias  -eq  'adele'  ))  ", "adele"),
        ("MemberOfGroup -eq '{senders}'", "billing"),
        ("MemberOfGroup -ne '{senders}'", "adele alex"),
        # direct members only, and the comma in a name is escaped
        ("MemberOfGroup -eq '{outer, group}'", "adele"),
        ("MemberOfGroup -eq 'CN=nothing,DC=COM'", ""),
    ],
)
def test_a_filter_selects(tenant: Tenant, text: str, expected: str) -> None:
    with_recipients(tenant)
    for name in ("senders", "outer, group"):
        text = text.replace(f"{{{name}}}", distinguished_name(tenant, name).lower())
    assert selected(tenant, text) == expected


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("", "Invalid filter syntax", 1),
        ("   ", "Invalid filter syntax", 1),
        ("Alias", "Invalid filter syntax", 6),
        ("Alias -eq", "Invalid filter syntax", 10),
        ("Alias -is 'x'", "Invalid filter syntax", 7),
        ("Alias = 'x'", "Invalid filter syntax", 6),
        ("Alias -eq 'x", "Invalid filter syntax", 10),
        ("Alias -eq 'x' Alias -eq 'y'", "Invalid filter syntax", 15),
        ("(Alias -eq 'x'", "Invalid filter syntax", 15),
        ("Alias -eq 'x')", "Invalid filter syntax", 14),
        ("Alias -eq 'x' -and", "Invalid filter syntax", 19),
        ("-and Alias -eq 'x'", "Invalid filter syntax", 1),
        ("'x' -eq Alias", "Invalid filter syntax", 2),
        ("Alias -eq $x", "Invalid filter syntax", 10),
        ("Alis -eq 'x'", '"Alis" is not a recognized filterable property', 1),
        ("Alias -eq 'x' -or City -eq 'y'", '"City" is not a recognized filterable property', 19),
        ("(" * 5000 + "Alias -eq 'x'", "Invalid filter syntax", 51),
        ("-not " * 5000 + "Alias -eq 'x'", "Invalid filter syntax", 251),
    ],
)
def test_what_is_no_filter_is_refused_with_its_place(text: str, message: str, position: int) -> None:
    with pytest.raises(CmdletError) as caught:
        recipient_filter.parse(text, "RecipientRestrictionFilter")
    assert caught.value.message.startswith(
        "Cannot bind parameter 'RecipientRestrictionFilter' to the target. Exception setting "
    )
    assert message in caught.value.message
    assert caught.value.message.endswith(f'" at position {position}."')


@pytest.mark.parametrize("operator", ["-gt", "-LT", "-match"])
def test_operators_that_only_microsoft_knows_are_refused_by_name(operator: str) -> None:
    with pytest.raises(CmdletError, match=rf"does not emulate the operator {operator} in a filter"):
        recipient_filter.parse(f"Alias {operator} 'x'")


COMPARISONS = st.builds(
    Comparison,
    st.sampled_from(sorted(recipient_filter.PROPERTIES)),
    st.sampled_from(recipient_filter.OPERATORS),
    st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)


def joined(inner: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    several = st.builds(Several, st.booleans(), st.lists(inner, min_size=2, max_size=4).map(tuple))
    return st.builds(Not, inner) | several


FILTERS = st.recursive(COMPARISONS, joined, max_leaves=12)


def written(wanted: Filter) -> str:
    if isinstance(wanted, Not):
        return f"-not ({written(wanted.inner)})"
    if isinstance(wanted, Several):
        return (" -and " if wanted.all else " -or ").join(f"({written(part)})" for part in wanted.parts)
    value = "$null" if wanted.value is None else "'" + wanted.value.replace("'", "''") + "'"
    return f"{wanted.name} {wanted.operator} {value}"


@given(FILTERS)
def test_every_filter_is_read_back_as_it_was_written(wanted: Filter) -> None:
    assert recipient_filter.parse(written(wanted)) == wanted


@given(FILTERS)
def test_a_filter_and_its_opposite_part_the_recipients(wanted: Filter) -> None:
    installation = Installation(":memory:")
    tenant = installation.add_tenant("0ff11ce0-7e4a-4b1d-9c3e-c0a750000001", ["contoso.com"])
    with_recipients(tenant)
    for mailbox in tenant.documents("mailboxes").all():
        fits = recipient_filter.matches(tenant, wanted, mailbox)
        assert recipient_filter.matches(tenant, Not(wanted), mailbox) is not fits
        if found := recipient_filter.equality(wanted, ("Alias",)):
            assert not fits or mailbox["Alias"].casefold() == found[1].casefold()
    installation.store.close()


@given(st.text(max_size=60) | st.text("()'\"-eqandortl $AiasN!*", max_size=40))
def test_any_text_is_a_filter_or_an_error_of_the_cmdlet(text: str) -> None:
    with suppress(CmdletError):
        recipient_filter.parse(text)
