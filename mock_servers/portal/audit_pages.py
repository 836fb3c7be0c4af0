"""The page "Audit Trails": the list with its filters, one row in detail, and the archive."""

from collections.abc import Callable
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.language import LabelMissing, Say
from scimulate.mock_servers.portal.audit import PAGE_SIZE
from scimulate.mock_servers.portal.audit_api import row_asked_for
from scimulate.mock_servers.portal.audit_export import FORMATS
from scimulate.mock_servers.portal.audit_filters import download, filter_of, filters_of
from scimulate.mock_servers.portal.paging import page_number
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import Portal

WORDED = ("activity", "category", "type", "status")


class AuditPages:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def routes(self) -> list[Route]:
        return [
            Route("/audit", self.audit, methods=["GET"]),
            Route("/audit/export", self.export, methods=["GET"]),
            Route("/audit/{number}", self.row, methods=["GET"]),
        ]

    async def audit(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_AUDIT)
        page, filters = page_number(request), filters_of(request)
        trail = visit.tenant.audit
        found = trail.rows(filter_of(request), offset=(page - 1) * PAGE_SIZE)
        values = {
            "rows": found.rows,
            "total": found.total,
            "page": page,
            "pages": max(1, -(-found.total // PAGE_SIZE)),
            "filters": filters,
            "choices": trail.choices(),
            "formats": tuple(FORMATS),
            "address": lambda **more: f"?{urlencode({**filters, **more})}",
            "worded": worded_in(visit.say),
        }
        # IVANTI-016: two ways to the same page.
        section = "admin_audit" if request.scope["path"].endswith("/admin/audit") else "audit"
        return self._portal.page(visit, "audit.html", values, section=section)

    async def row(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_AUDIT)
        values = {"row": row_asked_for(request, visit), "worded": worded_in(visit.say)}
        return self._portal.page(visit, "audit_row.html", values, section="audit")

    async def export(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_AUDIT)
        return await run_in_threadpool(download, request, visit)


def worded_in(say: Say) -> Callable[[str, str], str]:
    """What the trail keeps in English, in the reader's language where there is a label for it."""

    def worded(kind: str, kept: str) -> str:
        try:
            return say(f"audit.{kind}.{kept.lower().replace(' ', '_')}") if kind in WORDED else kept
        except LabelMissing:
            return kept

    return worded
