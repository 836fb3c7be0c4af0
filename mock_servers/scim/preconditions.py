"""If-Match and If-None-Match (RFC 7644 §3.14, RFC 9110 §13.1).

Weak comparison, since SCIM's own examples use weak tags with both; the reading `strong_if_match` is HTTP's (AMB-32).
A server without versions passes both headers over.
"""

import re
from collections.abc import Callable

from scimulate.mock_servers.scim.errors import ScimError
from scimulate.mock_servers.scim.messages import Request
from scimulate.mock_servers.scim.policy import Policy

_TAG = re.compile(r'(W/)?("[^"]*")')


def check_version(request: Request, current: Callable[[], str], policy: Policy) -> None:
    """Refuse with 412 when `current` is not a version that the request is for, or one that a change is not for."""
    wanted, unwanted = request.headers.get("if-match"), request.headers.get("if-none-match")
    if request.method in ("GET", "HEAD"):
        unwanted = None  # RFC 9110 §13.1.2: a read of what the client has already is answered with 304.
    if (wanted is None and unwanted is None) or not policy.supported.etag_supported:
        return
    if wanted is not None and not _names(wanted, current(), strong=policy.readings.strong_if_match):
        raise ScimError(412, "the resource has changed since that version")
    if unwanted is not None and _names(unwanted, current()):
        raise ScimError(412, "the resource is there in a version that the change is not for")


def is_unchanged(request: Request, current: Callable[[], str], policy: Policy) -> bool:
    """Whether the client has the `current` version already (304)."""
    known = request.headers.get("if-none-match")
    return known is not None and policy.supported.etag_supported and _names(known, current())


def _names(header: str, version: str, *, strong: bool = False) -> bool:
    if header.strip() == "*":
        return True
    tags = _TAG.findall(header)
    if strong:
        return any(version == tag for weakness, tag in tags if not weakness)
    return any(version.removeprefix("W/") == tag for _, tag in tags)
