"""The audit trail as JSON, under `api/` of each portal. It is read only: nobody can switch it off (IVANTI-015)."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.portal.answers import json_answer
from scimulate.mock_servers.portal.audit import PAGE_SIZE, AuditRow
from scimulate.mock_servers.portal.audit_export import audit_row_json
from scimulate.mock_servers.portal.audit_filters import download, filter_of
from scimulate.mock_servers.portal.paging import page_number
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import Portal, Visit
from scimulate.mock_servers.refusal import PortalRefused

_MOST_DIGITS = 18


def routes_of(portal: Portal) -> list[Route]:
    """The JSON routes, relative to `api`."""
    api = _Api(portal)
    return [
        Route("/audit", api.rows, methods=["GET"]),
        Route("/audit/export", api.export, methods=["GET"]),
        Route("/audit/{number}", api.row, methods=["GET"]),
    ]


def row_asked_for(request: Request, visit: Visit) -> AuditRow:
    """The row that the path names; raises `PortalRefused`."""
    text = request.path_params["number"]
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    row = visit.tenant.audit.find(int(text)) if is_number else None
    if row is None:
        raise PortalRefused(404, "audit_row_not_found")
    return row


class _Api:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def rows(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_AUDIT)
        found = visit.tenant.audit.rows(filter_of(request), offset=(page_number(request) - 1) * PAGE_SIZE)
        rows = [audit_row_json(row) for row in found.rows]
        return json_answer({"total": found.total, "page_size": PAGE_SIZE, "rows": rows})

    async def row(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_AUDIT)
        return json_answer(audit_row_json(row_asked_for(request, visit)))

    async def export(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_AUDIT)
        return await run_in_threadpool(download, request, visit)
