"""The directory as pages: users and groups."""

from collections.abc import Callable, Mapping
from typing import cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.entra.accounts import Permission
from scimulate.mock_servers.entra.directory import UnknownPrincipal
from scimulate.mock_servers.entra.portal import ROOT, SHOWN, EntraPortal, Visit, refusing, see
from scimulate.mock_servers.entra.principals import Principal, User, UserChanges
from scimulate.mock_servers.entra.reading import text_within_limits, ticked
from scimulate.mock_servers.refusal import PortalRefused

REQUIRED = ("display_name", "user_principal_name")
USER_FIELDS = (
    *REQUIRED,
    "mail",
    "mail_nickname",
    "given_name",
    "surname",
    "job_title",
    "department",
    "employee_id",
    "preferred_language",
    "office_location",
    "street_address",
    "city",
    "state",
    "postal_code",
    "country",
    "telephone_number",
    "mobile",
    "fax",
    "company_name",
    "employee_type",
    "extension_attribute1",
)
"""Each has its label, `entra.user.<name>`."""
ACCOUNT_STATES = {"enabled": True, "disabled": False}


def routes_of(portal: EntraPortal) -> list[Route]:
    pages = _DirectoryPages(portal)
    return [
        Route("/users", pages.users, methods=["GET"]),
        Route("/users", pages.create_user, methods=["POST"]),
        Route("/users/{id}", pages.user, methods=["GET"]),
        Route("/users/{id}", pages.update_user, methods=["POST"]),
        Route("/users/{id}/delete", pages.delete_user, methods=["POST"]),
        Route("/users/{id}/restore", pages.restore_user, methods=["POST"]),
        Route("/users/{id}/purge", pages.purge_user, methods=["POST"]),
        Route("/groups", pages.groups, methods=["GET"]),
        Route("/groups", pages.create_group, methods=["POST"]),
        Route("/groups/{id}", pages.group, methods=["GET"]),
        Route("/groups/{id}", pages.rename_group, methods=["POST"]),
        Route("/groups/{id}/members", pages.add_member, methods=["POST"]),
        Route("/groups/{id}/members/remove", pages.remove_members, methods=["POST"]),
        Route("/groups/{id}/delete", pages.delete_group, methods=["POST"]),
    ]


class _DirectoryPages:
    def __init__(self, portal: EntraPortal) -> None:
        self._portal = portal
        self._directory = portal.tenant.directory

    async def users(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_DIRECTORY)
        return self._users(request, visit, dict.fromkeys(REQUIRED, ""))

    def _users(
        self, request: Request, visit: Visit, typed: Mapping[str, str], refused: PortalRefused | None = None
    ) -> Response:
        search = request.query_params.get("search", "")
        everybody = [*self._directory.users(), *self._directory.deleted_users()]
        if search:
            everybody = [found for found in self._directory.search(search) if isinstance(found, User)]
        values = {"search": search, "users": everybody[:SHOWN], "total": len(everybody), "typed": typed}
        return self._portal.page(request, visit, "users.html", values, section="users", refused=refused)

    async def create_user(self, request: Request) -> Response:
        visit, form = await self._portal.submitted(request, Permission.CHANGE_DIRECTORY)
        typed = {field: form.get(field, "") for field in REQUIRED}
        try:
            name, principal_name = (text_within_limits(typed[field].strip()) for field in REQUIRED)
            user = await self._portal.do(lambda: self._directory.create_user(name, principal_name or None))
        except PortalRefused as refused:
            return self._users(request, visit, typed, refused)
        return see(f"{ROOT}/users/{user.id}")

    async def user(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_DIRECTORY)
        user = refusing(lambda: self._directory.user(request.path_params["id"]))
        manager = self._directory.user(user.manager_id).user_principal_name if user.manager_id else ""
        values = {"user": user, "manager": manager, "fields": USER_FIELDS}
        return self._portal.page(request, visit, "user.html", values, section="users")

    async def update_user(self, request: Request) -> Response:
        _, form = await self._portal.submitted(request, Permission.CHANGE_DIRECTORY)
        user_id = request.path_params["id"]
        changes: dict[str, object] = {
            name: text_within_limits(form[name].strip()) or (None if name not in REQUIRED else "")
            for name in USER_FIELDS
            if name in form
        }
        if "account_enabled" in form:
            if form["account_enabled"] not in ACCOUNT_STATES:
                raise PortalRefused(400, "bad_value", name="account_enabled")
            changes["account_enabled"] = ACCOUNT_STATES[form["account_enabled"]]

        def update() -> None:
            if "manager" in form:
                manager = form["manager"].strip()
                changes["manager_id"] = self._directory.user_named(manager).id if manager else None
            self._directory.update_user(user_id, **cast(UserChanges, changes))

        await self._portal.do(update)
        return see(f"{ROOT}/users/{user_id}")

    async def delete_user(self, request: Request) -> Response:
        return await self._change(request, self._directory.delete_user, f"users/{request.path_params['id']}")

    async def restore_user(self, request: Request) -> Response:
        return await self._change(request, self._directory.restore_user, f"users/{request.path_params['id']}")

    async def purge_user(self, request: Request) -> Response:
        return await self._change(request, self._directory.purge_user, "users")

    async def groups(self, request: Request) -> Response:
        return self._groups(request, self._portal.visit(request, Permission.SEE_DIRECTORY), "")

    def _groups(self, request: Request, visit: Visit, typed: str, refused: PortalRefused | None = None) -> Response:
        groups = self._directory.groups()
        values = {"groups": groups[:SHOWN], "total": len(groups), "typed": {"display_name": typed}}
        return self._portal.page(request, visit, "groups.html", values, section="groups", refused=refused)

    async def create_group(self, request: Request) -> Response:
        visit, form = await self._portal.submitted(request, Permission.CHANGE_DIRECTORY)
        typed = form.get("display_name", "")
        try:
            name = text_within_limits(typed)
            group = await self._portal.do(lambda: self._directory.create_group(name))
        except PortalRefused as refused:
            return self._groups(request, visit, typed, refused)
        return see(f"{ROOT}/groups/{group.id}")

    async def group(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_DIRECTORY)
        group = refusing(lambda: self._directory.group(request.path_params["id"]))
        members = [self._directory.principal(member) for member in group.members[:SHOWN]]
        return self._portal.page(request, visit, "group.html", {"group": group, "members": members}, section="groups")

    async def rename_group(self, request: Request) -> Response:
        _, form = await self._portal.submitted(request, Permission.CHANGE_DIRECTORY)
        name, group_id = text_within_limits(form.get("display_name", "")), request.path_params["id"]
        await self._portal.do(lambda: self._directory.rename_group(group_id, name))
        return see(f"{ROOT}/groups/{group_id}")

    async def add_member(self, request: Request) -> Response:
        _, form = await self._portal.submitted(request, Permission.CHANGE_DIRECTORY)
        name, group_id = form.get("principal", "").strip(), request.path_params["id"]
        await self._portal.do(lambda: self._directory.add_member(group_id, self._named(name).id))
        return see(f"{ROOT}/groups/{group_id}")

    async def remove_members(self, request: Request) -> Response:
        _, form = await self._portal.submitted(request, Permission.CHANGE_DIRECTORY)
        group_id = request.path_params["id"]

        def remove() -> None:
            for member in ticked(form):
                self._directory.remove_member(group_id, member)

        await self._portal.do(remove)
        return see(f"{ROOT}/groups/{group_id}")

    async def delete_group(self, request: Request) -> Response:
        return await self._change(request, self._directory.delete_group, "groups")

    async def _change(self, request: Request, change: Callable[[str], object], after: str) -> Response:
        await self._portal.submitted(request, Permission.CHANGE_DIRECTORY)
        await self._portal.do(lambda: change(request.path_params["id"]))
        return see(f"{ROOT}/{after}")

    def _named(self, name: str) -> Principal:
        try:
            return self._directory.user_named(name)
        except UnknownPrincipal:
            return self._directory.group_named(name)
