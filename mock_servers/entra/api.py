"""The Entra portal as JSON, over the same functions as the pages. Names are those of Graph where it has them."""

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import cast

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.entra.application import Application
from scimulate.mock_servers.entra.connection import ConnectionTest, CredentialsRefused
from scimulate.mock_servers.entra.log import LogEntry
from scimulate.mock_servers.entra.portal import EntraPortal, refusing
from scimulate.mock_servers.entra.principals import Group, User, UserChanges
from scimulate.mock_servers.entra.scope import Scope
from scimulate.mock_servers.entra.status import CycleSummary
from scimulate.mock_servers.portal.administration import PortalRefused
from scimulate.mock_servers.portal.messages import read_object, text_of

_DURATION = re.compile(r"^P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?$")

_LONGEST_ADVANCE = timedelta(days=366)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


_USER_NAMES = {_camel(field.name): field.name for field in fields(User)}
_TEXTS = frozenset(_USER_NAMES.values()) - {"id", "account_enabled", "deleted_at"}


def routes_of(portal: EntraPortal) -> list[Route]:
    directory, applications = _DirectoryApi(portal), _ApplicationApi(portal)
    one = "/applications/{application}"
    table: list[tuple[str, str, Callable[..., object]]] = [
        ("GET", "/clock", applications.clock),
        ("POST", "/clock", applications.advance),
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
        ("GET", "/applications", applications.listed),
        ("POST", "/applications", applications.create),
        ("GET", one, applications.one),
        ("GET", f"{one}/assignments", applications.assignments),
        ("PUT", f"{one}/assignments/{{principal}}", applications.assign),
        ("DELETE", f"{one}/assignments/{{principal}}", applications.unassign),
        ("POST", f"{one}/connection-test", applications.test_connection),
        ("PUT", f"{one}/credentials", applications.save_credentials),
        ("PUT", f"{one}/scope", applications.set_scope),
        ("POST", f"{one}/start", applications.start),
        ("POST", f"{one}/stop", applications.stop),
        ("POST", f"{one}/restart", applications.restart),
        ("GET", f"{one}/status", applications.status),
        ("GET", f"{one}/log", applications.log),
    ]
    return [Route(path, endpoint, methods=[method]) for method, path, endpoint in table]


def refusal_as_json(refused: PortalRefused) -> Response:
    return _json({"code": refused.code, "message": refused.sentence}, refused.status)


def _json(document: object, status: int = 200) -> Response:
    return Response(orjson.dumps(document), status, media_type="application/json")


def _user(user: User) -> dict[str, object]:
    return {camel: getattr(user, name) for camel, name in _USER_NAMES.items()}


def _group(group: Group) -> dict[str, object]:
    return {"id": group.id, "displayName": group.display_name, "members": list(group.members)}


def _changes(document: dict[str, object]) -> dict[str, object]:
    """What a JSON object says about a user."""
    changes: dict[str, object] = {}
    for camel, value in document.items():
        name = _USER_NAMES.get(camel, "")
        is_text = name in _TEXTS and (isinstance(value, str) or value is None)
        if not is_text and not (name == "account_enabled" and isinstance(value, bool)):
            raise PortalRefused(
                400, "bad_value", "An attribute is unknown, cannot be set, or has a value of a wrong type."
            )
        if value is None and name in ("display_name", "user_principal_name"):
            raise PortalRefused(400, "bad_value", "displayName and userPrincipalName cannot be null.")
        changes[name] = value
    return changes


class _DirectoryApi:
    def __init__(self, portal: EntraPortal) -> None:
        self._portal = portal
        self._directory = portal.tenant.directory

    async def users(self, request: Request) -> Response:
        everybody = [*self._directory.users(), *self._directory.deleted_users()]
        return _json([_user(user) for user in everybody])

    async def create_user(self, request: Request) -> Response:
        document = await read_object(request)
        changes = _changes({**document, "displayName": text_of(document, "displayName")})
        user = await self._portal.do(lambda: self._directory.create_user(**cast(UserChanges, changes)))
        return _json(_user(user), 201)

    async def user(self, request: Request) -> Response:
        return _json(_user(refusing(lambda: self._directory.user(request.path_params["id"]))))

    async def update_user(self, request: Request) -> Response:
        changes = cast(UserChanges, _changes(await read_object(request)))
        return _json(
            _user(await self._portal.do(lambda: self._directory.update_user(request.path_params["id"], **changes)))
        )

    async def delete_user(self, request: Request) -> Response:
        return _json(_user(await self._portal.do(lambda: self._directory.delete_user(request.path_params["id"]))))

    async def restore_user(self, request: Request) -> Response:
        return _json(_user(await self._portal.do(lambda: self._directory.restore_user(request.path_params["id"]))))

    async def purge_user(self, request: Request) -> Response:
        await self._portal.do(lambda: self._directory.purge_user(request.path_params["id"]))
        return Response(status_code=204)

    async def groups(self, request: Request) -> Response:
        return _json([_group(group) for group in self._directory.groups()])

    async def create_group(self, request: Request) -> Response:
        document = await read_object(request)
        name, members = text_of(document, "displayName"), document.get("members", [])
        if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
            raise PortalRefused(400, "bad_value", "members has to be an array of ids.")
        return _json(_group(await self._portal.do(lambda: self._directory.create_group(name, members))), 201)

    async def group(self, request: Request) -> Response:
        return _json(_group(refusing(lambda: self._directory.group(request.path_params["id"]))))

    async def rename_group(self, request: Request) -> Response:
        name = text_of(await read_object(request), "displayName")
        return _json(
            _group(await self._portal.do(lambda: self._directory.rename_group(request.path_params["id"], name)))
        )

    async def delete_group(self, request: Request) -> Response:
        await self._portal.do(lambda: self._directory.delete_group(request.path_params["id"]))
        return Response(status_code=204)

    async def add_member(self, request: Request) -> Response:
        group_id, member = request.path_params["id"], request.path_params["member"]
        return _json(_group(await self._portal.do(lambda: self._directory.add_member(group_id, member))))

    async def remove_member(self, request: Request) -> Response:
        group_id, member = request.path_params["id"], request.path_params["member"]
        return _json(_group(await self._portal.do(lambda: self._directory.remove_member(group_id, member))))


class _ApplicationApi:
    def __init__(self, portal: EntraPortal) -> None:
        self._portal = portal

    async def clock(self, request: Request) -> Response:
        return _json({"now": self._portal.tenant.clock.now(), "virtual": self._portal.advance is not None})

    async def advance(self, request: Request) -> Response:
        advance = self._portal.advance
        if advance is None:
            raise PortalRefused(409, "real_clock", "This clock is the machine's: it cannot be moved.")
        duration = _duration(text_of(await read_object(request), "advance"))
        await self._portal.do(lambda: advance(duration))
        return await self.clock(request)

    async def listed(self, request: Request) -> Response:
        return _json([_application(application) for application in self._portal.tenant.applications()])

    async def create(self, request: Request) -> Response:
        name = text_of(await read_object(request), "displayName")
        return _json(_application(await self._portal.do(lambda: self._portal.tenant.create_application(name))), 201)

    async def one(self, request: Request) -> Response:
        return _json(_application(self._portal.application_of(request)))

    async def assignments(self, request: Request) -> Response:
        return _json(
            [
                {"principalId": row.principal_id, "displayName": row.display_name, "principalType": row.kind}
                for row in self._portal.application_of(request).assignments()
            ]
        )

    async def assign(self, request: Request) -> Response:
        application, principal = self._portal.application_of(request), request.path_params["principal"]
        await self._portal.do(lambda: application.assign(principal))
        return await self.assignments(request)

    async def unassign(self, request: Request) -> Response:
        application, principal = self._portal.application_of(request), request.path_params["principal"]
        await self._portal.do(lambda: application.unassign(principal))
        return await self.assignments(request)

    async def test_connection(self, request: Request) -> Response:
        application, (url, token) = self._portal.application_of(request), await _fields(request)
        return _json(_test(await self._portal.do(lambda: application.test_connection(url, token))))

    async def save_credentials(self, request: Request) -> Response:
        application, (url, token) = self._portal.application_of(request), await _fields(request)
        try:
            await self._portal.do(lambda: application.save_credentials(url, token))
        except CredentialsRefused as refused:
            return _json(_test(refused.test), 409)
        return _json(_application(application))

    async def set_scope(self, request: Request) -> Response:
        application, wanted = self._portal.application_of(request), text_of(await read_object(request), "scope")
        scopes = {name: scope for scope in Scope for name in (scope.value, scope.name)}
        if wanted not in scopes:
            raise PortalRefused(400, "unknown_scope", f"scope has to be one of: {'; '.join(Scope)}.")
        application.scope = scopes[wanted]
        return _json(_application(application))

    async def start(self, request: Request) -> Response:
        await self._portal.do(self._portal.application_of(request).start)
        return await self.status(request)

    async def stop(self, request: Request) -> Response:
        await self._portal.do(self._portal.application_of(request).stop)
        return await self.status(request)

    async def restart(self, request: Request) -> Response:
        await self._portal.do(self._portal.application_of(request).restart)
        return await self.status(request)

    async def status(self, request: Request) -> Response:
        return _json(_status(self._portal.application_of(request)))

    async def log(self, request: Request) -> Response:
        asked = (request.query_params.get(name) or None for name in ("identity", "action", "status"))
        return _json([_entry(entry) for entry in self._portal.application_of(request).log.entries(*asked)])


async def _fields(request: Request) -> tuple[str, str]:
    document = await read_object(request)
    return text_of(document, "tenantUrl"), text_of(document, "secretToken")


def _duration(text: str) -> timedelta:
    match = _DURATION.match(text)
    if match is None or not any(match.groups()):
        raise PortalRefused(400, "bad_value", "advance has to be a duration such as PT40M.")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    duration = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if duration > _LONGEST_ADVANCE:
        raise PortalRefused(400, "bad_value", f"advance can be at most {_LONGEST_ADVANCE.days} days.")
    return duration


def _test(test: ConnectionTest) -> dict[str, object]:
    return {_camel(field.name): getattr(test, field.name) for field in fields(test)}


def _application(application: Application) -> dict[str, object]:
    return {
        "id": application.id,
        "displayName": application.name,
        "tenantUrl": application.credentials.tenant_url if application.credentials else None,
        "scope": application.scope,
        "state": application.status().state,
    }


def _status(application: Application) -> dict[str, object]:
    status = application.status()
    shown = {_camel(field.name): getattr(status, field.name) for field in fields(status)}
    return {**shown, "lastCycle": _summary(status.last_cycle)}


def _summary(cycle: CycleSummary | None) -> dict[str, object] | None:
    if cycle is None:
        return None
    shown = {_camel(field.name): getattr(cycle, field.name) for field in fields(cycle)}
    counts = [{"action": action, "status": ended, "count": n} for (action, ended), n in cycle.counts.items()]
    return {**shown, "counts": counts}


def _entry(entry: LogEntry) -> dict[str, object]:
    return {_camel(field.name): getattr(entry, field.name) for field in fields(entry)}
