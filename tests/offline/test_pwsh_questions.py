"""Cmdlets of the Exchange module that ask before they do something."""

import pytest
from psrpcore.types import PSInvocationState

from tests.offline.exchange_helper import APP_ID, ENTERPRISE_OBJECT_ID
from tests.offline.pwsh_exchange_helper import BILLING, GRANT, new_principal, records
from tests.offline.pwsh_helper import NULL_HOST, REAL_HOST, Client

pytest_plugins = ["tests.offline.pwsh_fixtures"]

YES, NO = 0, 2


@pytest.mark.parametrize(("answer", "left"), [(YES, 0), (1, 0), (NO, 1), (3, 1)])
def test_a_cmdlet_that_prompts_asks_the_host(client: Client, answer: int, left: int) -> None:
    new_principal(client)
    run = client.run("Remove-ServicePrincipal", APP_ID, host=REAL_HOST, answer=answer)
    assert run.questions == [
        f'Are you sure you want to perform this action?\nRemoving the service principal "{ENTERPRISE_OBJECT_ID}".'
    ]
    assert records(run) == []
    assert len(records(client.run("Get-ServicePrincipal"))) == left


def test_a_cmdlet_that_prompts_fails_where_nobody_can_be_asked(client: Client) -> None:
    new_principal(client)
    run = client.run("Remove-ServicePrincipal", APP_ID, host=NULL_HOST)
    assert run.state == PSInvocationState.Failed
    assert str(run.reason).startswith(
        "A command that prompts the user failed because the host program or the command type does not support user "
        "interaction."
    )
    assert len(records(client.run("Get-ServicePrincipal"))) == 1


def test_confirm_and_what_if_of_a_cmdlet_that_does_not_prompt(client: Client) -> None:
    new_principal(client)
    assert client.run("Add-MailboxPermission", **GRANT, Confirm=None, host=REAL_HOST, answer=NO).questions
    assert client.run("Add-MailboxPermission", **GRANT, WhatIf=None, host=REAL_HOST).questions == []
    assert len(records(client.run("Get-MailboxPermission", BILLING))) == 1
    assert client.run("Add-MailboxPermission", **GRANT, host=REAL_HOST).questions == []
    assert len(records(client.run("Get-MailboxPermission", BILLING))) == 2


def test_a_question_can_be_stopped(client: Client) -> None:
    new_principal(client)

    run = client.start("Remove-ServicePrincipal", APP_ID, host=REAL_HOST, answer=None)
    while not run.questions:
        client.pull()
    client.tell("Signal", run.pipeline.pipeline_id)
    client.finish(run)
    assert run.state == PSInvocationState.Stopped
    assert len(records(client.run("Get-ServicePrincipal"))) == 1


def test_what_if_shows_the_prompt_on_the_host_and_does_nothing(client: Client) -> None:
    new_principal(client)
    run = client.run("Remove-ServicePrincipal", APP_ID, WhatIf=None, host=REAL_HOST)
    assert run.host_lines == [f'What if: Removing the service principal "{ENTERPRISE_OBJECT_ID}".']
    assert run.questions == []
    assert client.run("Remove-ServicePrincipal", APP_ID, WhatIf=None, host=NULL_HOST).host_lines == []
    assert len(records(client.run("Get-ServicePrincipal"))) == 1
    assert client.run("Remove-ServicePrincipal", "nobody", WhatIf=None, host=REAL_HOST).errors


def test_verbose_tells_of_the_two_calls_of_a_question(client: Client) -> None:
    new_principal(client)
    run = client.run("Remove-ServicePrincipal", APP_ID, Verbose=None, host=REAL_HOST, answer=YES)
    assert run.verbose == ["Validation call to the server:", "Execution call to the server:"]
