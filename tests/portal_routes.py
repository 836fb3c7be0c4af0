"""Every route of the MDM portal, asked of the application itself: a test that walks them forgets none."""

from collections.abc import Iterable, Iterator

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from scimulate.mock_servers.portal.pages import create_portal
from scimulate.mock_servers.tenants import Tenants


def portal_of(tenants: Tenants) -> Starlette:
    return create_portal(tenants, scim_url_of=lambda tenant: f"http://127.0.0.1:8880{tenant.scim_path}")


def routes(portal: Starlette) -> list[tuple[str, str]]:
    """Method and path of each route of the default tenant's portal, with its placeholders."""
    return sorted(
        (method, path)
        for path, route in _walked(portal.routes)
        if path.startswith("/portal/")
        for method in (route.methods or ())
        if method != "HEAD"
    )


def _walked(routes: Iterable[BaseRoute], prefix: str = "") -> Iterator[tuple[str, Route]]:
    for route in routes:
        if isinstance(route, Route):
            yield prefix + route.path, route
        elif isinstance(route, Mount):
            yield from _walked(route.routes or (), prefix + route.path)
