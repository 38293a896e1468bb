"""Stand-ins for the APIs of GitHub and Azure DevOps, as far as issues and work items go; on real sockets."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.forge.stand_ins import ACTIONS, BUILD_SERVICE, TOKEN, Asked, Reply, StandIn, one_page

AGILE = {"New": "Proposed", "Active": "InProgress", "Closed": "Completed", "Removed": "Removed"}
QUERY = (
    "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project "
    "AND [System.Tags] CONTAINS 'mailgrant' ORDER BY [System.Id]"
)


@dataclass
class IssuesStandIn(StandIn):
    """The issues and pull requests of contoso/mail, in pages."""

    author: str = ACTIONS
    viewer: Any = ACTIONS  # what GraphQL calls whom the token is of
    found: dict[int, dict[str, Any]] = field(default_factory=dict)
    pages_at: str = ""  # another host for the next page
    minds_creator: bool = True

    def say(self, author: str | None, text: str | None, **more: Any) -> int:
        """Somebody opens an issue."""
        number = self.next_id()
        self.found[number] = {
            "number": number,
            "user": author and {"login": author},
            "title": "?",
            "body": text,
            "state": "open",
            "state_reason": None,
            "html_url": f"https://github.com/contoso/mail/issues/{number}",
        } | more
        return number

    @property
    def states(self) -> list[str]:
        return [one["state"] for one in self.found.values()]

    def do(self, asked: Asked) -> Reply:
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Reply(401, {"message": "Bad credentials", "status": "401"})
        if asked.path == "/graphql":
            return Reply(200, {"data": {"viewer": self.viewer and {"login": self.viewer}}})
        start, _, last = asked.path.rpartition("/")
        if asked.path == "/repos/contoso/mail/issues":
            return self._list(asked) if asked.method == "GET" else self._create(asked.body)
        if asked.method != "PATCH" or start != "/repos/contoso/mail/issues" or int(last) not in self.found:
            return Reply(404, {"message": "Not Found", "status": "404"})
        self.found[int(last)] |= asked.body
        return Reply(200, self.found[int(last)])

    def _create(self, body: Any) -> Reply:
        if len(body["body"]) > 65_536 or len(body["title"]) > 256:
            return Reply(422, {"message": "Validation Failed"})
        return Reply(201, self.found[self.say(self.author, body["body"], title=body["title"])])

    def _list(self, asked: Asked) -> Reply:
        """As GitHub does it: only open ones if nothing else is asked for, and pull requests among them."""
        state, [creator] = asked.query.get("state", ["open"])[0], asked.query["creator"]
        fits = [
            one
            for one in self.found.values()
            if state in {"all", one["state"]}
            and (not self.minds_creator or (one["user"] or {}).get("login") == creator)
        ]
        return one_page(asked, fits, self.pages_at or self.url)


@dataclass
class BoardsStandIn(StandIn):
    """The work items of the project "Mail Access", whose process knows tasks.

    Args:
        stores: what the server makes of a description that is Markdown.
    """

    author: str = BUILD_SERVICE
    server: str = "hosted"
    kinds: dict[str, dict[str, str]] = field(default_factory=lambda: {"Task": AGILE})
    items: dict[int, dict[str, Any]] = field(default_factory=dict)
    stores: Callable[[str], str] = lambda text: text

    def say(self, author: str, text: str | None, **more: str) -> int:
        """Somebody makes a work item."""
        number = self.next_id()
        fields = {
            "System.WorkItemType": "Task",
            "System.State": "New",
            "System.CreatedBy": {"id": author},
            "System.Tags": "mailgrant",
            "System.Description": text,
        }
        self.items[number] = {"id": number, "rev": 1, "fields": fields | more, "formats": {}}
        return number

    def fields(self, name: str) -> list[Any]:
        return [one["fields"].get(f"System.{name}") for one in self.items.values()]

    def do(self, asked: Asked) -> Reply:
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Reply(203, "<html>Azure DevOps Services | Sign In</html>")
        if asked.path == "/contoso/_apis/connectionData":
            assert asked.query["api-version"][0].endswith("-preview")
            return Reply(200, {"authenticatedUser": {"id": self.author}, "deploymentType": self.server})
        start = "/contoso/Mail Access/_apis/wit/"
        if not asked.path.startswith(start):
            return Reply(404, {"message": "TF200016: The following project does not exist"})
        return self._tracking(asked, asked.path.removeprefix(start).split("/"))

    def _tracking(self, asked: Asked, rest: list[str]) -> Reply:
        if rest == ["wiql"]:
            return self._query(asked.body)
        if rest == ["workitems"]:
            return self._list(asked)
        if rest[0] == "workitems":
            return self._change(asked, rest[1])
        states = self.kinds[rest[1]].items()
        return Reply(200, {"value": [{"name": name, "category": category} for name, category in states]})

    def _query(self, body: Any) -> Reply:
        assert body == {"query": QUERY}
        ours = [number for number, one in self.items.items() if self._is_tagged(one)]
        return Reply(200, {"workItems": [{"id": number} for number in ours]})

    @staticmethod
    def _is_tagged(one: dict[str, Any]) -> bool:
        return "mailgrant" in (one["fields"].get("System.Tags") or "").split("; ")

    def _list(self, asked: Asked) -> Reply:
        ids = [int(number) for number in asked.query["ids"][0].split(",")]
        assert len(ids) <= 200
        names = asked.query["fields"][0].split(",")
        assert asked.query["errorPolicy"] == ["omit"]
        return Reply(200, {"value": [self._shown(self.items.get(number), names) for number in ids]})

    @staticmethod
    def _shown(one: dict[str, Any] | None, names: list[str]) -> dict[str, Any] | None:
        if one is None:
            return None
        fields = {name: one["fields"][name] for name in names if one["fields"].get(name) is not None}
        return {"id": one["id"], "rev": one["rev"], "fields": fields}

    def _change(self, asked: Asked, what: str) -> Reply:
        if asked.headers.get("Content-Type") != "application/json-patch+json":
            return Reply(415, {"message": "Media type is not supported"})
        if asked.method == "POST":
            return self._create(what.removeprefix("$"), asked.body)
        one = self.items.get(int(what))
        if one is None:
            return Reply(404, {"message": "TF401232: Work item does not exist"})
        return self._apply(one, asked.body) or Reply(200, one)

    def _create(self, kind: str, operations: list[dict[str, Any]]) -> Reply:
        if kind not in self.kinds:
            return Reply(404, {"message": "VS402323: Work item type does not exist in project"})
        number = self.say(self.author, None, **{"System.WorkItemType": kind, "System.Tags": ""})
        self.items[number]["fields"]["System.State"] = next(iter(self.kinds[kind]))
        refused = self._apply(self.items[number], operations)
        if refused:
            del self.items[number]
        return refused or Reply(200, self.items[number])

    def _apply(self, one: dict[str, Any], operations: list[dict[str, Any]]) -> Reply | None:
        """All of them or none."""
        fields, formats = dict(one["fields"]), dict(one["formats"])
        for operation in operations:
            kind, _, name = operation["path"].removeprefix("/").partition("/")
            if operation["op"] == "test":
                if operation["value"] != one["rev"]:
                    return Reply(412, {"message": "TF26071: changed by someone else since you opened it."})
            elif kind == "fields":
                fields[name] = operation["value"]
            elif self.server != "hosted" or fields[name] == one["fields"].get(name):
                return Reply(400, {"message": "Operation of changing value type is not supported"})
            else:
                formats[name] = operation["value"]
                fields[name] = self.stores(fields[name])
        if fields["System.State"] not in self.kinds[fields["System.WorkItemType"]]:
            return Reply(400, {"message": "TF401320: Rule Error for field State."})
        one |= {"fields": fields, "formats": formats, "rev": one["rev"] + 1}
        return None
