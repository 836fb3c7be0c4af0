"""What the vendor's Support switches for a tenant: SCIM provisioning, asked for by a ticket (SEED-010, SEED-012).

Provisioning is on for a new tenant: newer pages of the documented product do not speak of a ticket. Switching it off
keeps users, groups and tokens.

SupportRefused    a ticket cannot be filed or approved
"""

import threading
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from scimulate.mock_servers.portal.audit import AuditTrail
from scimulate.mock_servers.scim.store import Connection
from scimulate.mock_servers.tenant_values import TenantValues

FEATURE = "SCIM Provisioning"
_FLAG = "scim provisioning is on"
_TICKETS = "tickets"


class SupportRefused(Exception):
    """`code`: scim_enabled_already, ticket_open_already, ticket_unknown or ticket_approved_already."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TicketStatus(StrEnum):
    OPEN = "open"
    APPROVED = "approved"


@dataclass(frozen=True)
class Ticket:
    """What an administrator asks of Support."""

    id: int
    reason: str
    filed_by: str
    filed_at: datetime
    status: TicketStatus = TicketStatus.OPEN
    approved_by: str = ""
    approved_at: datetime | None = None


class Support:
    """The feature flag of one tenant, and its tickets."""

    def __init__(self, values: TenantValues) -> None:
        self._values = values
        self._lock = threading.Lock()

    @property
    def scim_is_on(self) -> bool:
        return self._values.get(_FLAG, True) is True

    def tickets(self) -> tuple[Ticket, ...]:
        """In the order in which they were filed."""
        kept: Any = self._values.get(_TICKETS, [])
        return tuple(_read(ticket) for ticket in kept)

    def file_ticket(self, reason: str, *, by: str, at: datetime, audit: AuditTrail) -> Ticket:
        """Ask for SCIM provisioning. Raises `SupportRefused` when that is on, or asked for, already."""
        with self._lock:
            tickets = self.tickets()
            if self.scim_is_on:
                raise SupportRefused("scim_enabled_already")
            if any(ticket.status is TicketStatus.OPEN for ticket in tickets):
                raise SupportRefused("ticket_open_already")
            ticket = Ticket(len(tickets) + 1, reason, by, at)
            self._keep(audit, by, {"Ticket Filed": ticket}, tickets=(*tickets, ticket))
            return ticket

    def approve_ticket(self, ticket_id: int, *, by: str, at: datetime, audit: AuditTrail) -> Ticket:
        """Switch SCIM provisioning on, as the ticket asks; raises `SupportRefused`."""
        with self._lock:
            tickets = self.tickets()
            asked = next((ticket for ticket in tickets if ticket.id == ticket_id), None)
            if asked is None:
                raise SupportRefused("ticket_unknown")
            if asked.status is TicketStatus.APPROVED:
                raise SupportRefused("ticket_approved_already")
            approved = replace(asked, status=TicketStatus.APPROVED, approved_by=by, approved_at=at)
            others = (approved if ticket is asked else ticket for ticket in tickets)
            self._keep(audit, by, {"Ticket Approved": approved}, tickets=tuple(others), on=True)
            return approved

    def switch_scim(self, *, on: bool, by: str, audit: AuditTrail) -> None:
        with self._lock:
            self._keep(audit, by, {}, tickets=self.tickets(), on=on)

    def _keep(
        self,
        audit: AuditTrail,
        by: str,
        activities: dict[str, Ticket],
        *,
        tickets: tuple[Ticket, ...],
        on: bool | None = None,
    ) -> None:
        """Keep what has changed, and tell of it in the audit trail, as one change."""
        was_on = self.scim_is_on

        def change(connection: Connection) -> None:
            self._values.keep(connection, _TICKETS, [asdict(ticket) for ticket in tickets])
            for activity, ticket in activities.items():
                subject = f"Ticket {ticket.id}"
                audit.append(connection, activity, subject=subject, subject_type="Support Ticket", performed_by=by)
            if on is not None and on != was_on:
                self._values.keep(connection, _FLAG, on)
                activity = "Feature Switched On" if on else "Feature Switched Off"
                audit.append(connection, activity, subject=FEATURE, subject_type="Feature", performed_by=by)

        self._values.database.write(change)
        self._values.refresh()


def _read(kept: dict[str, Any]) -> Ticket:
    approved_at = kept["approved_at"]
    return Ticket(
        **{
            **kept,
            "status": TicketStatus(kept["status"]),
            "filed_at": datetime.fromisoformat(kept["filed_at"]),
            "approved_at": None if approved_at is None else datetime.fromisoformat(approved_at),
        }
    )
