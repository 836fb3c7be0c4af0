"""The provisioning log: one entry for each object that a cycle handled (ENTRA-389…409), in virtual time."""

import threading
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Action(StrEnum):
    """What was done to the object in the target (ENTRA-392)."""

    CREATE = "create"
    UPDATE = "update"
    DISABLE = "disable"
    DELETE = "delete"
    OTHER = "other"


class Status(StrEnum):
    """How it ended (ENTRA-398)."""

    SUCCESS = "success"
    WARNING = "warning"
    FAILURE = "failure"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Step:
    """One of the steps import, scoping, matching, export, referenceResolution (ENTRA-400)."""

    name: str
    kind: str
    status: Status
    description: str


@dataclass(frozen=True)
class ModifiedProperty:
    """One attribute that was written, values as text (ENTRA-401)."""

    name: str
    old: str
    new: str


@dataclass(frozen=True)
class Identity:
    """The object in the directory that an entry is about."""

    id: str
    display_name: str
    kind: str
    user_principal_name: str = ""

    def is_called(self, name: str) -> bool:
        return name.casefold() in (
            self.id.casefold(),
            self.display_name.casefold(),
            self.user_principal_name.casefold() or None,
        )


@dataclass(frozen=True)
class LogEntry:
    """One row of the log."""

    id: str
    cycle_id: str
    activity_at: datetime
    action: Action
    status: Status
    identity: Identity
    target_id: str = ""
    error_code: str = ""
    reason: str = ""
    steps: tuple[Step, ...] = ()
    modified_properties: tuple[ModifiedProperty, ...] = ()


class ProvisioningLog:
    """All entries of one application, oldest first."""

    def __init__(self) -> None:
        self._entries: list[LogEntry] = []
        self._lock = threading.Lock()

    def append(self, entry: LogEntry) -> None:
        with self._lock:
            self._entries.append(entry)

    def entries(
        self,
        identity: str | None = None,
        action: Action | str | None = None,
        status: Status | str | None = None,
        *,
        since: date | None = None,
        until: date | None = None,
        source_id: str | None = None,
        target_id: str | None = None,
    ) -> list[LogEntry]:
        """Those that fit. `identity` is a display name, user principal name or id; letter case never matters."""
        with self._lock:
            entries = list(self._entries)
        return [
            entry
            for entry in entries
            if (identity is None or entry.identity.is_called(identity))
            and (action is None or entry.action == action.lower())
            and (status is None or entry.status == status.lower())
            and (since is None or entry.activity_at.date() >= since)
            and (until is None or entry.activity_at.date() <= until)
            and (source_id is None or entry.identity.id == source_id)
            and (target_id is None or entry.target_id == target_id)
        ]

    def entry(self, entry_id: str) -> LogEntry | None:
        return next((entry for entry in self.entries() if entry.id == entry_id), None)


def steps_of(action: Action, status: Status, reason: str, *, found: str) -> tuple[Step, ...]:
    """The four usual steps: import, scope, match, export (ENTRA-402, ENTRA-404)."""
    in_scope = Status.SUCCESS if action in (Action.CREATE, Action.UPDATE) else Status.SKIPPED
    export = {Action.CREATE: "EntryExportAdd", Action.DELETE: "EntryExportDelete"}.get(action, "EntryExportUpdate")
    if status is Status.SKIPPED:
        export = "EntrySynchronizationSkip"
    return (
        Step("EntryImport", "import", Status.SUCCESS, "read from the directory"),
        Step(
            "EntrySynchronizationScoping", "scoping", in_scope, "in scope" if in_scope == "success" else "not in scope"
        ),
        Step("EntryMatching", "matching", Status.SUCCESS, found or "no link and no match"),
        Step(export, "export", status, reason or f"{action} done"),
    )
