"""What a cycle did to one object, while it does it; becomes an entry of the provisioning log."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from scimulate.mock_servers.entra.difference import Change
from scimulate.mock_servers.entra.log import (
    REASONS,
    Action,
    Identity,
    LogEntry,
    ModifiedProperty,
    Status,
    english,
    steps_of,
)
from scimulate.mock_servers.entra.provisioning import Exported


@dataclass
class Treatment:
    """`status` is None until the object was dealt with."""

    identity: Identity
    action: Action
    status: Status | None = None
    target_id: str = ""
    code: str = ""
    reason: str = ""
    found: str = ""
    """The label of how it was found in the target."""
    modified: list[ModifiedProperty] = field(default_factory=list)

    def ended(self, exported: Exported | None) -> None:
        """The object itself is done; references and members may follow."""
        if exported is None and self.action is Action.DELETE:
            self.status = Status.SUCCESS
            return
        if exported is None:
            self._skip("EntrySynchronizationSkipped")
            return
        self.target_id = exported.resource.id
        self.found = "" if exported.created else "entra.step.matched" if exported.matched else "entra.step.linked"
        if not exported.written:
            self._skip("RedundantExport")
            return
        if not exported.created and self.action is Action.CREATE:
            self.action = Action.UPDATE
        self.status = Status.SUCCESS
        self._note(exported.written)

    def wrote(self, changes: Sequence[Change]) -> None:
        """Something more was written after the object itself."""
        self._becomes_an_update()
        self._note(changes)

    def wrote_members(self, target_ids: Sequence[str], added: bool) -> None:
        """A membership change is an update of the group (ENTRA-409)."""
        self._becomes_an_update()
        listed = ", ".join(target_ids)
        self.modified.append(ModifiedProperty("members", "" if added else listed, listed if added else ""))

    def warned(self, code: str, reason: str) -> None:
        if self.status is not Status.FAILURE:
            self.status, self.code, self.reason = Status.WARNING, code, reason

    def failed(self, code: str, reason: str) -> None:
        self.status, self.code, self.reason = Status.FAILURE, code, reason

    def entry(self, entry_id: str, cycle_id: str, at: datetime) -> LogEntry:
        status = self.status or Status.FAILURE
        return LogEntry(
            id=entry_id,
            cycle_id=cycle_id,
            activity_at=at,
            action=self.action,
            status=status,
            identity=self.identity,
            target_id=self.target_id,
            error_code=self.code,
            reason=self.reason,
            steps=steps_of(self.action, status, self.code, self.reason, found=self.found),
            modified_properties=tuple(self.modified),
        )

    def _skip(self, code: str) -> None:
        self.action, self.status, self.code, self.reason = Action.OTHER, Status.SKIPPED, code, english(REASONS[code])

    def _becomes_an_update(self) -> None:
        if self.status is Status.SKIPPED:
            self.action, self.status, self.code, self.reason = Action.UPDATE, Status.SUCCESS, "", ""

    def _note(self, changes: Sequence[Change]) -> None:
        self.modified += [
            ModifiedProperty(change.path, "" if change.old is None else str(change.old), str(change.value))
            for change in changes
        ]
