"""Refusals of values that another resource has: RFC 7644 §3.3, and Table 9 for updates (AMB-01, AMB-35)."""

from scimulate.mock_servers.scim.document import Document
from scimulate.mock_servers.scim.errors import ScimError, taken
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.resources import Resources
from scimulate.mock_servers.scim.rows import Row
from scimulate.mock_servers.scim.store import Connection


def taken_by_update(name: str, policy: Policy) -> ScimError:
    """An update that would give two resources one unique value."""
    return ScimError(policy.readings.update_conflict_status, taken(name).detail, "uniqueness")


def check_external_id(
    resources: Resources, connection: Connection, kind: str, own: Row | None, document: Document, policy: Policy
) -> None:
    """Refuse an externalId that another resource of the kind has, where it is to be unique. A new one has no `own`."""
    value = document.get("externalId")
    if not policy.readings.external_id_unique or not isinstance(value, str):
        return
    found = resources.find_equal(connection, kind, "external_id", value)
    if any(own is None or other.number != own.number for other in found):
        raise taken("externalId") if own is None else taken_by_update("externalId", policy)
