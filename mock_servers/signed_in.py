"""What is sent to a portal by whoever is signed in: forms and JSON calls, each of which has to be the session's own."""

from abc import ABC, abstractmethod
from typing import Any, Generic, Protocol, TypeVar

from starlette.requests import Request

from scimulate.mock_servers.messages import read_form, read_object
from scimulate.mock_servers.sessions import CSRF_FIELD, CSRF_HEADER, Session


class HasSession(Protocol):
    @property
    def session(self) -> Session[Any]: ...


Permission = TypeVar("Permission")
Visit = TypeVar("Visit", bound=HasSession)


class SignedIn(ABC, Generic[Permission, Visit]):
    """A portal that knows who visits it, and what for."""

    @abstractmethod
    def visit(self, request: Request, permission: Permission | None) -> Visit:
        """Whoever asks, once signed in and permitted (None: whoever is signed in). Raises `PortalRefused`."""

    async def submitted(self, request: Request, permission: Permission | None) -> tuple[Visit, dict[str, str]]:
        """The visit and the form of a page that was sent; a form that is not from this session is refused."""
        visit = self.visit(request, permission)
        form = await read_form(request)
        visit.session.check_form(form.pop(CSRF_FIELD, ""))
        return visit, form

    async def called(self, request: Request, permission: Permission | None) -> tuple[Visit, dict[str, object]]:
        """The visit and the JSON object of a call that changes something. It carries the session's CSRF token."""
        visit = self.visit(request, permission)
        visit.session.check_call(request.headers.get(CSRF_HEADER, ""))
        return visit, await read_object(request)
