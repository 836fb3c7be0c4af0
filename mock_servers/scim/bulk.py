"""POST on `/Bulk`: many operations in few changes of the database, each done or undone by itself (RFC 7644 §3.7).

An operation is carried out as the request that it stands for, by the same handlers; `answer` is the way to them.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import orjson

from scimulate.mock_servers.scim.bulk_job import Job, Operation
from scimulate.mock_servers.scim.bulk_order import in_order
from scimulate.mock_servers.scim.bulk_references import resolved, without_references
from scimulate.mock_servers.scim.errors import ScimError, conflict, error_message, unavailable
from scimulate.mock_servers.scim.messages import Answer, Change, Request, Response, Slow, json_response
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.store import Database, StoreError

BULK_RESPONSE_URN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"

SECONDS_AT_A_STRETCH = 0.1
"""So long a job keeps other writes waiting before they have their turn. Most jobs are done by then, in one commit."""
OPERATIONS_IN_A_CIRCLE = 100

Outcome = Response | ScimError


class _CircleBroken(Exception):
    """The operation of this number has failed, and with it all of its circle."""

    def __init__(self, number: int, error: ScimError) -> None:
        super().__init__(error.detail)
        self.number = number
        self.error = error


class BulkRun:
    """Carries out one job."""

    def __init__(
        self, job: Job, base_url: str, policy: Policy, database: Database, answer: Callable[[Request], Answer]
    ) -> None:
        self._operations = job.operations
        self._errors_taken = job.errors_taken
        self._base_url = base_url
        self._policy = policy
        self._database = database
        self._answer = answer
        self._ids: dict[str, str] = {}
        self._outcomes: dict[int, Outcome] = {}
        self._errors = 0

    def run(self) -> Response:
        """All operations, or those before too many failed. Their results stand in the client's order.

        `StoreError` when nothing at all was done.
        """
        waiting = deque(in_order(_needs(self._operations)))
        while waiting and not self._has_failed():
            outcomes, ids = dict(self._outcomes), dict(self._ids)
            try:
                self._database.write(lambda _: self._carry_out_some(waiting))
            except StoreError:
                if not outcomes:
                    raise
                # What is committed stays, so its results are told, and of the others that nothing was done.
                lost = unavailable("the database cannot be used now")
                self._outcomes = {number: outcomes.get(number, lost) for number in range(len(self._operations))}
                self._ids = ids
                break
        results = [self._result(self._operations[number], self._outcomes[number]) for number in sorted(self._outcomes)]
        return json_response(200, {"schemas": [BULK_RESPONSE_URN], "Operations": results})

    def _carry_out_some(self, waiting: deque[list[int]]) -> None:
        until = time.monotonic() + SECONDS_AT_A_STRETCH
        while waiting and not self._has_failed():
            numbers = waiting.popleft()
            is_circle = len(numbers) > 1 or self._refers_to_itself(numbers[0])
            outcomes = self._circle(numbers) if is_circle else {numbers[0]: self._single(numbers[0])}
            self._outcomes |= outcomes
            self._errors += sum(1 for outcome in outcomes.values() if isinstance(outcome, ScimError))
            if time.monotonic() > until:
                return

    def _has_failed(self) -> bool:
        """Nobody can ask for work after an error that is not taken: 0 stops where 1 does."""
        return self._errors_taken is not None and self._errors >= max(self._errors_taken, 1)

    def _refers_to_itself(self, number: int) -> bool:
        operation = self._operations[number]
        return operation.method == "POST" and operation.bulk_id in operation.references

    def _single(self, number: int) -> Outcome:
        operation = self._operations[number]
        try:
            response = self._carried_out(operation)
        except ScimError as error:
            return error
        self._note_id(operation, response)
        return response

    def _circle(self, numbers: list[int]) -> dict[int, Outcome]:
        """Resources that refer to each other are created without that, then replaced by what they are to be (§3.7.1).

        All of them or none: half a circle is what nobody asked for. A circle is no longer than what may keep other
        writes waiting.
        """
        if len(numbers) > OPERATIONS_IN_A_CIRCLE:
            refused = conflict(f"more than {OPERATIONS_IN_A_CIRCLE} operations refer to each other in a circle")
            return dict.fromkeys(numbers, refused)
        own = {self._operations[number].bulk_id or "" for number in numbers}
        try:
            return self._database.write(lambda _: self._closed(numbers, own))
        except _CircleBroken as broken:
            for bulk_id in own:
                self._ids.pop(bulk_id, None)
            undone = conflict("an operation that this one and others refer to in a circle has failed")
            return {number: broken.error if number == broken.number else undone for number in numbers}

    def _closed(self, numbers: list[int], own: set[str]) -> dict[int, Outcome]:
        made: dict[int, Response] = {}
        for number in numbers:
            operation = self._operations[number]
            missing = operation.references - self._ids.keys()
            data = without_references(operation.data, missing & own)
            made[number] = self._of_circle(number, replace(operation, data=data, references=missing - own))
            self._note_id(operation, made[number])
        outcomes: dict[int, Outcome] = {}
        for number in numbers:
            operation = self._operations[number]
            path = f"{operation.path}/{self._ids[operation.bulk_id or '']}"
            whole = self._of_circle(number, replace(operation, method="PUT", path=path))
            outcomes[number] = replace(whole, status=made[number].status)
        return outcomes

    def _of_circle(self, number: int, operation: Operation) -> Response:
        try:
            return self._carried_out(operation)
        except ScimError as error:
            raise _CircleBroken(number, error) from error

    def _note_id(self, operation: Operation, response: Response) -> None:
        if operation.method == "POST" and operation.bulk_id is not None:
            self._ids[operation.bulk_id] = _header(response, "location").rpartition("/")[2]

    def _carried_out(self, operation: Operation) -> Response:
        if operation.fault is not None:
            raise operation.fault
        if not operation.references <= self._ids.keys():
            raise conflict("a bulkId that the operation refers to stands for nothing that was created")
        answer = self._answer(self._request(operation))
        match answer:
            case Change(run):
                return self._database.write(run)
            case Slow(run_slowly):
                return run_slowly()
            case Response():
                return answer

    def _request(self, operation: Operation) -> Request:
        headers = {} if operation.version is None else {"if-match": operation.version}
        body = b"" if operation.method == "DELETE" else orjson.dumps(resolved(operation.data, self._ids))
        # The result shows nothing of the resource but its version: it is not to be represented whole.
        query = "attributes=id" if operation.method in ("POST", "PUT") else ""
        return Request(operation.method or "", self._path(operation), query, headers, body, self._base_url)

    def _path(self, operation: Operation) -> str:
        return "/".join(str(resolved(part, self._ids)) for part in (operation.path or "").split("/"))

    def _result(self, operation: Operation, outcome: Outcome) -> Mapping[str, object]:
        result: dict[str, object] = {}
        if isinstance(outcome, Response) or operation.method != "POST":
            location = self._location(operation, outcome)
            if location is not None:
                result["location"] = location
        if operation.method is not None:
            result["method"] = operation.method
        if operation.bulk_id is not None:
            result["bulkId"] = operation.bulk_id
        if isinstance(outcome, Response) and (version := _header(outcome, "etag")):
            result["version"] = version
        status: Any = str(outcome.status)
        if self._policy.readings.bulk_status_as_object:
            detail = {"description": outcome.detail} if isinstance(outcome, ScimError) else {}
            status = {"code": status, **detail}
        result["status"] = status
        if isinstance(outcome, ScimError):
            result["response"] = error_message(outcome, self._policy.readings)
        return result

    def _location(self, operation: Operation, outcome: Outcome) -> str | None:
        """Of a resource that was asked for and may not exist, too: its address is all that is known."""
        if isinstance(outcome, Response) and (location := _header(outcome, "location")):
            return location
        return None if operation.path is None else f"{self._base_url}{quote(self._path(operation))}"


def _needs(operations: tuple[Operation, ...]) -> list[set[int]]:
    """For each operation those that come before it: what it refers to, and the one before it on the same path."""
    created = {
        one.bulk_id: number
        for number, one in enumerate(operations)
        if one.method == "POST" and one.bulk_id is not None and one.fault is None
    }
    last_on: dict[str, int] = {}
    needs: list[set[int]] = []
    for number, operation in enumerate(operations):
        needed = {created[bulk_id] for bulk_id in operation.references if bulk_id in created}
        if operation.method != "POST" and operation.path is not None:
            if operation.path in last_on:
                needed.add(last_on[operation.path])
            last_on[operation.path] = number
        needs.append(needed)
    return needs


def _header(response: Response, name: str) -> str:
    return next((value for key, value in response.headers if key == name), "")
