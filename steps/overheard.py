"""What was said to the endpoint and what it answered, overheard on the line."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import httpx

from scimulate.harness import expect

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
MOST_OF_A_DETAIL = 160
_LOOK_UP = re.compile(r'(userName|displayName) eq "((?:[^"\\]|\\.)*)"', re.DOTALL)

_MANAGER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"
_MEMBER = re.compile(r'members\[value eq "(.*)"\]')


@dataclass(frozen=True)
class Heard:
    """One request and its answer; `status` is None when there was no answer."""

    method: str
    path: str
    """Below the base address: "/Users/<id>"."""
    query: dict[str, str]
    body: Any
    status: int | None
    exchange: int
    answer: Any = None
    """The document of the answer, or its text when it is none."""
    authorization: str = field(default="", repr=False)
    """The header, which no failure may show (NEG-58)."""

    @property
    def asked(self) -> str:
        condition = self.query.get("filter")
        return f"{self.method} {self.path}" + (f" with the filter {condition}" if condition else "")

    @cached_property
    def looked_up(self) -> tuple[str, str] | None:
        """The attribute and the value that a look-up by name asks for."""
        found = _LOOK_UP.fullmatch(self.query.get("filter", ""))
        if self.method != "GET" or found is None:
            return None
        return found[1], re.sub(r"\\(.)", r"\1", found[2])

    @property
    def resources(self) -> list[dict[str, Any]] | None:
        """Those of a ListResponse; None when the answer is none."""
        if not isinstance(self.answer, dict) or self.answer.get("schemas") != [LIST]:
            return None
        listed = self.answer.get("Resources", [] if self.answer.get("totalResults") == 0 else None)
        whole = isinstance(listed, list) and all(isinstance(one, dict) for one in listed)
        return listed if whole else None

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The resources that the answer shows."""
        if self.status is None or not 200 <= self.status < 300 or not isinstance(self.answer, dict):
            return []
        if (listed := self.resources) is not None:
            return listed
        return [self.answer] if "schemas" in self.answer and (self.id or self.method == "POST") else []

    @property
    def id(self) -> str:
        """The id in the path, "" for a collection."""
        return unquote(self.path.strip("/").partition("/")[2])

    @property
    def created_id(self) -> str:
        """The id of what a POST made, "" when it made nothing."""
        made = self.method == "POST" and self.status is not None and 200 <= self.status < 300
        found = self.answer.get("id") if made and isinstance(self.answer, dict) else None
        return found if isinstance(found, str) else ""

    @property
    def disables(self) -> bool:
        """Whether it is a PATCH that sets active to false, in either dialect (ENTRA-125, ENTRA-136)."""
        operations = self.body.get("Operations", []) if self.method == "PATCH" and isinstance(self.body, dict) else []
        values = [
            one.get("value") if one.get("path") == "active" else (one.get("value") or {}).get("active")
            for one in operations
            if one.get("path") == "active" or isinstance(one.get("value"), dict)
        ]
        return any(str(value).lower() == "false" for value in values)

    @property
    def refers_to_a_manager(self) -> bool:
        """Whether it is a PATCH that sets the manager to a bare id and does nothing else (ENTRA-191)."""
        operations = self.body.get("Operations", []) if self.method == "PATCH" and isinstance(self.body, dict) else []
        return bool(operations) and all(
            one.get("path") == _MANAGER and isinstance(one.get("value"), str) for one in operations
        )

    def describes(self) -> str:
        answer = "not answered" if self.status is None else f"answered {self.status}"
        detail = self.answer.get("detail") if isinstance(self.answer, dict) else None
        told = (
            f": {detail[:MOST_OF_A_DETAIL]}"
            if self.status is not None and self.status >= 400 and isinstance(detail, str)
            else ""
        )
        return f"{self.method} {self.path} was {answer}{told}"


class Overheard(httpx.BaseTransport):
    """A transport that passes everything on and remembers it."""

    def __init__(self, inner: httpx.BaseTransport, base_path: str) -> None:
        self._inner = inner
        self._base_path = base_path.rstrip("/")
        self.requests: list[Heard] = []
        self.everything: list[Heard] = []
        """Of all actors and since the scenario began."""
        self.takes_time: Callable[[], None] = _no_time
        """What passes on the clock of the rehearsal while a request is under way; by default nothing."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response: httpx.Response | None = None
        try:
            response = self._inner.handle_request(request)
            return response
        finally:
            self.takes_time()
            heard = self._heard(request, response)
            self.requests.append(heard)
            self.everything.append(heard)

    def close(self) -> None:
        self._inner.close()

    def hears(self, response: httpx.Response) -> None:
        """What another actor asked belongs to the story, not to what the provisioning service said."""
        self.everything.append(self._heard(response.request, response))

    def begin(self) -> None:
        """Forget what was said so far: the When begins."""
        self.requests.clear()

    def after_the_probe(self) -> list[Heard]:
        """The requests without the look-ups of what cannot exist, with which every activity begins (ENTRA-069)."""
        start = next((index for index, heard in enumerate(self.requests) if not _is_probe(heard)), len(self.requests))
        return self.requests[start:]

    def refused(self) -> list[Heard]:
        """The requests that the endpoint did not answer with success."""
        return [heard for heard in self.requests if heard.status is None or heard.status >= 300]

    def unread(self) -> list[str]:
        """The paths of resources that were made or changed with success and not read by id since."""
        paths: dict[str, None] = {}
        for heard in self.everything:
            if heard.created_id:
                paths[f"{heard.path}/{quote(heard.created_id, safe='', errors='replace')}"] = None
            elif heard.method == "PATCH" and heard.status in (200, 204):
                paths[heard.path] = None
            elif heard.method == "DELETE" or (heard.method == "GET" and not heard.query):
                paths.pop(heard.path, None)
        return list(paths)

    def members_sent(self) -> list[int]:
        """How many members each request of the provisioning service added to a group."""
        return [len(added) for heard in self.requests if (added := _members_added(heard))]

    def memberships_too_early(self) -> tuple[bool, list[str]]:
        """Whether members were added at all, and who of them before the endpoint had told its id (SEED-061)."""
        known: set[str] = set()
        added: list[str] = []
        early: list[str] = []
        for heard in self.everything:
            members = _members_added(heard)
            added += members
            early += [member for member in members if member not in known]
            known.update(str(resource.get("id")) for resource in heard.shown)
        return bool(added), early

    def removed(self, group_id: str) -> set[str]:
        """The ids that any PATCH of this group was to remove."""
        changes = [heard for heard in self.everything if heard.method == "PATCH" and heard.id == group_id]
        return {member for heard in changes for member in _members_removed(heard)}

    def joined(self, group_id: str) -> set[str]:
        """The ids that the last PATCH of this group added, when it did nothing else."""
        changes = [heard for heard in self.everything if heard.method == "PATCH" and heard.id == group_id]
        operations = changes[-1].body["Operations"] if changes else []
        if not all(str(one["op"]).lower() == "add" and one.get("path") == "members" for one in operations):
            return set()
        return {str(member["value"]) for one in operations for member in one["value"]}

    def last_writes(self, count: int) -> list[Heard]:
        """The last changes that any actor made, and the last read after them."""
        writes = [heard for heard in self.everything if heard.method in ("PATCH", "PUT", "DELETE")]
        return [*writes[-count:], *self.everything[-1:]]

    def _heard(self, request: httpx.Request, response: httpx.Response | None) -> Heard:
        url = urlsplit(str(request.url))
        request.read()
        return Heard(
            request.method,
            url.path.removeprefix(self._base_path),
            dict(parse_qsl(url.query)),
            json.loads(request.content) if request.content else None,
            None if response is None else response.status_code,
            0 if response is None else int(response.extensions.get("exchange", 0)),
            None if response is None else _answer_of(response),
            request.headers.get("Authorization", ""),
        )


def _no_time() -> None:
    """A request takes no virtual time unless the scenario says so."""


def _answer_of(response: httpx.Response) -> Any:
    response.read()
    document = expect.json_of(response)
    return document if document is not None else expect.text_of(response) or None


def _members_added(heard: Heard) -> list[str]:
    if heard.method != "PATCH" or not heard.path.startswith("/Groups/"):
        return []
    operations = [one for one in heard.body["Operations"] if str(one["op"]).lower() == "add"]
    return [str(member["value"]) for one in operations if one.get("path") == "members" for member in one["value"]]


def _members_removed(heard: Heard) -> list[str]:
    """By the value array of the default dialect, or the filter in the path of the compliant one (ENTRA-153)."""
    removals = [one for one in heard.body["Operations"] if str(one["op"]).lower() == "remove"]
    arrays = [one["value"] for one in removals if isinstance(one.get("value"), list)]
    listed = [str(member["value"]) for array in arrays for member in array]
    return listed + [found[1] for one in removals if (found := _MEMBER.fullmatch(str(one.get("path"))))]


def _is_probe(heard: Heard) -> bool:
    return heard.method == "GET" and _looks_up_a_guid(heard.query.get("filter", ""))


def _looks_up_a_guid(expression: str) -> bool:
    value = expression.partition(" eq ")[2].strip('"')
    return len(value) == 36 and value.count("-") == 4
