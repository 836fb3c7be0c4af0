"""The audit trail as JSON, under `api/` of each portal."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.portal.answers import json_answer
from scimulate.mock_servers.portal.audit import PAGE_SIZE
from scimulate.mock_servers.portal.messages import page_number
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import Portal


def routes_of(portal: Portal) -> list[Route]:
    """The JSON routes, relative to `api`."""
    return [Route("/audit", _Api(portal).audit, methods=["GET"])]


class _Api:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def audit(self, request: Request) -> Response:
        tenant = self._portal.visit(request, Permission.SEE_AUDIT).tenant
        found = tenant.audit.rows(
            search=request.query_params.get("search", ""), offset=(page_number(request) - 1) * PAGE_SIZE
        )
        return json_answer({"total": found.total, "page_size": PAGE_SIZE, "rows": found.rows})
