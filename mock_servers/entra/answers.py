"""How answers of an endpoint are read. They are hostile: whatever comes ends as a resource, a count, or a refusal.

ExportFailed    the object fails with a documented error code (ENTRA-050…066, ENTRA-410…434)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from scimulate.mock_servers.entra.conversation import WireAnswer
from scimulate.mock_servers.entra.mapping import ENTERPRISE_SCHEMA
from scimulate.mock_servers.entra.trouble import Told, Trouble

INCOMPATIBLE: Final = "SystemForCrossDomainIdentityManagementServiceIncompatible"
SEVERAL: Final = "SystemForCrossDomainIdentityManagementMultipleEntriesInResponse"
LIST_SCHEMA: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

_CODES: Mapping[int, str] = {
    400: "SystemForCrossDomainIdentityManagementBadRequest",
    401: "Unauthorized",
    403: "InsufficientRights",
    405: "MethodNotAllowed",
    409: "EntryConflict",
    422: "UnprocessableEntity",
    429: "TooManyRequests",
    501: "NotImplemented",
}
_SHOWN_CHARACTERS = 200


@dataclass(eq=False)
class ExportFailed(Exception):
    """Why one object could not be exported. `quarantines` when the whole job suffers (ENTRA-051)."""

    code: str
    reason: str
    quarantines: bool = False
    told: Told | None = None
    """The class of what is wrong, where the whole job suffers, whose label says it in other languages."""


@dataclass(frozen=True)
class Resource:
    """A resource as the endpoint returned it, with the id by which it is linked."""

    id: str
    document: dict[str, object]


def described(answer: WireAnswer) -> str:
    """An answer in words for a log: status and the start of the body, without control characters."""
    if answer.failure:
        return answer.text
    detail = answer.text
    if isinstance(answer.document, dict) and isinstance(answer.document.get("detail"), str):
        detail = answer.document["detail"]
    shown = "".join(c if c.isprintable() else " " for c in detail[: _SHOWN_CHARACTERS * 2])
    shown = " ".join(shown.split())[:_SHOWN_CHARACTERS]
    return f"the endpoint answered {answer.status}" + (f": {shown}" if shown else "")


def refusal(answer: WireAnswer) -> ExportFailed:
    """The failure that an answer other than success stands for."""
    if answer.failure:
        return ExportFailed(answer.failure, answer.text)
    if answer.status in _CODES:
        return ExportFailed(_CODES[answer.status], described(answer))
    if 300 <= answer.status < 400:
        return ExportFailed("WebExceptionProtocolError", f"{described(answer)} (redirects are not followed, ENTRA-585)")
    if answer.status >= 500:
        return ExportFailed("InternalServerError", described(answer))
    return ExportFailed(INCOMPATIBLE, described(answer))


def require_success(answer: WireAnswer) -> None:
    """For PATCH and DELETE: the body does not matter (ENTRA-065)."""
    if not answer.succeeded:
        raise refusal(answer)


def read_list(answer: WireAnswer, path: str) -> tuple[int, list[object]]:
    """A filtered list of what is at `path`: how many there are, and those that were sent along.

    A 404 is no empty list (ENTRA-051).
    """
    if answer.status == 404:
        told = Told(Trouble.NOT_FOUND, f"GET {path}", described(answer), filtered=True)
        raise ExportFailed(INCOMPATIBLE, f"{described(answer)} to a filtered list", quarantines=True, told=told)
    document = _read_object(answer)
    total = document.get("totalResults")
    resources = document.get("Resources")
    resources = [] if resources is None else resources
    schemas = document.get("schemas")
    if not isinstance(schemas, list) or LIST_SCHEMA not in schemas:
        raise ExportFailed(INCOMPATIBLE, "the answer to a filtered list is no ListResponse")
    if not isinstance(total, int) or isinstance(total, bool) or not isinstance(resources, list):
        raise ExportFailed(INCOMPATIBLE, "the ListResponse lacks totalResults, or its Resources are no array")
    return max(total, len(resources)), resources


def read_match(answer: WireAnswer, path: str) -> Resource | None:
    """The one resource that a match query found, or `None` (ENTRA-050, ENTRA-106)."""
    total, resources = read_list(answer, path)
    if total == 0:
        return None
    if total > 1:
        raise ExportFailed(
            "DuplicateTargetEntries", f"the match query returned {total} resources, expected at most one"
        )
    if not resources:
        raise ExportFailed(INCOMPATIBLE, "the ListResponse counts one resource and holds none")
    return _identified(resources[0])


def read_created(answer: WireAnswer) -> Resource:
    """A resource without `id` breaks the link (ENTRA-117); 200 does as well as 201 (ENTRA-118)."""
    return _identified(_read_object(answer))


def read_linked(answer: WireAnswer, target_id: str) -> Resource:
    """The answer to a read by the cached anchor (ENTRA-055, ENTRA-064)."""
    if answer.status == 404:
        raise ExportFailed("InvalidAnchor", f"{described(answer)}; restart the job to match the object again")
    document = _read_object(answer)
    if "Resources" in document:
        raise ExportFailed(SEVERAL, "reading one resource by its id returned a list")
    return Resource(target_id, _checked(document))


def _read_object(answer: WireAnswer) -> dict[str, object]:
    if not answer.succeeded:
        raise refusal(answer)
    if not answer.readable or not isinstance(answer.document, dict):
        raise ExportFailed(INCOMPATIBLE, f"the answer is no JSON object: {described(answer)}")
    return answer.document


def _identified(document: object) -> Resource:
    if not isinstance(document, dict):
        raise ExportFailed(INCOMPATIBLE, "a resource in the answer is no JSON object")
    target_id = document.get("id")
    if not isinstance(target_id, str) or target_id.strip(".") == "":
        raise ExportFailed(INCOMPATIBLE, "the resource in the answer has no usable id")
    return Resource(target_id, _checked(document))


def _checked(document: dict[str, object]) -> dict[str, object]:
    """Shapes that the service cannot deserialize fail the object (ENTRA-063, ENTRA-120)."""
    for name in ("name", ENTERPRISE_SCHEMA):
        if not isinstance(document.get(name, {}), dict | None):
            raise ExportFailed(INCOMPATIBLE, f"{name} is no JSON object")
    for name in ("emails", "addresses", "phoneNumbers"):
        items = document.get(name)
        if items is not None and not (isinstance(items, list) and all(isinstance(item, dict) for item in items)):
            raise ExportFailed(INCOMPATIBLE, f"{name} is no array of objects")
    enterprise = document.get(ENTERPRISE_SCHEMA)
    if isinstance(enterprise, dict) and not isinstance(enterprise.get("manager", {}), dict | None):
        raise ExportFailed(INCOMPATIBLE, "manager is no JSON object")
    return document
