"""Matchers: what must be true of an answer, as data. Each names the requirement it decides.

A matcher that holds reports its requirement to whoever is hearing (`hearing`); one that does not hold raises a
`TargetFault` with the whole expected and actual values. Matchers only look: they send nothing.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpx

from scimulate.harness.faults import TargetFault

LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
SCIM_JSON = "application/scim+json"
MISSING = "nothing"
ONLY_MATCHES = "RFC7644-3.4.2.2-03"
TOTAL_RESULTS = "RFC7644-3.4.2-06"
ERROR_BODY = "RFC7644-3.12-01"
ERROR_STATUS = "RFC7644-3.12-03"

Exchanges = tuple[int, ...]

_decided: ContextVar[Callable[[str], None] | None] = ContextVar("decided", default=None)


@contextmanager
def hearing(decided: Callable[[str], None]) -> Iterator[None]:
    """While this lasts `decided` is called with each requirement that a matcher found to hold."""
    token = _decided.set(decided)
    try:
        yield
    finally:
        _decided.reset(token)


@dataclass(frozen=True)
class Check:
    """One judgement to be made: after `action`, `requirement` demands `expected`."""

    requirement: str
    action: str
    expected: Any

    def equals(self, actual: Any, exchanges: Exchanges = ()) -> None:
        self.holds(actual == self.expected, actual, exchanges)

    def holds(self, truth: bool, actual: Any, exchanges: Exchanges = ()) -> None:
        if not truth:
            raise TargetFault(self.requirement, self.action, expected=self.expected, actual=actual, exchanges=exchanges)
        if (decided := _decided.get()) is not None:
            decided(self.requirement)


def equal(requirement: str, action: str, expected: Any, actual: Any, exchanges: Exchanges = ()) -> None:
    Check(requirement, action, expected).equals(actual, exchanges)


def true(requirement: str, action: str, expected: Any, actual: Any, truth: bool, exchanges: Exchanges = ()) -> None:
    """For what is not an equality: `expected` and `actual` are sentences or values that show it."""
    Check(requirement, action, expected).holds(truth, actual, exchanges)


def exchanges_of(response: httpx.Response) -> Exchanges:
    number = response.extensions.get("exchange")
    return () if number is None else (int(number),)


def action_of(response: httpx.Response) -> str:
    request = response.request
    return f"{request.method} {request.url.raw_path.decode('ascii', 'replace')}"


def json_of(response: httpx.Response) -> Any:
    """The document in the answer, whatever it claims to be; None when there is none. NaN is not JSON (RFC 8259 §6)."""
    try:
        return response.json(parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def text_of(response: httpx.Response) -> str:
    """The text of the answer, also when its charset is not the one that it claims."""
    try:
        return response.text
    except ValueError:
        return response.content.decode("utf-8", "replace")


def shown_answer(response: httpx.Response) -> str:
    """Status and the beginning of the body: enough to see what happened, the exchange holds the rest."""
    body = text_of(response).strip()
    return f"{response.status_code} {body[:300]}{'…' if len(body) > 300 else ''}".strip()


def status(response: httpx.Response, *accepted: int, requirement: str, action: str = "") -> None:
    expected: Any = accepted[0] if len(accepted) == 1 else f"one of {', '.join(map(str, accepted))}"
    check = Check(requirement, action or action_of(response), expected)
    check.holds(response.status_code in accepted, shown_answer(response), exchanges_of(response))


def header(response: httpx.Response, name: str, pattern: str, *, requirement: str) -> None:
    """The header is there and matches the regular expression as a whole, whatever its letter case."""
    value = response.headers.get(name)
    check = Check(requirement, action_of(response), f"{name}: {pattern}")
    truth = value is not None and re.fullmatch(pattern, value, re.IGNORECASE) is not None
    check.holds(truth, f"{name}: {value if value is not None else MISSING}", exchanges_of(response))


def media_type(response: httpx.Response, *, requirement: str = "ENTRA-509") -> None:
    """An answer with a body says that it is SCIM; parameters such as charset are free."""
    value = response.headers.get("content-type", MISSING)
    check = Check(requirement, action_of(response), SCIM_JSON)
    truth = not response.content or value.split(";")[0].strip().lower() == SCIM_JSON
    check.holds(truth, value, exchanges_of(response))


def document(response: httpx.Response, *, requirement: str) -> dict[str, Any]:
    """The answer's JSON object."""
    content = json_of(response)
    check = Check(requirement, action_of(response), "a JSON object")
    check.holds(isinstance(content, dict), shown_answer(response), exchanges_of(response))
    return dict(content)


def envelope(response: httpx.Response, *, requirement: str = "ENTRA-505") -> list[dict[str, Any]]:
    """The resources of a ListResponse; `Resources` may be left out when nothing was found (RFC 7644 §3.4.2)."""
    status(response, 200, requirement=requirement)
    content = document(response, requirement=requirement)
    resources = content.get("Resources", [] if content.get("totalResults") == 0 else None)
    expected = {"schemas": [LIST_RESPONSE], "totalResults": "a number", "Resources": "a list of resources"}
    total = content.get("totalResults")
    truth = (
        content.get("schemas") == [LIST_RESPONSE]
        and isinstance(total, int)
        and not isinstance(total, bool)
        and isinstance(resources, list)
        and all(isinstance(resource, dict) for resource in resources)
    )
    Check(requirement, action_of(response), expected).holds(truth, content, exchanges_of(response))
    return list(resources or [])


def scim_error(response: httpx.Response, code: int, *, requirement: str, scim_type: str | None = None) -> None:
    """A refusal in SCIM's own form; `status` in it is a string (RFC 7644 §3.12)."""
    status(response, code, requirement=requirement)
    content = document(response, requirement=ERROR_BODY)
    said = {name: content.get(name) for name in ("schemas", "status", "scimType") if name in content}
    for broken, name, wanted in (
        (ERROR_BODY, "schemas", [ERROR]),
        (requirement, "scimType", scim_type),
        (ERROR_STATUS, "status", str(code)),
    ):
        if wanted is not None:
            holds = content.get(name) == wanted
            Check(broken, action_of(response), {name: wanted}).holds(holds, said, exchanges_of(response))


def found_once(
    response: httpx.Response, attribute: str, value: str, *, requirement: str = "ENTRA-498"
) -> dict[str, Any]:
    """The list holds one resource, and it carries `value` (compared without letter case); it is announced as one."""
    resources = envelope(response, requirement=requirement)
    values = [str(_attribute(resource, attribute)).casefold() for resource in resources]
    others = [found for found in values if found != value.casefold()]
    broken = ONLY_MATCHES if others else requirement
    check = Check(broken, action_of(response), f"one resource with {attribute} {value!r}")
    check.holds(values == [value.casefold()], _summary(resources, attribute), exchanges_of(response))
    total = response.json()["totalResults"]
    Check(TOTAL_RESULTS, action_of(response), {"totalResults": 1}).equals(
        {"totalResults": total}, exchanges_of(response)
    )
    return resources[0]


def found_nothing(response: httpx.Response, *, requirement: str = "ENTRA-105") -> None:
    resources = envelope(response, requirement=requirement)
    check = Check(requirement, action_of(response), "no resource")
    check.holds(resources == [], _summary(resources, "id"), exchanges_of(response))


def contains(
    resource: Mapping[str, Any],
    expected: Mapping[str, Any],
    *,
    requirement: str,
    action: str,
    exchanges: Exchanges = (),
) -> None:
    """`resource` holds every value of `expected`; a failure shows only the attributes that differ."""
    differing = differences(expected, resource)
    check = Check(requirement, action, {path: wanted for path, (wanted, _) in differing.items()} or dict(expected))
    check.holds(not differing, {path: found for path, (_, found) in differing.items()}, exchanges)


def differences(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Attribute path -> (expected, actual) of all that differs. Absent, null and [] are one state (RFC 7643 §2.5)."""
    return dict(_differing(expected, actual, ""))


def _differing(expected: Any, actual: Any, path: str) -> Iterator[tuple[str, tuple[Any, Any]]]:
    if expected in (None, []) and actual in (None, []):
        return
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for name, wanted in expected.items():
            yield from _differing(wanted, _attribute(actual, name), f"{path}.{name}" if path else name)
    elif isinstance(expected, list) and isinstance(actual, list):
        if not _same_elements(expected, actual):
            yield path, (expected, actual)
    elif type(expected) is not type(actual) or expected != actual:
        yield path, (expected, actual)


def _same_elements(expected: Sequence[Any], actual: Sequence[Any]) -> bool:
    """As many elements, each expected one found in one of its own; order does not matter (RFC 7643 §2.4)."""
    left = list(actual)
    for wanted in expected:
        match = next((found for found in left if not list(_differing(wanted, found, ""))), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def _attribute(resource: Any, name: str) -> Any:
    """Attribute names are compared without letter case (RFC 7643 §2.1)."""
    if not isinstance(resource, Mapping):
        return None
    if name in resource:
        return resource[name]
    return next((value for key, value in resource.items() if str(key).lower() == name.lower()), None)


def _summary(resources: Sequence[Mapping[str, Any]], attribute: str) -> str:
    if not resources:
        return "no resource"
    shown = ", ".join(repr(_attribute(resource, attribute)) for resource in resources[:5])
    more = f" and {len(resources) - 5} more" if len(resources) > 5 else ""
    return f"{len(resources)} {'resource' if len(resources) == 1 else 'resources'} with {attribute} {shown}{more}"
