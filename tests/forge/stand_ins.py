"""Stand-ins for the APIs of GitHub and Azure DevOps, as far as comments on a pull request go; on real sockets."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
ACTIONS = "github-actions[bot]"
BUILD_SERVICE = "00000000-0000-4000-8000-0000000000b5"
PERSON = "00000000-0000-4000-8000-00000000beef"


@dataclass(frozen=True)
class Asked:
    """A request that a stand-in got."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: Any

    @property
    def key(self) -> str:
        return f"{self.method} {self.path.rpartition('/')[2]}"


@dataclass(frozen=True)
class Reply:
    """An answer; without a status the connection is closed instead."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


LOST = Reply(0)
Fault = Callable[[Asked], Reply | None]


@dataclass
class StandIn:
    """A pull request somewhere, and what goes wrong there.

    Args:
        before: looks at each request first; what it replies, is not done.
        after: replies in place of what was done.
    """

    author: str
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    before: Fault = lambda _: None
    after: Fault = lambda _: None
    last: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def next_id(self) -> int:
        self.last += 1
        return self.last

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        if (fault := self.before(asked)) is not None:
            return fault
        with self.lock:
            done = self.do(asked)
        return self.after(asked) or done

    def do(self, asked: Asked) -> Reply:
        raise NotImplementedError

    @property
    def written(self) -> list[str]:
        """What was asked for besides reading."""
        return [asked.method for asked in self.asked if asked.method != "GET"]


@dataclass
class GitHubStandIn(StandIn):
    """The comments of pull request 7 of contoso/mail, in pages."""

    author: str = ACTIONS
    found: dict[int, dict[str, Any]] = field(default_factory=dict)
    pages_at: str = ""  # another host for the next page

    def say(self, author: str, text: str) -> int:
        """Somebody comments."""
        number = self.next_id()
        url = f"https://github.com/contoso/mail/pull/7#issuecomment-{number}"
        moment = "2027-01-01T00:00:00Z"
        self.found[number] = {
            "id": number,
            "user": {"login": author},
            "body": text,
            "html_url": url,
            "created_at": moment,
            "updated_at": moment,
        }
        return number

    def texts(self, author: str = ACTIONS) -> list[str]:
        return [one["body"] for one in self.found.values() if (one["user"] or {}).get("login") == author]

    def do(self, asked: Asked) -> Reply:
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Reply(401, {"message": "Bad credentials", "status": "401"})
        if asked.path == "/repos/contoso/mail/issues/7/comments":
            return self._list(asked) if asked.method == "GET" else self._create(asked.body)
        start, _, number = asked.path.rpartition("/")
        if start != "/repos/contoso/mail/issues/comments" or int(number) not in self.found:
            return Reply(404, {"message": "Not Found", "status": "404"})
        if asked.method == "DELETE":
            del self.found[int(number)]
            return Reply(204)
        self.found[int(number)] |= {"body": asked.body["body"], "updated_at": "2027-01-02T00:00:00Z"}
        return Reply(200, self.found[int(number)])

    def _create(self, body: Any) -> Reply:
        if len(body["body"]) > 65_536:
            return Reply(422, {"message": "Validation Failed"})
        return Reply(201, self.found[self.say(self.author, body["body"])])

    def _list(self, asked: Asked) -> Reply:
        return one_page(asked, list(self.found.values()), self.pages_at or self.url)


def one_page(asked: Asked, everything: list[Any], url: str) -> Reply:
    """As GitHub parts lists: the address of the next page has all that was asked for."""
    size, page = (
        int(asked.query.get(name, [str(usual)])[0]) for name, usual in (("per_page", 30), ("page", 1))
    )
    following = urlencode({**asked.query, "page": [page + 1]}, doseq=True)
    headers = (
        {"Link": f'<{url}{asked.path}?{following}>; rel="next"'} if len(everything) > size * page else {}
    )
    return Reply(200, everything[size * (page - 1) : size * page], headers)


@dataclass
class AzureStandIn(StandIn):
    """The threads of pull request 7 of a repository in the project "Mail Access"."""

    author: str = BUILD_SERVICE
    threads: dict[int, dict[str, Any]] = field(default_factory=dict)

    def say(self, author: str, text: str, status: str = "active") -> int:
        """Somebody begins a thread."""
        number = self.next_id()
        comment = {"id": 1, "author": {"id": author}, "content": text, "commentType": "text"}
        self.threads[number] = {"id": number, "status": status, "comments": [comment], "isDeleted": False}
        return number

    def texts(self, author: str = BUILD_SERVICE) -> list[str]:
        comments = [one for thread in self.threads.values() for one in thread["comments"]]
        return [
            one["content"] for one in comments if one["author"]["id"] == author and not one.get("isDeleted")
        ]

    def do(self, asked: Asked) -> Reply:
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Reply(203, "<html>Azure DevOps Services | Sign In</html>")
        if asked.path == "/contoso/_apis/connectionData":
            assert asked.query["api-version"][0].endswith("-preview")
            return Reply(200, {"authenticatedUser": {"id": self.author}})
        start = "/contoso/Mail Access/_apis/git/repositories/1f/pullRequests/7/threads"
        if not asked.path.startswith(start):
            return Reply(404, {"message": "TF401180: The requested pull request was not found."})
        rest = [part for part in asked.path.removeprefix(start).split("/") if part]
        return self._thread(asked, rest) if rest else self._threads(asked)

    def _threads(self, asked: Asked) -> Reply:
        if asked.method == "GET":
            return Reply(200, {"value": list(self.threads.values()), "count": len(self.threads)})
        [comment] = asked.body["comments"]
        number = self.say(self.author, comment["content"], asked.body["status"])
        return Reply(200, self.threads[number])

    def _thread(self, asked: Asked, rest: list[str]) -> Reply:
        thread = self.threads.get(int(rest[0]))
        if thread is None:
            return Reply(404, {"message": "The thread does not exist."})
        if len(rest) == 1:
            thread["status"] = asked.body["status"]
            return Reply(200, thread)
        [comment] = [one for one in thread["comments"] if one["id"] == int(rest[2])]
        if asked.method == "DELETE":
            comment |= {"isDeleted": True, "content": None}
            return Reply(200)
        comment["content"] = asked.body["content"]
        return Reply(200, comment)


S = TypeVar("S", bound=StandIn)


@contextmanager
def serving(stand_in: S) -> Iterator[S]:
    """A stand-in on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            parts = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = json.loads(sent) if sent else None
            headers = dict(self.headers.items())
            reply = stand_in.reply(
                Asked(self.command, unquote(parts.path), parse_qs(parts.query), headers, body)
            )
            with suppress(ConnectionError):  # who asked has gone away
                if reply.status:
                    self._send(reply)

        def _send(self, reply: Reply) -> None:
            data = (reply.body if isinstance(reply.body, str) else json.dumps(reply.body)).encode()
            self.send_response(reply.status)
            self.send_header("Content-Length", str(0 if reply.status == 204 else len(data)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"" if reply.status == 204 else data)

        do_GET = do_POST = do_PATCH = do_DELETE = _reply  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
