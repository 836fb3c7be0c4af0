"""What a bulk request asks for (RFC 7644 §3.7). Each operation is read by itself, so that a bad one spoils no other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from scimulate.mock_servers.scim.bulk_references import references_in
from scimulate.mock_servers.scim.errors import ScimError, invalid_syntax, invalid_value
from scimulate.mock_servers.scim.limits import Limits, parse_object, too_large
from scimulate.mock_servers.scim.policy import Policy

BULK_REQUEST_URN = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
PATH_CHARACTERS = 1_000

_METHODS = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Operation:
    """One operation. `fault` is why it cannot be carried out; what could be read of it stands beside."""

    method: str | None = None
    bulk_id: str | None = None
    path: str | None = None
    version: str | None = None
    data: Mapping[str, object] = field(default_factory=dict)
    references: frozenset[str] = frozenset()
    fault: ScimError | None = None


@dataclass(frozen=True)
class Job:
    """The operations in the client's order, and how many errors it takes (None: any number)."""

    operations: tuple[Operation, ...]
    errors_taken: int | None


def read_job(body: bytes, policy: Policy, limits: Limits) -> Job:
    """The job of a body; refuses what is too large (§3.7.4), or no bulk request at all."""
    if len(body) > limits.bulk_payload_bytes:
        raise too_large(f"the bulk request is larger than maxPayloadSize ({limits.bulk_payload_bytes})")
    fields = {name.lower(): value for name, value in parse_object(body).items()}
    schemas = fields.get("schemas")
    if not policy.schemas_optional and not (isinstance(schemas, list) and BULK_REQUEST_URN in schemas):
        raise invalid_syntax(f"schemas must hold {BULK_REQUEST_URN}")
    operations = fields.get("operations")
    if not isinstance(operations, list):
        raise invalid_syntax("Operations is a list of operations")
    if len(operations) > limits.bulk_operations:
        raise too_large(f"the bulk request has more operations than maxOperations ({limits.bulk_operations})")
    errors_taken = fields.get("failonerrors")
    if errors_taken is not None and (
        not isinstance(errors_taken, int) or isinstance(errors_taken, bool) or errors_taken < 0
    ):
        raise invalid_value("failOnErrors is a number of errors")
    return Job(_operations(operations, policy), errors_taken)


def _operations(given: list[object], policy: Policy) -> tuple[Operation, ...]:
    read: list[Operation] = []
    taken: set[str] = set()
    for one in given:
        operation = _operation(one, taken, policy)
        if operation.method == "POST" and operation.bulk_id is not None and operation.fault is None:
            taken.add(operation.bulk_id)
        read.append(operation)
    return tuple(read)


def _operation(given: object, taken: set[str], policy: Policy) -> Operation:
    if not isinstance(given, dict):
        return Operation(fault=invalid_syntax("an operation is an object"))
    fields = {name.lower(): value for name, value in given.items()}
    method, path, bulk_id = (_text(fields.get(name)) for name in ("method", "path", "bulkid"))
    method = method if method in _METHODS else None
    path = _path(path)
    try:
        _check(fields, method, path, policy)
        if method == "POST" and bulk_id in taken:
            raise invalid_value("this bulkId stands for another operation of the job")
        data = fields.get("data") if method != "DELETE" else None
        references = frozenset(references_in([data, *(path or "").split("/")]))
        version = _text(fields.get("version")) if method != "POST" else None
        return Operation(method, bulk_id, path, version, data if isinstance(data, dict) else {}, references)
    except ScimError as error:
        return Operation(method, bulk_id, path, fault=error)


def _check(fields: Mapping[str, object], method: str | None, path: str | None, policy: Policy) -> None:
    if method is None:
        raise invalid_syntax(f"method is one of {', '.join(_METHODS)}")
    if path is None:
        raise invalid_syntax(f"path is that of a resource type or resource, of {PATH_CHARACTERS} characters at most")
    if method != "DELETE" and not isinstance(fields.get("data"), dict):
        raise invalid_syntax("data is an object, and needed for POST, PUT and PATCH")
    if not isinstance(fields.get("version", ""), str | None):
        raise invalid_syntax("version is a string")
    bulk_id = fields.get("bulkid")
    if bulk_id is None and (method != "POST" or policy.readings.missing_bulk_id_accepted):
        return
    if not isinstance(bulk_id, str) or not bulk_id:
        raise invalid_syntax("bulkId is a string, and needed for POST")


def _path(text: str | None) -> str | None:
    """The path from the service root on, with one slash in front and none behind."""
    if text is None or len(text) > PATH_CHARACTERS:
        return None
    parts = [part for part in unquote(text).split("/") if part]
    return f"/{'/'.join(parts)}" if parts else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
