"""What administrators and Support do about a tenant's features, for the pages and the JSON alike."""

from scimulate.mock_servers.portal.portal import Visit
from scimulate.mock_servers.portal.support import SupportRefused, Ticket
from scimulate.mock_servers.portal.user_administration import LONGEST_TEXT
from scimulate.mock_servers.refusal import PortalRefused

_STATUS_OF_CODE = {
    "scim_enabled_already": 409,
    "ticket_open_already": 409,
    "ticket_unknown": 404,
    "ticket_approved_already": 409,
}


def file_ticket(visit: Visit, reason: str) -> Ticket:
    """Ask Support for SCIM provisioning (SEED-012)."""
    if len(reason) > LONGEST_TEXT:
        raise PortalRefused(400, "too_long", most=LONGEST_TEXT)
    if not all(letter.isprintable() for letter in reason):
        raise PortalRefused(400, "unprintable")
    tenant = visit.tenant
    try:
        return tenant.support.file_ticket(reason.strip(), by=visit.by, at=tenant.clock.now(), audit=tenant.audit)
    except SupportRefused as refused:
        raise _told(refused) from refused


def approve_ticket(visit: Visit, ticket_id: str) -> Ticket:
    """Do what the ticket asks for. It takes effect at once."""
    tenant = visit.tenant
    number = int(ticket_id) if ticket_id.isascii() and ticket_id.isdigit() and len(ticket_id) < 10 else 0
    try:
        return tenant.support.approve_ticket(number, by=visit.by, at=tenant.clock.now(), audit=tenant.audit)
    except SupportRefused as refused:
        raise _told(refused) from refused


def switch_scim(visit: Visit, *, on: bool) -> None:
    """Support may switch the feature without a ticket, too (IVANTI-095)."""
    visit.tenant.support.switch_scim(on=on, by=visit.by, audit=visit.tenant.audit)


def _told(refused: SupportRefused) -> PortalRefused:
    return PortalRefused(_STATUS_OF_CODE[refused.code], refused.code)
