"""PATCH (RFC 7644 §3.5.2): a document and operations in, a new document out. The old one is never touched.

`steps_of` turns a PatchOp message into steps, each with a resolved target, and is where the two dialects of Entra
meet: capitalised operations one attribute at a time (ENTRA-121, ENTRA-122), and one path-less replacement with
dotted and URN keys (ENTRA-133). `apply` carries the steps out.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scimulate.mock_servers.scim.change import Target, change_target
from scimulate.mock_servers.scim.document import Document
from scimulate.mock_servers.scim.errors import (
    invalid_path,
    invalid_syntax,
    invalid_value,
    no_target,
    read_only,
    required,
)
from scimulate.mock_servers.scim.limits import PATCH_COMPARISONS, PATCH_OPERATIONS, too_large
from scimulate.mock_servers.scim.path import Path, UnknownAttribute, resolve_path, terms
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.schema import ResourceType

PATCH_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
OPERATIONS = frozenset({"add", "replace", "remove"})


class Step(NamedTuple):
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
    changed = {**document}
    looked_at = 0
    for step in steps:
        looked_at += _apply_step(changed, step, policy, PATCH_COMPARISONS - looked_at)
    return changed


def _is_path(key: str) -> bool:
    return "." in key or "[" in key


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
        if len(fields) < len(operation):
            raise invalid_syntax("an operation has one op, path and value, in whatever letter case")
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
        if not value and not self._policy.empty_patch_accepted:
            raise invalid_value("an operation without path names at least one attribute")
        for key, inner in value.items():
            resolved = self._resolve_key(key)
            if resolved is not None:
                yield from self._checked(Step(op, resolved, inner, True))

    def _resolve_key(self, key: str) -> Path | None:
        """A key of a path-less value. Dotted names and URN:attribute are forms that only Entra knows (AMB-16)."""
        if not self._policy.dotted_value_keys and key.lower() not in self._type.extensions and _is_path(key):
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
        if self._policy.unknown_paths_ignored:
            return
        refused = invalid_path if self._policy.readings.unknown_path_error == "invalidPath" else no_target
        raise refused("a path names an attribute that no schema of this resource has")

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
        last = path.sub or path.attribute
        if last.mutability == "readOnly" or path.attribute.mutability == "readOnly":
            if path.extension is not None and self._policy.unknown_paths_ignored:
                return
            raise read_only(path.name)
        if step.op == "remove" and last.required:
            raise required(path.name)
        yield step

    def _extension_steps(self, step: Step) -> Iterator[Step]:
        extension = step.path.extension
        if step.op == "remove" or extension is None:
            yield step
            return
        if step.value is None or step.value == []:
            if self._policy.readings.null_replacement_refused and step.op == "replace":
                raise invalid_value("replace takes a value; remove takes an extension away")
            if step.op == "replace" and not self._policy.blank_updates_ignored:
                yield step
            return
        if not isinstance(step.value, dict):
            raise invalid_value("an extension takes an object of attributes")
        for key, inner in step.value.items():
            attribute = extension.sub(key)
            if attribute is None and key.lower() == "schemas" and inner == [extension.name]:
                continue  # A container that says what it is, as scim2-models writes it, says nothing else by that.
            if attribute is None:
                self._refuse_unknown()
                continue
            yield from self._checked(Step(step.op, Path(extension, attribute), inner, True))

    def _check_schemas(self, step: Step) -> None:
        urns = step.value if isinstance(step.value, list) else [step.value]
        known = {self._type.urn.lower(), *self._type.extensions}
        if step.op == "remove":
            raise required("schemas")  # RFC 7643 §3 requires it, though no schema says so.
        if any(not isinstance(urn, str) or urn.lower() not in known for urn in urns):
            raise invalid_value("schemas holds the URNs of this resource's schemas")


def _values_looked_at(holder: Document, step: Step) -> int:
    held = holder.get(step.path.attribute.name) if step.path.attribute is not None else None
    if not isinstance(held, list):
        return 1
    sought = len(step.value) if step.op == "remove" and isinstance(step.value, list) else 1
    return len(held) * (terms(step.path.filter) if step.path.filter is not None else sought)


def _apply_step(document: Document, step: Step, policy: Policy, allowed: int) -> int:
    """Carry out the step on the document; how many values it looked at. What is inside the document stays as it was."""
    path = step.path
    extension, attribute = path.extension, path.attribute
    if attribute is None:
        held = document.pop(extension.name, None) if extension is not None else None
        if held is None and step.op == "remove" and policy.readings.remove_of_nothing_refused:
            raise no_target("there is no value of the extension to remove")
        return 1
    holder = document
    if extension is not None:
        held = document.get(extension.name)
        holder = {**held} if isinstance(held, dict) else {}
    cost = _values_looked_at(holder, step)
    if cost > allowed:
        raise too_large(f"the operations of a request may look at {PATCH_COMPARISONS} values")
    change_target(Target(holder, attribute, path.sub, path.filter), step.op, step.value, step.has_value, policy)
    if extension is not None:
        if holder:
            document[extension.name] = holder
        else:
            document.pop(extension.name, None)
    return cost
