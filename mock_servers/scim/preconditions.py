"""If-Match and If-None-Match. Weak comparison, since SCIM's own examples use weak tags with both (AMB-32)."""

from collections.abc import Callable

from scimulate.mock_servers.scim.errors import ScimError
from scimulate.mock_servers.scim.messages import Request


def check_version(request: Request, current: Callable[[], str]) -> None:
    """Refuse a change of a version that is no longer `current` with 412."""
    wanted = request.headers.get("if-match")
    if wanted is not None and not _names(wanted, current()):
        raise ScimError(412, "the resource has changed since that version")


def is_unchanged(request: Request, current: Callable[[], str]) -> bool:
    """Whether the client has the `current` version already (304)."""
    known = request.headers.get("if-none-match")
    return known is not None and _names(known, current())


def _names(header: str, version: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return "*" in tags or version.removeprefix("W/") in tags
