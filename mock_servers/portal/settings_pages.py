"""The pages Edit Settings and Custom Attributes. What is typed counts once Save Changes is pressed (IVANTI-079)."""

from collections.abc import Mapping
from dataclasses import asdict
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from scimulate.mock_servers.portal import settings_administration as administration
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import Portal, Visit
from scimulate.mock_servers.portal.settings import IDLE_MINUTES, KINDS, ManagedAppleId
from scimulate.mock_servers.refusal import PortalRefused
from scimulate.mock_servers.seen import seen_mark

DONE = ("saved", "attribute_added", "attribute_deleted")
LONGEST_NUMBER = 9


class SettingsPages:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def routes(self) -> list[Route]:
        return [
            Route("/admin", self.attributes, methods=["GET"]),
            Route("/admin/attributes/add", self.add_attribute, methods=["POST"]),
            Route("/admin/attributes/{name}/delete", self.confirm_deletion, methods=["GET"]),
            Route("/admin/attributes/{name}/delete", self.delete_attribute, methods=["POST"]),
            Route("/admin/scim/settings", self.settings, methods=["GET"]),
            Route("/admin/scim/settings", self.save, methods=["POST"]),
        ]

    async def attributes(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_SYSTEM)
        values = {"attributes": visit.tenant.attributes.all(), "notice": _notice(visit, request)}
        return self._portal.page(visit, "custom_attributes.html", values, section="custom_attributes")

    async def add_attribute(self, request: Request) -> Response:
        visit, form = await self._portal.submitted(request, Permission.CHANGE_SYSTEM)
        await run_in_threadpool(administration.add_attribute, visit.tenant, form.get("attribute_name", ""), by=visit.by)
        return RedirectResponse(f"{visit.tenant.portal_path}/admin?done=attribute_added", 303)

    async def confirm_deletion(self, request: Request) -> Response:
        visit, name = self._portal.visit(request, Permission.CHANGE_SYSTEM), request.path_params["name"]
        if name not in visit.tenant.attributes.names():
            raise PortalRefused(404, "attribute_unknown", name=name)
        return self._portal.confirm(
            visit,
            section="custom_attributes",
            back="/admin",
            title=visit.say("attributes.delete"),
            question=visit.say("attributes.delete.question", name=name),
            consequence=visit.say("attributes.delete.consequence"),
            act=visit.say("attributes.delete"),
            danger=True,
            path=f"/admin/attributes/{quote(name, safe='')}/delete",
        )

    async def delete_attribute(self, request: Request) -> Response:
        visit, _ = await self._portal.confirmed(request, Permission.CHANGE_SYSTEM)
        await run_in_threadpool(administration.remove_attribute, visit.tenant, request.path_params["name"], by=visit.by)
        return RedirectResponse(f"{visit.tenant.portal_path}/admin?done=attribute_deleted", 303)

    async def settings(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_SYSTEM)
        administration.check_token(visit.tenant)
        in_force = asdict(visit.tenant.settings.in_force)
        return self._settings(visit, in_force, seen=seen_mark(in_force), notice=_notice(visit, request))

    def _settings(
        self,
        visit: Visit,
        shown: Mapping[str, object],
        *,
        seen: str,
        new: str = "",
        notice: str = "",
        refused: PortalRefused | None = None,
    ) -> Response:
        values = {
            "settings": shown,
            "seen": seen,
            "attribute_name": new,
            "apple_ids": list(ManagedAppleId),
            "idle_minutes": IDLE_MINUTES,
            "attributes": visit.tenant.attributes.all(),
            "names": visit.tenant.attributes.names(),
            "notice": notice,
            "refused": refused,
        }
        status = refused.status if refused else 200
        return self._portal.page(visit, "settings.html", values, section="settings", status=status)

    async def save(self, request: Request) -> Response:
        visit, form = await self._portal.submitted(request, Permission.CHANGE_SYSTEM)
        administration.check_token(visit.tenant)
        new, seen = form.get("attribute_name", "").strip(), form.get("seen", "")
        try:
            await run_in_threadpool(
                administration.save_settings,
                visit.tenant,
                typed_fields(form, KINDS),
                by=visit.by,
                new_attributes=[new] if new else [],
                seen=seen,
            )
        except PortalRefused as refused:
            return self._settings(visit, as_typed(form, KINDS), seen=seen, new=new, refused=refused)
        return RedirectResponse(f"{visit.tenant.portal_path}/admin/scim/settings?done=saved", 303)


def typed_fields(form: Mapping[str, str], kinds: Mapping[str, type]) -> dict[str, object]:
    """The fields of a form as values. A box that is not ticked is not sent, and means no."""
    values: dict[str, object] = {}
    for name, kind in kinds.items():
        if kind is bool:
            values[name] = form.get(name) == "true"
        elif name in form:
            values[name] = _whole_number(name, form[name]) if kind is int else form[name]
    return values


def as_typed(form: Mapping[str, str], kinds: Mapping[str, type]) -> dict[str, object]:
    """The fields of a form as they were filled in, whether they make sense or not."""
    return {name: form.get(name) == "true" if kind is bool else form.get(name, "") for name, kind in kinds.items()}


def _whole_number(name: str, text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise PortalRefused(400, "bad_value", name=name)
    return int(text)


def _notice(visit: Visit, request: Request) -> str:
    done = request.query_params.get("done", "")
    return visit.say(f"settings.done.{done}") if done in DONE else ""
