"""An OAuth client of the reference server, and an issuer that signs assertions for one."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.oauth.assertions import ASSERTION_TYPE
from scimulate.mock_servers.scim.store import Database
from scimulate.mock_servers.serving import RunningServer
from scimulate.mock_servers.tenants import DEFAULT_TENANT, Tenants

ISSUER = "https://login.test/contoso/v2.0"
SUBJECT = "11111111-2222-3333-4444-555555555555"
AUDIENCE = "api://AzureADTokenExchange"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def jwk_of(key: PrivateKey, kid: str | None = None, **more: object) -> dict[str, object]:
    """The public half as a JWK."""
    public = key.public_key()
    text = ECAlgorithm.to_jwk(public) if isinstance(public, ec.EllipticCurvePublicKey) else RSAAlgorithm.to_jwk(public)
    return {**json.loads(text), **({} if kid is None else {"kid": kid}), **more}


class OAuthSite:
    """The server over HTTP, as clients and as the control surface see it."""

    def __init__(self, app: MdmApplication, client: httpx.Client, name: str = DEFAULT_TENANT) -> None:
        self.app = app
        self.client = client
        tenant = app.tenants.get(name)
        assert tenant is not None
        self.tenant = tenant
        self._control = "/control" if name == DEFAULT_TENANT else f"/control/tenants/{name}"

    def another(self) -> "OAuthSite":
        """A new tenant of the same server."""
        name = f"tenant-{len(self.app.tenants.names())}"
        assert self.client.post("/control/tenants", json={"name": name, "policy": "strict"}).status_code == 201
        return OAuthSite(self.app, self.client, name)

    def control(self, method: str, path: str, body: object = None) -> httpx.Response:
        # json.dumps writes lone surrogates, too, and httpx does not.
        return self.client.request(method, f"{self._control}/{path}", content=json.dumps(body))

    def clients(self) -> list[dict[str, Any]]:
        return list(self.control("GET", "oauth-clients").json()["clients"])

    @property
    def clock(self) -> VirtualClock:
        clock = self.tenant.clock
        assert isinstance(clock, VirtualClock)
        return clock

    def register(self, **settings: object) -> dict[str, Any]:
        """A client, as the answer tells of it."""
        answer = self.control("POST", "oauth-clients", {"name": "Provisioning", **settings})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def federated(self, keys: object, **settings: object) -> dict[str, Any]:
        federation = {"issuers": [ISSUER], "subject": SUBJECT, "audiences": [AUDIENCE], "keys": keys}
        return self.register(federation={**federation, **settings})

    @property
    def token_path(self) -> str:
        return f"{self.tenant.path}/oauth2/token"

    def ask(self, auth: tuple[str, str] | None = None, /, **form: str) -> httpx.Response:
        sent = {"grant_type": "client_credentials", **form}
        return self.client.post(self.token_path, data=sent, auth=auth or httpx.USE_CLIENT_DEFAULT)

    def ask_as(self, client: Mapping[str, Any], **form: str) -> httpx.Response:
        """A request with id and secret in the body."""
        return self.ask(client_id=client["client_id"], client_secret=client["client_secret"], **form)

    def token_of(self, client: Mapping[str, Any]) -> str:
        return str(self.ask_as(client).json()["access_token"])

    def present(self, client: Mapping[str, Any] | None, assertion: str, **form: str) -> httpx.Response:
        """A request with an assertion; without a client the assertion alone says who asks."""
        told = {} if client is None else {"client_id": str(client["client_id"])}
        return self.ask(client_assertion=assertion, client_assertion_type=ASSERTION_TYPE, **told, **form)

    def signed(
        self,
        key: PrivateKey | str,
        algorithm: str = "RS256",
        headers: dict[str, Any] | None = None,
        leave_out: str = "",
        **claims: object,
    ) -> str:
        """An assertion that is right but for these claims."""
        now = self.clock.now().timestamp()
        usual = {"iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE, "iat": now, "nbf": now, "exp": now + 300}
        every = {name: value for name, value in {**usual, **claims}.items() if name != leave_out}
        return jwt.encode(every, key, algorithm, headers)

    def users(self, token: str) -> httpx.Response:
        path = f"{self.tenant.scim_path}/Users?startIndex=1&count=1"
        return self.client.get(path, headers={"Authorization": f"Bearer {token}"})

    def send(self, token: str, method: str, path: str, body: object = None) -> httpx.Response:
        """One SCIM request."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}
        content = None if body is None else json.dumps(body)
        return self.client.request(method, f"{self.tenant.scim_path}{path}", content=content, headers=headers)

    def audit(self) -> list[tuple[str, str, str]]:
        """Activity, details and status of what the trail tells of OAuth clients, oldest first."""
        rows = self.tenant.audit.all()
        return [(row.activity, row.details, row.status.value) for row in rows if row.subject_type == "OAuth Client"]


@contextmanager
def oauth_site(path: str = ":memory:") -> Iterator[OAuthSite]:
    """A server of its own, gone at the end."""
    database = Database(path)
    app = MdmApplication(Tenants(database, lambda name: VirtualClock(), default_policy="strict"), control=True)
    with RunningServer(app) as server, httpx.Client(base_url=server.url, trust_env=False) as client:
        yield OAuthSite(app, client)
