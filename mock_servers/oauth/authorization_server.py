"""The authorization server of a tenant: authenticates a client and gives it an access token (RFC 6749 §4.4)."""

import hmac
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.digest import digest_of
from scimulate.mock_servers.oauth.access_tokens import AccessTokens, AssertionReplayed
from scimulate.mock_servers.oauth.assertions import Assertion, AssertionRefused, subject_of, verify
from scimulate.mock_servers.oauth.clients import SUBJECT_TYPE, OAuthClient, OAuthClients
from scimulate.mock_servers.oauth.registration import READING_SCOPE, WRITING_SCOPE
from scimulate.mock_servers.oauth.token_request import (
    TokenRequest,
    TokenRequestRefused,
    invalid_client,
    read_token_request,
)
from scimulate.mock_servers.portal.audit import SYSTEM, AuditStatus, AuditTrail
from scimulate.mock_servers.scim.store import Database

ISSUED = "OAuth Access Token Issued"
REFUSED = "OAuth Client Refused"
TOLD_AGAIN_AFTER = {ISSUED: timedelta(hours=1), REFUSED: timedelta(minutes=1)}
"""The audit trail tells of the same thing so often at most: what clients do in a loop does not fill it."""


class Granted(NamedTuple):
    """An access token, for how long it is good, and what it is good for."""

    secret: str
    lifetime: timedelta
    scopes: tuple[str, ...]


class AuthorizationServer:
    """The clients of one tenant, and the tokens that they have."""

    def __init__(
        self, database: Database, tenant_name: str, clock: Clock, clients: OAuthClients, audit: AuditTrail
    ) -> None:
        self.clients = clients
        self.tokens = AccessTokens(database, tenant_name, clock, clients)
        self._clock = clock
        self._audit = audit
        self._lock = threading.Lock()
        self._told: dict[tuple[str, str, str], datetime] = {}

    def grant(self, headers: Mapping[str, str], body: bytes, endpoint_url: str) -> Granted:
        """A token for the client that asks; raises `TokenRequestRefused`."""
        request = read_token_request(headers, body)
        client = self._client_of(request)
        assertion = self._authenticated(client, request, endpoint_url)
        scopes = _scopes(client, request)
        try:
            reads_only = READING_SCOPE in scopes and WRITING_SCOPE not in scopes
            secret = self.tokens.issue(client, assertion, reads_only=reads_only)
        except AssertionReplayed:
            raise self._refused(client, "assertion used before") from None
        self._tell(client, ISSUED, "")
        return Granted(secret, client.registration.lifetime, scopes)

    def remove(self, client_id: str) -> None:
        """Raises `ClientRefused`."""
        self.clients.remove(client_id)
        self.tokens.forget(client_id)
        with self._lock:
            self._told = {told: when for told, when in self._told.items() if told[0] != client_id}

    def _client_of(self, request: TokenRequest) -> OAuthClient:
        client = None
        if request.client_id is not None:
            client = self.clients.get(request.client_id)
        elif request.assertion is not None and (subject := subject_of(request.assertion)) is not None:
            client = self.clients.of_subject(subject)
        if client is None:
            raise invalid_client()
        return client

    def _authenticated(self, client: OAuthClient, request: TokenRequest, endpoint_url: str) -> Assertion | None:
        """The assertion, if it was one that the client authenticated with; raises `TokenRequestRefused`."""
        now = self._clock.now()
        if request.assertion is not None and client.federation is not None:
            try:
                return verify(request.assertion, client.federation, endpoint_url, now)
            except AssertionRefused as refused:
                raise self._refused(client, f"assertion: {refused.reason}") from refused
        if request.secret is None or client.digest is None or client.secret_expires_at is None:
            raise self._refused(client, "not the way that the client is registered with")
        if not hmac.compare_digest(client.digest, digest_of(request.secret)):
            raise self._refused(client, "wrong secret")
        if now >= client.secret_expires_at:
            raise self._refused(client, "secret expired")
        return None

    def _refused(self, client: OAuthClient, reason: str) -> TokenRequestRefused:
        """What the client is told, which is not the reason; that is for the audit trail."""
        self._tell(client, REFUSED, reason)
        return invalid_client()

    def _tell(self, client: OAuthClient, activity: str, details: str) -> None:
        now, told = self._clock.now(), (client.id, activity, details)
        with self._lock:
            before = self._told.get(told)
            if before is not None and now < before + TOLD_AGAIN_AFTER[activity]:
                return
            self._told[told] = now
        status = AuditStatus.SUCCESS if activity == ISSUED else AuditStatus.FAILURE
        self._audit.record(
            activity,
            subject=client.name,
            subject_type=SUBJECT_TYPE,
            performed_by=SYSTEM,
            details=details,
            status=status,
        )


def _scopes(client: OAuthClient, request: TokenRequest) -> tuple[str, ...]:
    """Those asked for, or all that the client has (RFC 6749 §3.3)."""
    if request.scopes is None:
        return client.registration.scopes
    if not set(request.scopes) <= set(client.registration.scopes):
        raise TokenRequestRefused("invalid_scope", "the client has no such scope")
    return request.scopes
