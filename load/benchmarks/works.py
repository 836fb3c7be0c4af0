"""The works that are measured: for each the request, and the proof that it was done."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count, islice
from urllib.parse import quote

import orjson

from scimulate.load.benchmarks.client import Asked, WrongAnswer, drive
from scimulate.load.benchmarks.directory import external_id, user, user_name
from scimulate.load.benchmarks.servers import Server
from scimulate.mock_servers.scim.schema import GROUP_URN

PATCH_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
PAGE = 100
OF_GET, OF_POST = (200,), (201,)
OF_PATCH = (200, 204)
"""The server's choice: RFC 7644 §3.5.2. It is left to each, so one may do the other's work and more."""
FILLING_CONNECTIONS = 8


@dataclass
class Directory:
    """What the client knows of one server's directory. `users` are ids by index, `groups` ids by size."""

    server: Server
    users: list[str] = field(default_factory=list)
    groups: dict[int, str] = field(default_factory=dict)
    turns: dict[str, Iterator[int]] = field(default_factory=lambda: defaultdict(count))
    """By work: grows with each request, so that none is sent twice."""

    def fill(self, users: int) -> None:
        """Create users over SCIM until there are so many."""
        found: dict[str, str] = {}

        def seen(body: bytes) -> None:
            created = orjson.loads(body)
            found[created["userName"]] = created["id"]

        missing = range(len(self.users), users)
        drive(self.server, (_create(index) for index in missing), FILLING_CONNECTIONS, seconds=3_600, seen=seen)
        self.users += [found[user_name(index)] for index in missing]

    def add_group(self, members: int) -> None:
        """A group of the first users."""
        body = {
            "schemas": [GROUP_URN],
            "displayName": f"Group of {members}",
            "members": [{"value": user_id} for user_id in self.users[:members]],
        }
        made: list[bytes] = []
        drive(self.server, iter([Asked("POST", "/Groups", orjson.dumps(body), OF_POST)]), 1, seen=made.append)
        self.groups[members] = orjson.loads(made[0])["id"]


@dataclass(frozen=True)
class Work:
    """`asked` makes the request of a turn; `proves` looks at an answer; at most `most` requests in one go."""

    name: str
    asked: Callable[[Directory, int], Asked]
    proves: Callable[[Asked, dict[str, object]], bool]
    most: int = 1_000_000

    def requests(self, directory: Directory) -> Iterator[Asked]:
        return islice((self.asked(directory, turn) for turn in directory.turns[self.name]), self.most)

    def check(self, directory: Directory) -> None:
        """Do it once and look at the answer, or at the resource where there is none; raises `WrongAnswer`."""
        asked, answers = next(self.requests(directory)), list[bytes]()
        drive(directory.server, iter([asked]), 1, seen=answers.append)
        if not answers[0]:
            drive(directory.server, iter([Asked("GET", asked.path, b"", OF_GET)]), 1, seen=answers.append)
        if not self.proves(asked, orjson.loads(answers[-1])):
            raise WrongAnswer(f"{directory.server.name} did not {self.name}")


def _create(index: int) -> Asked:
    return Asked("POST", "/Users", orjson.dumps(user(index)), OF_POST)


def _read(directory: Directory, turn: int) -> Asked:
    return Asked("GET", f"/Users/{directory.users[_spread(directory, turn)]}", b"", OF_GET)


def _filter_by(name: str, value_of: Callable[[int], str]) -> Callable[[Directory, int], Asked]:
    def asked(directory: Directory, turn: int) -> Asked:
        text = f'{name} eq "{value_of(_spread(directory, turn))}"'
        return Asked("GET", f"/Users?filter={quote(text)}", b"", OF_GET)

    return asked


def _patch_active(directory: Directory, turn: int) -> Asked:
    steps = [{"op": "replace", "path": "active", "value": turn // len(directory.users) % 2 == 1}]
    body = orjson.dumps({"schemas": [PATCH_URN], "Operations": steps})
    return Asked("PATCH", f"/Users/{directory.users[turn % len(directory.users)]}", body, OF_PATCH)


def _page_at(place: Callable[[int], int]) -> Callable[[Directory, int], Asked]:
    """Pages of `PAGE` around a place, never the next one of the page before."""

    def asked(directory: Directory, turn: int) -> Asked:
        start = max(1, place(len(directory.users)) - turn * 7 % PAGE)
        return Asked("GET", f"/Users?startIndex={start}&count={PAGE}", b"", OF_GET)

    return asked


def _add_member(group: int) -> Callable[[Directory, int], Asked]:
    def asked(directory: Directory, turn: int) -> Asked:
        strangers = len(directory.users) - group
        member = directory.users[group + turn % strangers]
        steps = [{"op": "add", "path": "members", "value": [{"value": member}]}]
        body = orjson.dumps({"schemas": [PATCH_URN], "Operations": steps})
        return Asked("PATCH", f"/Groups/{directory.groups[group]}", body, OF_PATCH)

    return asked


def _spread(directory: Directory, turn: int) -> int:
    """An index far from that of the last turn: a stride that is a prime visits everybody."""
    return turn * 7_919 % len(directory.users)


def _is_asked_user(asked: Asked, answer: dict[str, object]) -> bool:
    return asked.path.endswith(f"/{answer.get('id')}")


def _is_created(asked: Asked, answer: dict[str, object]) -> bool:
    return "id" in answer and answer.get("userName") == orjson.loads(asked.body)["userName"]


def _is_as_patched(asked: Asked, answer: dict[str, object]) -> bool:
    return answer.get("active") is orjson.loads(asked.body)["Operations"][0]["value"]


def _is_found(asked: Asked, answer: dict[str, object]) -> bool:
    found = answer.get("Resources")
    if answer.get("totalResults") != 1 or not isinstance(found, list):
        return False
    return any(quote(f'"{found[0].get(name)}"') in asked.path for name in ("userName", "externalId"))


def _is_full_page(asked: Asked, answer: dict[str, object]) -> bool:
    found = answer.get("Resources")
    start = f"startIndex={answer.get('startIndex')}&"
    return isinstance(found, list) and len(found) == PAGE and start in asked.path


def _is_member(asked: Asked, answer: dict[str, object]) -> bool:
    held, added = answer.get("members"), orjson.loads(asked.body)["Operations"][0]["value"][0]["value"]
    return isinstance(held, list) and any(member["value"] == added for member in held)


CREATE = Work("create", lambda directory, turn: _create(10_000_000 + turn), _is_created)
READ = Work("read", _read, _is_asked_user)
BY_USER_NAME = Work("filter by userName", _filter_by("userName", user_name), _is_found)
BY_EXTERNAL_ID = Work("filter by externalId", _filter_by("externalId", external_id), _is_found)
PATCH_ACTIVE = Work("PATCH active", _patch_active, _is_as_patched)
FIRST_PAGE = Work("first page", _page_at(lambda users: 1), _is_full_page)
MIDDLE_PAGE = Work("page at the middle", _page_at(lambda users: users // 2), _is_full_page)
LAST_PAGE = Work("last page", _page_at(lambda users: users - PAGE + 1), _is_full_page)


def add_to_group(members: int) -> Work:
    """Few in one go: a group soon is larger than it should be."""
    return Work(f"add a member to a group of {members:,}", _add_member(members), _is_member, 1_500)
