"""The OAuth clients of a tenant: who may ask for access tokens, and by what it is known.

A client has a secret, handed out once when it is registered and kept as SHA-256, or a federation: then its issuer's
assertions stand for it, and there is nothing to hand out. A secret is followed by another one by registering a
second client beside the first.

ClientRefused    there is no such client, or there are too many
"""

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.digest import digest_of
from scimulate.mock_servers.oauth.assertions import Federation
from scimulate.mock_servers.oauth.registration import Registration, read_registration
from scimulate.mock_servers.portal.audit import SYSTEM, AuditTrail
from scimulate.mock_servers.portal.token_secret import new_secret
from scimulate.mock_servers.scim.caller import Caller
from scimulate.mock_servers.scim.store import Connection
from scimulate.mock_servers.tenant_values import TenantValues

SUBJECT_TYPE = "OAuth Client"
SECRET_LIFETIME = timedelta(days=730)  # ENTRA-039: one to three years
MOST_CLIENTS = 100
_NAME = "OAuth clients"


class ClientRefused(Exception):
    """`status` as in HTTP, and a sentence of ours."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class OAuthClient:
    """A client as it was registered. `digest` and `secret_expires_at` are there unless it is federated."""

    id: str
    registration: Registration
    created_at: datetime
    digest: bytes | None
    secret_expires_at: datetime | None

    @property
    def name(self) -> str:
        return self.registration.name

    @property
    def federation(self) -> Federation | None:
        return self.registration.federation

    @cached_property
    def caller(self) -> Caller:
        """Whom an access token of the client stands for."""
        return Caller(self.registration.vendor, self.registration.user_name)

    @cached_property
    def reading_caller(self) -> Caller:
        """The same for a token that is good for reading alone."""
        return self.caller._replace(reads_only=True)


@dataclass(frozen=True)
class RegisteredClient:
    """A client at the only moment at which its secret can be read."""

    client: OAuthClient
    secret: str | None = field(repr=False)


class OAuthClients:
    """The clients of one tenant, in its database and in memory."""

    def __init__(self, values: TenantValues, audit: AuditTrail, clock: Clock) -> None:
        self._values = values
        self._audit = audit
        self._clock = clock
        self._lock = threading.Lock()
        self._clients = self._read()

    def register(self, value: Mapping[str, object]) -> RegisteredClient:
        """A new client; raises `RegistrationRefused` or `ClientRefused`."""
        client_id, now = str(uuid.uuid4()), self._clock.now()
        registration = read_registration(value, client_id)
        secret = new_secret("scimc_") if registration.federation is None else None
        kept: dict[str, object] = {
            "registration": dict(value),
            "created_at": now.isoformat(),
            "digest": None if secret is None else digest_of(secret).hex(),
            "secret_expires_at": None if secret is None else (now + SECRET_LIFETIME).isoformat(),
        }
        with self._lock:
            if len(self._clients) >= MOST_CLIENTS:
                raise ClientRefused(409, f"a tenant has {MOST_CLIENTS} clients at most")
            self._keep({**self._kept(), client_id: kept}, "OAuth Client Registered", registration.name)
        return RegisteredClient(self._clients[client_id], secret)

    def replace_keys(self, client_id: str, keys: object) -> OAuthClient:
        """Other keys for a federated client: its issuer has changed them."""
        with self._lock:
            client = self._known(client_id)
            if client.federation is None:
                raise ClientRefused(409, "the client has a secret and no keys")
            kept = self._kept()
            former = kept[client_id]["registration"]
            value = {**former, "federation": {**former["federation"], "keys": keys}}
            read_registration(value, client_id)
            changed = {**kept, client_id: {**kept[client_id], "registration": value}}
            self._keep(changed, "OAuth Client Keys Changed", client.name)
            return self._clients[client_id]

    def remove(self, client_id: str) -> None:
        """From now on the client gets no token, and those that it has open nothing."""
        with self._lock:
            client = self._known(client_id)
            rest = {name: kept for name, kept in self._kept().items() if name != client_id}
            self._keep(rest, "OAuth Client Removed", client.name)

    def get(self, client_id: str) -> OAuthClient | None:
        return self._clients.get(client_id)

    def of_subject(self, subject: str) -> OAuthClient | None:
        """The client whose assertions bear this subject (RFC 7521 §4.2)."""
        for client in self._clients.values():
            if client.federation is not None and client.federation.subject == subject:
                return client
        return None

    def all(self) -> list[OAuthClient]:
        """Oldest first."""
        return list(self._clients.values())

    def _known(self, client_id: str) -> OAuthClient:
        client = self._clients.get(client_id)
        if client is None:
            raise ClientRefused(404, "there is no such client")
        return client

    def _kept(self) -> dict[str, Any]:
        kept: Any = self._values.get(_NAME, {})
        return dict(kept)

    def _keep(self, kept: Mapping[str, object], activity: str, name: str) -> None:
        def change(connection: Connection) -> None:
            self._values.keep(connection, _NAME, kept)
            self._audit.append(connection, activity, subject=name, subject_type=SUBJECT_TYPE, performed_by=SYSTEM)

        self._values.database.write(change)
        self._values.refresh()
        self._clients = self._read()

    def _read(self) -> dict[str, OAuthClient]:
        return {client_id: _client(client_id, **kept) for client_id, kept in self._kept().items()}


def _client(
    client_id: str,
    registration: dict[str, object],
    created_at: str,
    digest: str | None,
    secret_expires_at: str | None,
) -> OAuthClient:
    return OAuthClient(
        client_id,
        read_registration(registration, client_id),
        datetime.fromisoformat(created_at),
        None if digest is None else bytes.fromhex(digest),
        None if secret_expires_at is None else datetime.fromisoformat(secret_expires_at),
    )
