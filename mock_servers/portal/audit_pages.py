"""The page "Audit Trails"."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.portal.audit import PAGE_SIZE
from scimulate.mock_servers.portal.messages import page_number, paging_of
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import Portal


class AuditPages:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def routes(self) -> list[Route]:
        return [Route("/audit", self.audit, methods=["GET"])]

    async def audit(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_AUDIT)
        search, page = request.query_params.get("search", ""), page_number(request)
        found = visit.tenant.audit.rows(search=search, offset=(page - 1) * PAGE_SIZE)
        values = {"rows": found.rows, **paging_of(found.total, page, search)}
        return self._portal.page(visit, "audit.html", values, section="audit")
