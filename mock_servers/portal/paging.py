"""Which page of a list is asked for, and what leads to the others."""

from starlette.requests import Request

from scimulate.mock_servers.portal.audit import PAGE_SIZE
from scimulate.mock_servers.refusal import PortalRefused

LAST_PAGE = 10_000_000


def page_number(request: Request) -> int:
    """The page that is asked for, the first when none is named."""
    text = request.query_params.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not 1 <= number <= LAST_PAGE:
        raise PortalRefused(400, "bad_page")
    return number


def paging_of(total: int, page: int, search: str) -> dict[str, object]:
    """What a page needs for its row of links to other pages."""
    return {"total": total, "page": page, "pages": max(1, -(-total // PAGE_SIZE)), "search": search}
