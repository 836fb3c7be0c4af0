"""The directory of the Entra portal as JSON: users and groups."""

from collections.abc import Callable
from dataclasses import fields
from typing import TypeVar, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.entra.accounts import Permission
from scimulate.mock_servers.entra.graph_json import camel, json_answer, properties_of
from scimulate.mock_servers.entra.portal import EntraPortal, refusing
from scimulate.mock_servers.entra.principals import Group, Principal, User, UserChanges
from scimulate.mock_servers.entra.reading import text_within_limits
from scimulate.mock_servers.messages import text_of
from scimulate.mock_servers.refusal import PortalRefused

Result = TypeVar("Result")

_USER_NAMES = {camel(field.name): field.name for field in fields(User)}
_TEXTS = frozenset(_USER_NAMES.values()) - {"id", "account_enabled", "deleted_at"}


def routes_of(portal: EntraPortal) -> list[Route]:
    directory = _DirectoryApi(portal)
    table: list[tuple[str, str, Callable[..., object]]] = [
        ("GET", "/principals", directory.search),
        ("GET", "/users", directory.users),
        ("POST", "/users", directory.create_user),
        ("GET", "/users/{id}", directory.user),
        ("PATCH", "/users/{id}", directory.update_user),
        ("DELETE", "/users/{id}", directory.delete_user),
        ("POST", "/users/{id}/restore", directory.restore_user),
        ("POST", "/users/{id}/purge", directory.purge_user),
        ("GET", "/groups", directory.groups),
        ("POST", "/groups", directory.create_group),
        ("GET", "/groups/{id}", directory.group),
        ("PATCH", "/groups/{id}", directory.rename_group),
        ("DELETE", "/groups/{id}", directory.delete_group),
        ("PUT", "/groups/{id}/members/{member}", directory.add_member),
        ("DELETE", "/groups/{id}/members/{member}", directory.remove_member),
    ]
    return [Route(path, endpoint, methods=[method]) for method, path, endpoint in table]


class _DirectoryApi:
    def __init__(self, portal: EntraPortal) -> None:
        self._portal = portal
        self._directory = portal.tenant.directory

    async def search(self, request: Request) -> Response:
        """What Add Assignment finds."""
        self._portal.visit(request, Permission.SEE_APPLICATIONS)
        found = self._directory.search(request.query_params.get("search", ""))
        return json_answer([_principal(each) for each in found])

    async def users(self, request: Request) -> Response:
        self._portal.visit(request, Permission.SEE_DIRECTORY)
        everybody = [*self._directory.users(), *self._directory.deleted_users()]
        return json_answer([properties_of(user) for user in everybody])

    async def create_user(self, request: Request) -> Response:
        _, document = await self._portal.called(request, Permission.CHANGE_DIRECTORY)
        changes = _changes({**document, "displayName": text_of(document, "displayName")})
        user = await self._portal.do(lambda: self._directory.create_user(**cast(UserChanges, changes)))
        return json_answer(properties_of(user), 201)

    async def user(self, request: Request) -> Response:
        self._portal.visit(request, Permission.SEE_DIRECTORY)
        return json_answer(properties_of(refusing(lambda: self._directory.user(request.path_params["id"]))))

    async def update_user(self, request: Request) -> Response:
        _, document = await self._portal.called(request, Permission.CHANGE_DIRECTORY)
        changes, user_id = cast(UserChanges, _changes(document)), request.path_params["id"]
        user = await self._portal.do(lambda: self._directory.update_user(user_id, **changes))
        return json_answer(properties_of(user))

    async def delete_user(self, request: Request) -> Response:
        return json_answer(properties_of(await self._changed(request, self._directory.delete_user)))

    async def restore_user(self, request: Request) -> Response:
        return json_answer(properties_of(await self._changed(request, self._directory.restore_user)))

    async def purge_user(self, request: Request) -> Response:
        await self._changed(request, self._directory.purge_user)
        return Response(status_code=204)

    async def groups(self, request: Request) -> Response:
        self._portal.visit(request, Permission.SEE_DIRECTORY)
        return json_answer([_group(group) for group in self._directory.groups()])

    async def create_group(self, request: Request) -> Response:
        _, document = await self._portal.called(request, Permission.CHANGE_DIRECTORY)
        name, members = text_within_limits(text_of(document, "displayName")), document.get("members", [])
        if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
            raise PortalRefused(400, "bad_value", name="members")
        return json_answer(_group(await self._portal.do(lambda: self._directory.create_group(name, members))), 201)

    async def group(self, request: Request) -> Response:
        self._portal.visit(request, Permission.SEE_DIRECTORY)
        return json_answer(_group(refusing(lambda: self._directory.group(request.path_params["id"]))))

    async def rename_group(self, request: Request) -> Response:
        _, document = await self._portal.called(request, Permission.CHANGE_DIRECTORY)
        name, group_id = text_within_limits(text_of(document, "displayName")), request.path_params["id"]
        return json_answer(_group(await self._portal.do(lambda: self._directory.rename_group(group_id, name))))

    async def delete_group(self, request: Request) -> Response:
        await self._changed(request, self._directory.delete_group)
        return Response(status_code=204)

    async def add_member(self, request: Request) -> Response:
        member = request.path_params["member"]
        return json_answer(_group(await self._changed(request, lambda id: self._directory.add_member(id, member))))

    async def remove_member(self, request: Request) -> Response:
        member = request.path_params["member"]
        return json_answer(_group(await self._changed(request, lambda id: self._directory.remove_member(id, member))))

    async def _changed(self, request: Request, change: Callable[[str], Result]) -> Result:
        await self._portal.called(request, Permission.CHANGE_DIRECTORY)
        return await self._portal.do(lambda: change(request.path_params["id"]))


def _principal(principal: Principal) -> dict[str, object]:
    kind = "User" if isinstance(principal, User) else "Group"
    return {"id": principal.id, "displayName": principal.display_name, "principalType": kind}


def _group(group: Group) -> dict[str, object]:
    return {"id": group.id, "displayName": group.display_name, "members": list(group.members)}


def _changes(document: dict[str, object]) -> dict[str, object]:
    """What a JSON object says about a user."""
    changes: dict[str, object] = {}
    for key, value in document.items():
        name = _USER_NAMES.get(key, "")
        is_text = name in _TEXTS and (isinstance(value, str) or value is None)
        if not is_text and not (name == "account_enabled" and isinstance(value, bool)):
            raise PortalRefused(400, "bad_value", name=key)
        if value is None and name in ("display_name", "user_principal_name"):
            raise PortalRefused(400, "bad_value", name=key)
        changes[name] = text_within_limits(value) if isinstance(value, str) else value
    return changes
