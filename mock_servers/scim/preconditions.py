"""If-Match and If-None-Match. Weak comparison, since SCIM's own examples use weak tags with both (AMB-32)."""

from scimulate.mock_servers.scim.errors import ScimError
from scimulate.mock_servers.scim.messages import Request
from scimulate.mock_servers.scim.representation import version_of
from scimulate.mock_servers.scim.rows import Row


def check_version(row: Row, request: Request) -> None:
    """Refuse a change of a version that is no longer current with 412."""
    wanted = request.headers.get("if-match")
    if wanted is not None and not _holds(wanted, row):
        raise ScimError(412, "the resource has changed since that version")


def is_unchanged(row: Row, request: Request) -> bool:
    """Whether the client has this version already (304)."""
    known = request.headers.get("if-none-match")
    return known is not None and _holds(known, row)


def _holds(header: str, row: Row) -> bool:
    current = version_of(row).removeprefix("W/")
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return "*" in tags or current in tags
