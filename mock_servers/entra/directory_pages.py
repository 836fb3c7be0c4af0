"""The directory as pages: users and groups."""

from typing import cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.entra.directory import UnknownPrincipal
from scimulate.mock_servers.entra.portal import SHOWN, EntraPortal, refusing, see
from scimulate.mock_servers.entra.principals import Principal, User, UserChanges
from scimulate.mock_servers.portal.messages import read_form

USER_FIELDS = (
    ("display_name", "Display name"),
    ("user_principal_name", "User principal name"),
    ("mail", "Mail"),
    ("mail_nickname", "Mail nickname"),
    ("given_name", "First name"),
    ("surname", "Last name"),
    ("job_title", "Job title"),
    ("department", "Department"),
    ("employee_id", "Employee ID"),
    ("preferred_language", "Preferred language"),
    ("office_location", "Office location"),
    ("street_address", "Street address"),
    ("city", "City"),
    ("state", "State"),
    ("postal_code", "Postal code"),
    ("country", "Country"),
    ("telephone_number", "Business phone"),
    ("mobile", "Mobile phone"),
    ("fax", "Fax number"),
)
_REQUIRED = ("display_name", "user_principal_name")


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
        search = request.query_params.get("search", "")
        everybody = [*self._directory.users(), *self._directory.deleted_users()]
        if search:
            everybody = [found for found in self._directory.search(search) if isinstance(found, User)]
        values = {"search": search, "users": everybody[:SHOWN], "total": len(everybody)}
        return self._portal.page(request, "users.html", values, section="users")

    async def create_user(self, request: Request) -> Response:
        form = await read_form(request)
        name, principal_name = form.get("display_name", ""), form.get("user_principal_name", "").strip()
        user = await self._portal.do(lambda: self._directory.create_user(name, principal_name or None))
        return see(f"/portal/users/{user.id}")

    async def user(self, request: Request) -> Response:
        user = refusing(lambda: self._directory.user(request.path_params["id"]))
        manager = self._directory.user(user.manager_id).user_principal_name if user.manager_id else ""
        values = {"user": user, "manager": manager, "fields": USER_FIELDS}
        return self._portal.page(request, "user.html", values, section="users")

    async def update_user(self, request: Request) -> Response:
        form, user_id = await read_form(request), request.path_params["id"]
        changes: dict[str, object] = {
            name: form[name].strip() or (None if name not in _REQUIRED else "")
            for name, _ in USER_FIELDS
            if name in form
        }
        if "account_enabled" in form:
            changes["account_enabled"] = form["account_enabled"] == "Enabled"

        def update() -> None:
            if "manager" in form:
                manager = form["manager"].strip()
                changes["manager_id"] = self._directory.user_named(manager).id if manager else None
            self._directory.update_user(user_id, **cast(UserChanges, changes))

        await self._portal.do(update)
        return see(f"/portal/users/{user_id}")

    async def delete_user(self, request: Request) -> Response:
        await self._portal.do(lambda: self._directory.delete_user(request.path_params["id"]))
        return see(f"/portal/users/{request.path_params['id']}")

    async def restore_user(self, request: Request) -> Response:
        await self._portal.do(lambda: self._directory.restore_user(request.path_params["id"]))
        return see(f"/portal/users/{request.path_params['id']}")

    async def purge_user(self, request: Request) -> Response:
        await self._portal.do(lambda: self._directory.purge_user(request.path_params["id"]))
        return see("/portal/users")

    async def groups(self, request: Request) -> Response:
        groups = self._directory.groups()
        values = {"groups": groups[:SHOWN], "total": len(groups)}
        return self._portal.page(request, "groups.html", values, section="groups")

    async def create_group(self, request: Request) -> Response:
        name = (await read_form(request)).get("display_name", "")
        group = await self._portal.do(lambda: self._directory.create_group(name))
        return see(f"/portal/groups/{group.id}")

    async def group(self, request: Request) -> Response:
        group = refusing(lambda: self._directory.group(request.path_params["id"]))
        members = [self._directory.principal(member) for member in group.members[:SHOWN]]
        return self._portal.page(request, "group.html", {"group": group, "members": members}, section="groups")

    async def rename_group(self, request: Request) -> Response:
        name = (await read_form(request)).get("display_name", "")
        await self._portal.do(lambda: self._directory.rename_group(request.path_params["id"], name))
        return see(f"/portal/groups/{request.path_params['id']}")

    async def add_member(self, request: Request) -> Response:
        name, group_id = (await read_form(request)).get("principal", "").strip(), request.path_params["id"]
        await self._portal.do(lambda: self._directory.add_member(group_id, self._named(name).id))
        return see(f"/portal/groups/{group_id}")

    async def remove_members(self, request: Request) -> Response:
        form, group_id = await read_form(request), request.path_params["id"]

        def remove() -> None:
            for name in form:
                if name.startswith("principal:"):
                    self._directory.remove_member(group_id, name.removeprefix("principal:"))

        await self._portal.do(remove)
        return see(f"/portal/groups/{group_id}")

    async def delete_group(self, request: Request) -> Response:
        await self._portal.do(lambda: self._directory.delete_group(request.path_params["id"]))
        return see("/portal/groups")

    def _named(self, name: str) -> Principal:
        try:
            return self._directory.user_named(name)
        except UnknownPrincipal:
            return self._directory.group_named(name)
