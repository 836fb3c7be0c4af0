"""The provisioning logs of an application: filters, an entry, and the log to take along."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.entra.accounts import Permission
from scimulate.mock_servers.entra.log import Action, Status
from scimulate.mock_servers.entra.log_export import as_csv, as_json
from scimulate.mock_servers.entra.portal import SHOWN, EntraPortal
from scimulate.mock_servers.entra.reading import DATE_FILTERS, TEXT_FILTERS, log_filter
from scimulate.mock_servers.refusal import PortalRefused


def routes_of(portal: EntraPortal) -> list[Route]:
    pages = _LogPages(portal)
    one = "/applications/{application}"
    return [
        Route(f"{one}/logs", pages.logs, methods=["GET"]),
        Route(f"{one}/logs.csv", pages.download_csv, methods=["GET"]),
        Route(f"{one}/logs.json", pages.download_json, methods=["GET"]),
        Route(f"{one}/logs/{{entry}}", pages.entry, methods=["GET"]),
    ]


def downloaded(content: str | bytes, name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


class _LogPages:
    def __init__(self, portal: EntraPortal) -> None:
        self._portal = portal

    async def logs(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_LOGS)
        entries = self._portal.application_of(request).log.entries(**log_filter(request.query_params))
        values = {
            "asked": {name: request.query_params.get(name, "") for name in (*TEXT_FILTERS, *DATE_FILTERS)},
            "query": request.url.query,
            "entries": entries[::-1][:SHOWN],
            "total": len(entries),
            "actions": list(Action),
            "statuses": list(Status),
        }
        return self._portal.application_page(request, visit, "logs.html", values, menu="logs")

    async def download_csv(self, request: Request) -> Response:
        self._portal.visit(request, Permission.SEE_LOGS)
        entries = self._portal.application_of(request).log.entries(**log_filter(request.query_params))
        return downloaded(as_csv(entries), "provisioning-log.csv", "text/csv")

    async def download_json(self, request: Request) -> Response:
        self._portal.visit(request, Permission.SEE_LOGS)
        entries = self._portal.application_of(request).log.entries(**log_filter(request.query_params))
        return downloaded(as_json(entries), "provisioning-log.json", "application/json")

    async def entry(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_LOGS)
        entry = self._portal.application_of(request).log.entry(request.path_params["entry"])
        if entry is None:
            raise PortalRefused(404, "entry_not_found")
        return self._portal.application_page(request, visit, "entry.html", {"entry": entry}, menu="logs")
