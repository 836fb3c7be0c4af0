"""The two PATCH dialects: legacy, which a default job speaks, and compliant, chosen by a flag in the Tenant URL.

Pure: changes in, message body out. Summary of the two: ENTRA-148…153.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from scimulate.mock_servers.entra.difference import Change, Verb
from scimulate.mock_servers.entra.mapping import MANAGER

COMPLIANT_FLAG: Final = "aadOptscim062020"
LEGACY_FLAG: Final = "AzureAdScimPatch2017"
PATCH_SCHEMA: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

# These keep their path in the compliant dialect although they are single-valued (§3.7, ENTRA-191).
_ALWAYS_WITH_PATH = ("active", MANAGER)


class Dialect(StrEnum):
    """Which PATCH bodies a job sends."""

    LEGACY = "legacy"
    COMPLIANT = "compliant"


def update_body(dialect: Dialect, changes: Sequence[Change]) -> dict[str, object]:
    """All changes of one object in one message (ENTRA-123)."""
    if dialect is Dialect.LEGACY:
        return _message([_legacy_operation(change) for change in changes])
    merged = [change for change in changes if _is_merged(change)]
    filtered = [change for change in changes if "[" in change.path]
    others = [change for change in changes if change not in merged and change not in filtered]
    operations = [_compliant_operation(change) for change in (*filtered, *others)]
    if merged:
        operations.append({"op": "replace", "value": {change.path: change.value for change in merged}})
    return _message(operations)


def add_members_body(dialect: Dialect, target_ids: Sequence[str]) -> dict[str, object]:
    """One operation with all values, which carry no `$ref` (ENTRA-178, ENTRA-611)."""
    op = "Add" if dialect is Dialect.LEGACY else "add"
    return _message([{"op": op, "path": "members", "value": [{"value": target_id} for target_id in target_ids]}])


def remove_members_body(dialect: Dialect, target_ids: Sequence[str]) -> dict[str, object]:
    """Legacy: a value array; compliant: one operation for each member (ENTRA-153, ENTRA-668)."""
    if dialect is Dialect.LEGACY:
        values = [{"value": target_id} for target_id in target_ids]
        return _message([{"op": "Remove", "path": "members", "value": values}])
    return _message([{"op": "remove", "path": f'members[value eq "{target_id}"]'} for target_id in target_ids])


def _message(operations: list[dict[str, object]]) -> dict[str, object]:
    return {"schemas": [PATCH_SCHEMA], "Operations": operations}


def _legacy_operation(change: Change) -> dict[str, object]:
    """Booleans travel as words (ENTRA-125)."""
    value = str(change.value) if isinstance(change.value, bool) else change.value
    return {"op": change.verb.capitalize(), "path": change.path, "value": value}


def _compliant_operation(change: Change) -> dict[str, object]:
    return {"op": change.verb.value, "path": change.path, "value": change.value}


def _is_merged(change: Change) -> bool:
    """Replacements of single-valued attributes share an operation without path (ENTRA-133), adds do not (ENTRA-595)."""
    return change.verb is Verb.REPLACE and "[" not in change.path and change.path not in _ALWAYS_WITH_PATH
