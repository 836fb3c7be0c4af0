"""What a request wants to see of the audit trail: its filters, and the page or the format."""

import re
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from scimulate.mock_servers.portal.audit import AuditFilter
from scimulate.mock_servers.portal.audit_export import FORMATS, archive_of
from scimulate.mock_servers.portal.portal import Visit
from scimulate.mock_servers.refusal import PortalRefused

FILTERS = ("from", "to", "category", "type", "activity", "name", "performed_by", "status")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def filters_of(request: Request) -> dict[str, str]:
    """The filters that are set, as they were given."""
    given = {name: request.query_params.get(name, "").strip() for name in FILTERS}
    return {name: value for name, value in given.items() if value}


def filter_of(request: Request) -> AuditFilter:
    """The same as a value; raises `PortalRefused`."""
    given = filters_of(request)
    first_day, last_day = _day(given.pop("from", "")), _day(given.pop("to", ""))
    return AuditFilter(first_day, last_day, **given)


def download(request: Request, visit: Visit) -> Response:
    """The rows that the request wants, as an archive in the format that it names."""
    format_name = request.query_params.get("format", "")
    if format_name not in FORMATS:
        raise PortalRefused(400, "unknown_format", formats=", ".join(FORMATS))
    now = visit.tenant.clock.now()
    archive = archive_of(visit.tenant.audit.all(filter_of(request)), format_name, now)
    name = f"audit-trails-{visit.tenant.name}-{now:%Y-%m-%d}-{format_name}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(archive, media_type="application/zip", headers=headers)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise PortalRefused(400, "bad_day")
    return day
