"""What the portal does when a user arrives or changes over SCIM: invitation and Managed Apple ID, as the settings say.

Each is part of the change that brings it, so that neither is there without the other.
"""

from collections.abc import Mapping
from dataclasses import replace

from scimulate.mock_servers.portal.audit import SYSTEM, AuditStatus, AuditTrail
from scimulate.mock_servers.portal.invitations import Invitations
from scimulate.mock_servers.portal.managed_apple_id import is_address, managed_apple_id_of
from scimulate.mock_servers.portal.settings import ManagedAppleId, Settings, TenantSettings
from scimulate.mock_servers.portal.user_records import UserRecord, UserRecords
from scimulate.mock_servers.scim.rows import Row, preferred_email
from scimulate.mock_servers.scim.store import Connection


class Arrivals:
    """What one tenant does for users who come over SCIM."""

    def __init__(
        self, settings: TenantSettings, records: UserRecords, invitations: Invitations, audit: AuditTrail
    ) -> None:
        self._settings = settings
        self._records = records
        self._invitations = invitations
        self._audit = audit

    def user_created(self, connection: Connection, row: Row) -> None:
        """A user is new to the tenant."""
        settings = self._settings.in_force
        if settings.invite_imported_users:
            self.invite(connection, row, performed_by=SYSTEM)
        # Somebody new has no id from before the migration, so while none are given there is nothing to look up.
        if settings.managed_apple_id is not ManagedAppleId.OFF:
            self._renew_apple_id(connection, row, settings)

    def user_updated(self, connection: Connection, row: Row) -> None:
        """A user has other values, or came over from another source. Nobody is invited for it (IVANTI-075)."""
        self._renew_apple_id(connection, row, self._settings.in_force)

    def invite(self, connection: Connection, row: Row, *, performed_by: str) -> bool:
        """One mail for each user; False for who was invited before, or has no address."""
        record, address = self._records.get(connection, row.id), preferred_email(row.document.get("emails"))
        if record.invited_at is not None or not address:
            return False
        sent_at = self._invitations.send(connection, str(row.document.get("userName", "")), address)
        self._records.keep(connection, row.id, replace(record, invited_at=sent_at))
        self._record(connection, row, "User Invited", performed_by, {"invitation": (None, address)})
        return True

    def _renew_apple_id(self, connection: Connection, row: Row, settings: Settings) -> None:
        record = self._records.get(connection, row.id)
        if settings.managed_apple_id is ManagedAppleId.OFF:
            if record.legacy_apple_id:  # IVANTI-070: kept only where the setting was saved before the migration
                self._keep_apple_id(connection, row, record, None)
            return
        if record.legacy_apple_id:
            self._records.keep(connection, row.id, replace(record, legacy_apple_id=False))
            return
        wanted = managed_apple_id_of(row.document, settings)
        if wanted is None or wanted == record.apple_id:
            return
        holder = self._records.holder_of(connection, wanted)
        if not is_address(wanted) or holder not in (None, row.id):
            changes = {"managedAppleId": (record.apple_id, wanted)}
            self._record(connection, row, "Managed Apple ID Failed", SYSTEM, changes, AuditStatus.FAILURE)
            return
        self._keep_apple_id(connection, row, record, wanted)

    def _keep_apple_id(self, connection: Connection, row: Row, record: UserRecord, apple_id: str | None) -> None:
        self._records.keep(connection, row.id, replace(record, apple_id=apple_id, legacy_apple_id=False))
        changes = {"managedAppleId": (record.apple_id, apple_id)}
        self._record(connection, row, "Managed Apple ID Changed", SYSTEM, changes)

    def _record(
        self,
        connection: Connection,
        row: Row,
        activity: str,
        performed_by: str,
        changes: Mapping[str, tuple[str | None, str | None]],
        status: AuditStatus = AuditStatus.SUCCESS,
    ) -> None:
        self._audit.append(
            connection,
            activity,
            subject=str(row.document.get("userName", "")),
            subject_type="User",
            performed_by=performed_by,
            changes=changes,
            status=status,
        )
