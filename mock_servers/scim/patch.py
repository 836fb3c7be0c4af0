"""PATCH (RFC 7644 §3.5.2): a document and operations in, a new document out. The old one is never touched.

`steps_of` turns a PatchOp message into steps, each with a resolved target, and is where the two dialects of Entra
meet: capitalised operations one attribute at a time (ENTRA-121, ENTRA-122), and one path-less replacement with
dotted and URN keys (ENTRA-133). `apply` carries the steps out.
"""

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scimulate.mock_servers.scim.document import Document
from scimulate.mock_servers.scim.errors import (
    ScimError,
    invalid_path,
    invalid_syntax,
    invalid_value,
    no_target,
    read_only,
)
from scimulate.mock_servers.scim.limits import PATCH_OPERATIONS, too_large
from scimulate.mock_servers.scim.path import Path, UnknownAttribute, resolve_path
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.schema import ResourceType
from scimulate.mock_servers.scim.values import Target, change_target

PATCH_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
OPERATIONS = frozenset({"add", "replace", "remove"})


@dataclass(frozen=True)
class Step:
    """One change of one target. `has_value` tells an absent value from null."""

    op: str
    path: Path
    value: object = None
    has_value: bool = False


def steps_of(
    message: dict[str, object], resource_type: ResourceType, policy: Policy, own_id: str | None = None
) -> list[Step]:
    """The steps of a PatchOp message, in order, for the resource `own_id`."""
    fields = {key.lower(): value for key, value in message.items()}
    if not policy.schemas_optional and not _names_patch(fields.get("schemas")):
        raise invalid_syntax(f"schemas must hold {PATCH_URN}")
    operations = fields.get("operations")
    if not isinstance(operations, list) or (not operations and not policy.empty_patch_accepted):
        raise invalid_syntax("Operations must be a list with at least one operation")
    if len(operations) > PATCH_OPERATIONS:
        raise too_large(f"a request may hold {PATCH_OPERATIONS} operations")
    reader = _Reader(resource_type, policy, own_id)
    steps = [step for operation in operations for step in reader.steps(operation)]
    if len(steps) > PATCH_OPERATIONS:
        raise too_large(f"a request may change {PATCH_OPERATIONS} attributes")
    return steps


def apply(document: Document, steps: Iterable[Step], policy: Policy) -> Document:
    """The document after all steps; when one is refused nothing has changed (§3.5.2: atomic)."""
    changed = copy.deepcopy(document)
    for step in steps:
        _apply_step(changed, step, policy)
    return changed


def _names_patch(schemas: object) -> bool:
    return isinstance(schemas, list) and any(
        isinstance(urn, str) and urn.lower() == PATCH_URN.lower() for urn in schemas
    )


class _Reader:
    """Reads operations of one message."""

    def __init__(self, resource_type: ResourceType, policy: Policy, own_id: str | None) -> None:
        self._type = resource_type
        self._policy = policy
        self._own_id = own_id

    def steps(self, operation: object) -> Iterator[Step]:
        if not isinstance(operation, dict):
            raise invalid_syntax("an operation is an object with op, path and value")
        fields = {key.lower(): value for key, value in operation.items()}
        op = self._op(fields.get("op"))
        path = fields.get("path")
        if path is None or path == "":
            yield from self._steps_without_path(op, fields)
            return
        if not isinstance(path, str):
            raise invalid_path("a path is a string")
        resolved = self._resolve(path)
        if resolved is not None:
            yield from self._checked(Step(op, resolved, fields.get("value"), "value" in fields))

    def _op(self, op: object) -> str:
        lowered = op.lower() if isinstance(op, str) and self._policy.any_case_op else op
        if not isinstance(lowered, str) or lowered not in OPERATIONS:
            raise invalid_syntax("op is one of add, replace, remove")
        return lowered

    def _steps_without_path(self, op: str, fields: dict[str, object]) -> Iterator[Step]:
        if op == "remove":
            raise no_target("remove needs a path")
        value = fields.get("value")
        if not isinstance(value, dict):
            raise invalid_value("an operation without path takes an object of attributes")
        for key, inner in value.items():
            resolved = self._resolve_key(key)
            if resolved is not None:
                yield from self._checked(Step(op, resolved, inner, True))

    def _resolve_key(self, key: str) -> Path | None:
        """A key of a path-less value. Dotted names and URN:attribute are forms that only Entra knows (AMB-16)."""
        if not self._policy.dotted_value_keys and key.lower() not in self._type.extensions and "." in key:
            self._refuse_unknown()
            return None
        return self._resolve(key)

    def _resolve(self, text: str) -> Path | None:
        try:
            return resolve_path(text, self._type)
        except UnknownAttribute:
            self._refuse_unknown()
            return None

    def _refuse_unknown(self) -> None:
        if not self._policy.unknown_paths_ignored:
            raise invalid_path("a path names an attribute that no schema of this resource has")

    def _checked(self, step: Step) -> Iterator[Step]:
        """The step if it may be done; a whole extension becomes a step for each of its attributes."""
        path = step.path
        if step.op != "remove" and not step.has_value:
            raise invalid_value(f"{step.op} needs a value")
        if path.attribute is None:
            yield from self._extension_steps(step)
            return
        if path.attribute.name == "schemas":
            # The list follows from what the resource holds; naming a known extension changes nothing.
            self._check_schemas(step)
            return
        if path.attribute.name == "id" and step.op == "replace" and step.value == self._own_id:
            return  # Okta names the group that it renames by its id, beside the new name; nothing is changed by it.
        for part in (path.attribute, path.sub):
            if part is not None and part.mutability == "readOnly":
                if path.extension is not None and self._policy.unknown_paths_ignored:
                    return
                raise read_only(path.name)
        if step.op == "remove" and path.attribute.required and path.sub is None:
            raise ScimError(400, f"{path.name} is required and cannot be removed", "mutability")
        yield step

    def _extension_steps(self, step: Step) -> Iterator[Step]:
        extension = step.path.extension
        if step.op == "remove" or step.value is None or extension is None:
            yield Step("remove", step.path)
            return
        if not isinstance(step.value, dict):
            raise invalid_value("an extension takes an object of attributes")
        for key, inner in step.value.items():
            attribute = extension.sub(key)
            if attribute is None:
                self._refuse_unknown()
                continue
            yield Step(step.op, Path(extension, attribute), inner, True)

    def _check_schemas(self, step: Step) -> None:
        urns = step.value if isinstance(step.value, list) else [step.value]
        known = {self._type.urn.lower(), *self._type.extensions}
        if step.op == "remove" or any(not isinstance(urn, str) or urn.lower() not in known for urn in urns):
            raise invalid_value("schemas holds the URNs of this resource's schemas")


def _apply_step(document: Document, step: Step, policy: Policy) -> None:
    path = step.path
    if path.extension is None:
        holder = document
    else:
        held = document.get(path.extension.name)
        holder = held if isinstance(held, dict) else {}
    if path.attribute is None:
        holder = {}
    else:
        target = Target(holder, path.attribute, path.sub, path.filter)
        change_target(target, step.op, step.value, step.has_value, policy)
    if path.extension is not None:
        if holder:
            document[path.extension.name] = holder
        else:
            document.pop(path.extension.name, None)
