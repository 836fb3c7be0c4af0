"""One scenario's tenant at the bundled servers: its control surface, its administrators and their portals."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Self

import httpx

from scimulate.steps.portal import Portal
from scimulate.steps.portal_calls import Account

NEIGHBOURS = "entra"
"""The policy of a second tenant."""

OpenPortal = Callable[[str, Account], Portal]
"""The portal at a URL, with an administrator in front of it who has not signed in yet."""


class BundledTenant:
    """`portal` is that of its first administrator, who has all everyday roles."""

    def __init__(self, client: httpx.Client, root: str, made: dict[str, Any], open_portal: OpenPortal) -> None:
        self._client = client
        self._root = root
        self._name: str = made["name"]
        self._control = f"{root}/control/tenants/{made['name']}"
        self._portal_url: str = made["portal_url"]
        self._open_portal = open_portal
        self.scim_url: str = made["scim_url"]
        self.portal = self.portal_of(Account(**made["administrator"]))

    @classmethod
    def create(cls, client: httpx.Client, root: str, name: str, policy: str, open_portal: OpenPortal) -> Self:
        answer = client.post(f"{root}/control/tenants", json={"name": name, "policy": policy})
        answer.raise_for_status()
        return cls(client, root, answer.json(), open_portal)

    def control(self, method: str, path: str, document: Any = None) -> Any:
        """What no administrator can do: other accounts, devices, another policy."""
        answer = self._client.request(method, f"{self._control}{path}", json=document)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def account(self, user_name: str, roles: Sequence[str]) -> Account:
        """Another administrator, or this one with other roles and a new password."""
        return Account(**self.control("POST", "/administrators", {"user_name": user_name, "roles": list(roles)}))

    def portal_of(self, account: Account) -> Portal:
        """A portal of this administrator's own, beside those of others."""
        return self._open_portal(self._portal_url, account)

    @cached_property
    def neighbour(self) -> "BundledTenant":
        """Another tenant at the same servers."""
        return self.create(self._client, self._root, f"{self._name}-neighbour", NEIGHBOURS, self._open_portal)

    def any_token(self) -> str:
        """The secret generated last; the first one is generated when there is none."""
        tokens = self.portal.tokens
        if not tokens.generated:
            tokens.generate()
        return tokens.generated[-1].token
