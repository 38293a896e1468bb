"""Work items of a project of Azure DevOps.

Sources: learn.microsoft.com/rest/api/azure/devops/wit (Wiql - Query By Wiql; Work Items - List, Create, Update, with the
operation ``test`` on ``/rev``; Work Item Type States - List, with the category of each), and
learn.microsoft.com/azure/devops/organizations/settings/work/object-limits.

No document says these, so nothing rests on them:

- how a long text becomes Markdown: ``/multilineFieldsFormat/System.Description``, which Microsoft's own
  github.com/microsoft/azure-devops-mcp sets, and which has to come with a text that is new (its issue 775); servers of
  one's own seem to refuse it (its issue 1166), and get the same text as it is, in HTML;
- whether the server keeps Markdown letter by letter, comments of HTML above all: so the marker can be seen, and tells
  whether the text is the one that we wrote;
- the status of a ``test`` that fails: 409 and 412 are taken for it, and TF26071 of any status.
"""

import html
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote

from mailgrant.errors import ForgeError
from mailgrant.forge.answers import reading
from mailgrant.forge.api import NO_ANSWER, TIMEOUT, Api
from mailgrant.forge.azure_api import HEADERS, NAME, SIGN_INS, VERSION, connection
from mailgrant.forge.issue_pages import Page, told
from mailgrant.forge.issues import Issue
from mailgrant.forge.projects import AzureDevOpsProject

TAG: Final = "mailgrant"
QUERY: Final = (
    "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project "
    "AND [System.Tags] CONTAINS 'mailgrant' ORDER BY [System.Id]"
)
BATCH: Final = 200  # "Maximum 200 ids"
TYPE, STATE, AUTHOR, TEXT = (
    f"System.{name}" for name in ("WorkItemType", "State", "CreatedBy", "Description")
)
FIELDS: Final = f"{TYPE},{STATE},{AUTHOR},{TEXT}"
LONGEST: Final = 150_000  # letters; a long text takes 1,000,000, and HTML may write one letter as five
HOSTED: Final = "hosted"
CLOSED: Final = frozenset({"Completed", "Removed"})  # categories of states
WANTED: Final = {True: ("Proposed", "InProgress"), False: ("Completed",)}
CHANGED: Final = "TF26071"  # "This work item has been changed by someone else since you opened it."
CONFLICT: Final = 409
SIGNED: Final = "\n---\nThis line is how mailgrant finds this work item again: `{marker}`\n"
ASIDE: Final = "Work item {id} says the same, and is older."

_PERMISSION: Final = (
    'Give the build service "Edit work items in this node": Project settings → Project configuration → Areas → the area → '
    "Security → PROJECT Build Service (ORGANIZATION)."
)
REMEDIES: Final = {
    **SIGN_INS,
    400: (
        "The project's process may ask for other fields, or not let a work item into that state. Another type is given with "
        '--work-item-type. The first work item brings the tag mailgrant, which needs the permission "Create tag definition".'
    ),
    403: _PERMISSION,
    404: (
        "Is there such a project, and such a type of work items in it (--work-item-type)? A token without rights gets the "
        f"same answer. {_PERMISSION}"
    ),
}

Operations = list[dict[str, Any]]


class AzureBoards:
    """The work items of a project of Azure DevOps.

    Args:
        place: where they are, and who asks.
        timeout: seconds to connect and to answer.
    """

    def __init__(self, place: AzureDevOpsProject, timeout: tuple[float, float] = TIMEOUT) -> None:
        self._api = Api(NAME, place.collection, HEADERS, remedy, place.token, timeout)
        patch = {**HEADERS, "Content-Type": "application/json-patch+json"}
        self._changes = replace(self._api, headers=patch)
        self._type = place.work_item_type
        self._project = f"/{quote(place.project, safe='')}"
        self._wit = f"{self._project}/_apis/wit"
        self._page = f"{place.collection}{self._project}/_workitems/edit"
        self._categories: dict[str, dict[str, str]] = {}

    @cached_property
    def _connection(self) -> Mapping[str, Any]:
        return connection(self._api)

    @property
    def authors(self) -> tuple[str, ...]:
        """The build service, or whoever else the token is of, by id."""
        return (self._connection["author"],)

    def issues(self, author: str) -> Iterator[Issue]:
        """All that somebody opened and that has our tag."""
        ids = self._ids()
        for start in range(0, len(ids), BATCH):
            given = ",".join(map(str, ids[start : start + BATCH]))
            answer = self._api.ask(
                "GET", f"{self._wit}/workitems?ids={given}&fields={FIELDS}&errorPolicy=omit&{VERSION}"
            )
            with reading(NAME):
                # What was deleted meanwhile is null.
                found = [one for one in answer.body["value"] if one and _author(one) == author]
            yield from map(self._issue, found)

    def _ids(self) -> list[int]:
        answer = self._api.ask("POST", f"{self._wit}/wiql?{VERSION}", {"query": QUERY}, harmless=True)
        with reading(NAME):
            return [int(one["id"]) for one in answer.body["workItems"]]

    def _issue(self, one: Mapping[str, Any]) -> Issue:
        with reading(NAME):
            fields, number = one["fields"], int(one["id"])
            text, kind, state = str(fields.get(TEXT) or ""), str(fields[TYPE]), str(fields[STATE])
            author, revision = _author(one), int(one["rev"])
        is_open = self._states(kind).get(state) not in CLOSED
        url = f"{self._page}/{number}"
        return Issue(number, author, is_open, told(text), text, url, kind, revision)

    def _states(self, kind: str) -> dict[str, str]:
        """The states of a type of work items in their order, each with its category."""
        if kind not in self._categories:
            answer = self._api.ask(
                "GET", f"{self._wit}/workitemtypes/{quote(kind, safe='')}/states?{VERSION}"
            )
            with reading(NAME):
                self._categories[kind] = {
                    str(one["name"]): str(one["category"]) for one in answer.body["value"]
                }
        return self._categories[kind]

    def says(self, issue: Issue, page: Page) -> bool:
        """As far as its marker tells."""
        return issue.told == page.told

    def post(self, page: Page) -> Issue:
        """A new work item, in the first state of its type."""
        change = [_add("System.Title", page.title), _add("System.Tags", TAG), *self._text(_signed(page))]
        path = f"{self._wit}/workitems/${quote(self._type, safe='')}?{VERSION}"
        return self._issue(self._changes.ask("POST", path, change).body)

    def edit(self, issue: Issue, page: Page, *, is_open: bool) -> None:
        """Replace what a work item says, and open or close it; its title, tags and area are whose they may be."""
        text = [] if self.says(issue, page) else self._text(_signed(page))
        self._change(issue, text, is_open=is_open)

    def set_aside(self, issue: Issue, kept: Issue) -> None:
        """Close a work item for the sake of another; to delete one takes another permission."""
        self._change(issue, self._text(ASIDE.format(id=kept.id)), is_open=False)

    def _change(self, issue: Issue, text: Operations, *, is_open: bool) -> None:
        test = {"op": "test", "path": "/rev", "value": issue.revision}
        state = [] if issue.is_open == is_open else [_add(STATE, self._state(issue.kind, is_open=is_open))]
        try:
            self._changes.ask("PATCH", f"{self._wit}/workitems/{issue.id}?{VERSION}", [test, *text, *state])
        except ForgeError as error:
            if CHANGED in error.message:
                raise ForgeError(CONFLICT, error.message, error.remedy) from error
            raise

    def _state(self, kind: str, *, is_open: bool) -> str:
        states = self._states(kind)
        for category in WANTED[is_open]:
            for name, found in states.items():
                if found == category:
                    return name
        problem = f"no state of a {kind} is of the category {WANTED[is_open][0]}"
        raise ForgeError(NO_ANSWER, problem, "Give another type with --work-item-type.")

    def _text(self, text: str) -> Operations:
        if self._connection["server"].lower() == HOSTED:
            return [
                _add(TEXT, text),
                {"op": "add", "path": f"/multilineFieldsFormat/{TEXT}", "value": "Markdown"},
            ]
        return [_add(TEXT, f"<pre>{html.escape(text)}</pre>")]


def remedy(status: int) -> str:
    """What to do about a refusal."""
    return REMEDIES.get(status, "")


def _add(name: str, value: str) -> dict[str, Any]:
    return {"op": "add", "path": f"/fields/{name}", "value": value}


def _signed(page: Page) -> str:
    return page.content + SIGNED.format(marker=page.marker)


def _author(one: Mapping[str, Any]) -> str:
    return str(one["fields"][AUTHOR]["id"])
