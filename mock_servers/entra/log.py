"""The provisioning log: one entry for each object that a cycle handled (ENTRA-389…409), in virtual time."""

import threading
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from scimulate.mock_servers.language import Language, load_labels


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
    label: str = ""
    """That of the description, for readers of other languages; "" where the endpoint's own words are told."""


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


# Reasons of ours, by their code; other reasons hold what the endpoint said.
REASONS = {"EntrySynchronizationSkipped": "entra.reason.skipped", "RedundantExport": "entra.reason.redundant"}
_EXPORTS = {Action.CREATE: "EntryExportAdd", Action.DELETE: "EntryExportDelete"}


def english(label: str) -> str:
    return load_labels().text(label, Language.ENGLISH)


def steps_of(action: Action, status: Status, code: str, reason: str, *, found: str) -> tuple[Step, ...]:
    """The four usual steps: import, scope, match, export (ENTRA-402, ENTRA-404). `found` is a label."""
    in_scope = action in (Action.CREATE, Action.UPDATE) or code == "RedundantExport"
    scoping = Status.SUCCESS if in_scope else Status.SKIPPED
    export = "EntrySynchronizationSkip" if status is Status.SKIPPED else _EXPORTS.get(action, "EntryExportUpdate")
    done = REASONS.get(code, "" if reason else f"entra.step.done.{action}")
    return (
        _step("EntryImport", "import", Status.SUCCESS, "entra.step.read"),
        _step("EntrySynchronizationScoping", "scoping", scoping, f"entra.step.{'in' if in_scope else 'out_of'}_scope"),
        _step("EntryMatching", "matching", Status.SUCCESS, found or "entra.step.no_match"),
        Step(export, "export", status, reason or english(done), done),
    )


def _step(name: str, kind: str, status: Status, label: str) -> Step:
    return Step(name, kind, status, english(label), label)
