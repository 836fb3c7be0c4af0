"""OAuth clients by way of the control surface: registered, listed, given other keys, removed."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.control_messages import ControlRefused, body_of, json_answer, object_of
from scimulate.mock_servers.oauth.clients import ClientRefused, OAuthClient
from scimulate.mock_servers.oauth.registration import RegistrationRefused
from scimulate.mock_servers.tenants import Tenant

T = TypeVar("T")


class OAuthControl:
    """`tenant_of` finds the tenant that a request names, `token_url_of` where its token endpoint is."""

    def __init__(self, tenant_of: Callable[[Request], Tenant], token_url_of: Callable[[Tenant], str]) -> None:
        self._tenant_of = tenant_of
        self._token_url_of = token_url_of

    def routes(self) -> list[Route]:
        return [
            Route("/oauth-clients", self.list_clients, methods=["GET"]),
            Route("/oauth-clients", self.register, methods=["POST"]),
            Route("/oauth-clients/{client_id}", self.remove, methods=["DELETE"]),
            Route("/oauth-clients/{client_id}/keys", self.replace_keys, methods=["PUT"]),
        ]

    async def list_clients(self, request: Request) -> Response:
        clients = self._tenant_of(request).authorization.clients
        return json_answer({"clients": [_shown(client) for client in clients.all()]})

    async def register(self, request: Request) -> Response:
        """The answer is the only place that shows the secret."""
        tenant, body = self._tenant_of(request), await object_of(request)
        registered = await _done(partial(tenant.authorization.clients.register, body))
        told = {"token_url": self._token_url_of(tenant), **_shown(registered.client)}
        if registered.secret is not None:
            told["client_secret"] = registered.secret
        return json_answer(told, 201)

    async def replace_keys(self, request: Request) -> Response:
        clients, keys = self._tenant_of(request).authorization.clients, await body_of(request)
        return json_answer(_shown(await _done(partial(clients.replace_keys, request.path_params["client_id"], keys))))

    async def remove(self, request: Request) -> Response:
        authorization = self._tenant_of(request).authorization
        await _done(partial(authorization.remove, request.path_params["client_id"]))
        return Response(status_code=204)


async def _done(change: Callable[[], T]) -> T:
    try:
        return await run_in_threadpool(change)
    except RegistrationRefused as refused:
        raise ControlRefused(400, str(refused)) from refused
    except ClientRefused as refused:
        raise ControlRefused(refused.status, str(refused)) from refused


def _shown(client: OAuthClient) -> dict[str, object]:
    registration, expires_at = client.registration, client.secret_expires_at
    return {
        "client_id": client.id,
        "name": registration.name,
        "vendor": registration.vendor,
        "lifetime_minutes": int(registration.lifetime.total_seconds()) // 60,
        "scopes": registration.scopes,
        "user_name": registration.user_name,
        "is_federated": registration.federation is not None,
        "created_at": client.created_at.isoformat(),
        "secret_expires_at": None if expires_at is None else expires_at.isoformat(),
    }
