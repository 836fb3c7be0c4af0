"""Access tokens: who gets one at the token endpoint, what it opens, and for how long."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from scimulate.mock_servers.oauth import access_tokens
from tests.oauth_site import AUDIENCE, ISSUER, OAuthSite, jwk_of, oauth_site, rsa_key

INVALID_CLIENT = {"error": "invalid_client", "error_description": "the client could not be authenticated"}
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
KEY, OTHER_KEY, CURVE_KEY = rsa_key(), rsa_key(), ec.generate_private_key(ec.SECP256R1())
KEYS = {"keys": [jwk_of(KEY, "first"), jwk_of(CURVE_KEY, "curve")]}


@pytest.fixture(scope="module")
def server() -> Iterator[OAuthSite]:
    with oauth_site() as site:
        yield site


@pytest.fixture
def site(server: OAuthSite) -> OAuthSite:
    return server.another()


def test_a_client_with_a_secret_gets_a_token_that_opens_the_endpoint(site: OAuthSite) -> None:
    client = site.register()
    answer = site.ask_as(client)
    told = answer.json()
    assert (answer.status_code, told) == (
        200,
        {"access_token": told["access_token"], "token_type": "Bearer", "expires_in": 3600, "scope": "scim"},
    )
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    assert site.users(told["access_token"]).status_code == 200


def test_the_secret_may_stand_in_the_header(site: OAuthSite) -> None:
    client = site.register()
    credentials = client["client_id"], client["client_secret"]
    assert site.ask(credentials).status_code == 200
    assert site.ask(credentials, client_id=client["client_id"]).status_code == 200
    encoded = base64.b64encode(f"{client['client_id']}:{client['client_secret'].replace('_', '%5F')}".encode()).decode()
    answer = site.client.post(
        site.token_path, data={"grant_type": "client_credentials"}, headers={"Authorization": f"basic {encoded}"}
    )
    assert answer.status_code == 200


def _raw(content: bytes = b"grant_type=client_credentials", **headers: str) -> dict[str, Any]:
    return {"content": content, "headers": {"Content-Type": "application/x-www-form-urlencoded", **headers}}


@pytest.mark.parametrize(
    ("sent", "status", "error"),
    [
        (_raw(b""), 400, "invalid_request"),
        (_raw(b"grant_type="), 400, "invalid_request"),
        (_raw(b"grant_type=password"), 400, "unsupported_grant_type"),
        (_raw(b"grant_type=client_credentials&grant_type=client_credentials"), 400, "invalid_request"),
        (_raw(b"grant_type=client_credentials&client_id=%ff"), 400, "invalid_request"),
        (_raw(b"grant_type=client_credentials&client_id=\xff"), 400, "invalid_request"),
        (_raw(b"&".join(b"a%d=1" % number for number in range(200))), 400, "invalid_request"),
        (_raw(b"a=" + b"x" * 70_000), 400, "invalid_request"),
        ({"json": {"grant_type": "client_credentials"}}, 400, "invalid_request"),
        ({"content": b"grant_type=client_credentials"}, 400, "invalid_request"),
        (_raw(b"grant_type=client_credentials&client_secret=x", Authorization="Basic YTpi"), 400, "invalid_request"),
        (_raw(b"grant_type=client_credentials&client_id=b", Authorization="Basic YTpi"), 400, "invalid_request"),
        (_raw(b"grant_type=client_credentials&client_id=a&client_secret=b&client_assertion=c"), 400, "invalid_request"),
        (_raw(), 401, "invalid_client"),
        (_raw(b"grant_type=client_credentials&client_id=a"), 401, "invalid_client"),
        (_raw(b"grant_type=client_credentials&client_id=a&client_secret=b"), 401, "invalid_client"),
        (_raw(b"grant_type=client_credentials&client_assertion=a"), 401, "invalid_client"),
        (_raw(Authorization="Basic YTpi"), 401, "invalid_client"),
        (_raw(Authorization="Basic YWI="), 401, "invalid_client"),
        (_raw(Authorization="Basic !"), 401, "invalid_client"),
        (_raw(Authorization="Basic /w=="), 401, "invalid_client"),
        (_raw(Authorization="Bearer YTpi"), 401, "invalid_client"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_request_that_makes_no_sense_is_refused_by_a_code(
    site: OAuthSite, sent: dict[str, Any], status: int, error: str
) -> None:
    answer = site.client.post(site.token_path, **sent)
    assert (answer.status_code, answer.json()["error"], sorted(answer.json())) == (
        status,
        error,
        ["error", "error_description"],
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers.get("www-authenticate") == ('Basic realm="OAuth"' if status == 401 else None)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_a_token_is_asked_for_with_post(site: OAuthSite, method: str) -> None:
    answer = site.client.request(method, site.token_path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("scopes", "asked", "answered"),
    [
        (["scim"], "scim", "scim"),
        (["read", "write"], "write", "write"),
        (["read", "write"], None, "read write"),
        (["api://app/.default"], "api://app/.default", "api://app/.default"),
        (["scim"], "", "scim"),
        (["scim"], "admin", None),
        (["scim"], "scim admin", None),
        (["scim"], "scim  ", None),
    ],
)
def test_a_client_gets_scopes_that_it_has(
    site: OAuthSite, scopes: list[str], asked: str | None, answered: str | None
) -> None:
    client = site.register(scopes=scopes)
    answer = site.ask_as(client) if asked is None else site.ask_as(client, scope=asked)
    told = answer.json()
    assert (answer.status_code, told.get("error"), told.get("scope")) == (
        (200, None, answered) if answered is not None else (400, "invalid_scope", None)
    )


@pytest.mark.requirement("RFC7644-7.4-03")
@pytest.mark.parametrize(
    ("settings", "minutes"), [({}, 60), ({"lifetime_minutes": 360}, 360)], ids=["usual", "longest"]
)
def test_a_token_opens_nothing_when_its_time_is_over(
    site: OAuthSite, settings: dict[str, object], minutes: int
) -> None:
    answer = site.ask_as(site.register(**settings)).json()
    assert answer["expires_in"] == minutes * 60
    site.clock.advance(timedelta(minutes=minutes, seconds=-1))
    assert site.users(answer["access_token"]).status_code == 200
    site.clock.advance(timedelta(seconds=1))
    expired, unknown = site.users(answer["access_token"]), site.users("scima_unknown")
    assert (expired.status_code, expired.json(), expired.headers["www-authenticate"]) == (
        401,
        unknown.json(),
        unknown.headers["www-authenticate"],
    )


def test_a_client_that_was_removed_gets_nothing_and_its_tokens_open_nothing(site: OAuthSite) -> None:
    client, other = site.register(), site.register(name="Another")
    token, others = site.token_of(client), site.token_of(other)
    assert site.control("DELETE", f"oauth-clients/{client['client_id']}").status_code == 204
    assert (site.users(token).status_code, site.users(others).status_code) == (401, 200)
    answer = site.ask_as(client)
    assert (answer.status_code, answer.json()) == (401, INVALID_CLIENT)
    assert site.control("DELETE", f"oauth-clients/{client['client_id']}").status_code == 404
    assert [one["name"] for one in site.clients()] == ["Another"]


def test_a_secret_ends_after_two_years(site: OAuthSite) -> None:
    client = site.register()
    site.clock.advance(timedelta(days=365))
    site.clock.advance(timedelta(days=364, hours=23))
    assert site.ask_as(client).status_code == 200
    site.clock.advance(timedelta(hours=1))
    assert (site.ask_as(client).json(), site.audit()[-1]) == (
        INVALID_CLIENT,
        ("OAuth Client Refused", "secret expired", "Failure"),
    )
    assert site.ask_as(site.register()).status_code == 200


def test_tokens_and_used_assertions_outlive_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "mdm.sqlite")
    with oauth_site(path) as site:
        client, federated = site.register(), site.federated(KEYS)
        token, assertion = site.token_of(client), site.signed(KEY, jti="one")
        assert site.present(federated, assertion).status_code == 200
        site.control("DELETE", f"oauth-clients/{site.register()['client_id']}")
        before = site.clients()
    for name in ("mdm.sqlite", "mdm.sqlite-wal"):
        kept = (tmp_path / name).read_bytes() if (tmp_path / name).exists() else b""
        assert client["client_secret"].encode() not in kept
        assert token.encode() not in kept
    with oauth_site(path) as site:
        assert site.clients() == before
        assert (site.users(token).status_code, site.ask_as(client).status_code) == (200, 200)
        assert site.present(federated, assertion).json() == INVALID_CLIENT
        assert site.present(federated, site.signed(KEY, jti="two")).status_code == 200


def test_of_too_many_tokens_of_a_client_the_oldest_opens_nothing(
    site: OAuthSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_tokens, "TOKENS_PER_CLIENT", 2)
    client, other = site.register(), site.register()
    spared = site.token_of(other)
    tokens = [site.token_of(client) for _ in range(3)]
    assert [site.users(token).status_code for token in [spared, *tokens]] == [200, 401, 200, 200]


def test_old_tokens_and_assertions_are_forgotten(site: OAuthSite) -> None:
    client, federated = site.register(), site.federated(KEYS)
    site.token_of(client)
    site.present(federated, site.signed(KEY, jti="one"))
    site.clock.advance(timedelta(minutes=60))
    site.token_of(client)

    def counted(table: str) -> int:
        statement = f"SELECT count(*) FROM {table} WHERE tenant = ?"
        database = site.app.tenants.database
        return int(database.read(lambda each: each.execute(statement, (site.tenant.name,)).fetchone()[0]))

    assert (counted("access_token"), counted("used_assertion")) == (1, 0)


@pytest.mark.parametrize(
    ("key", "algorithm", "headers"),
    [
        (KEY, "RS256", {"kid": "first"}),
        (KEY, "PS256", {"kid": "first"}),
        (CURVE_KEY, "ES256", {"kid": "curve"}),
        (KEY, "RS256", None),
        (CURVE_KEY, "ES256", None),
    ],
    ids=["RS256", "PS256", "ES256", "no kid", "no kid ES256"],
)
def test_an_assertion_of_the_issuer_stands_for_the_client(
    site: OAuthSite, key: Any, algorithm: str, headers: dict[str, Any] | None
) -> None:
    client = site.federated(KEYS)
    assert "client_secret" not in client
    assertion = site.signed(key, algorithm, headers, aud=["https://other.test", AUDIENCE])
    answer = site.present(client, assertion, baseAddress="https://mdm.test/scim/v2", scope="scim")
    assert (answer.status_code, answer.json()["token_type"], answer.json()["expires_in"]) == (200, "Bearer", 3600)
    assert site.users(answer.json()["access_token"]).status_code == 200


def test_an_assertion_alone_says_who_asks(site: OAuthSite) -> None:
    site.federated(KEYS)
    assert site.present(None, site.signed(KEY)).status_code == 200
    assert site.present(None, site.signed(KEY, sub="nobody")).json() == INVALID_CLIENT


def test_both_descriptions_of_entras_assertions_are_met(site: OAuthSite) -> None:
    """ENTRA-671: the issuer with and without a version, the audience as URI and as bare id."""
    without = ISSUER.removesuffix("/v2.0")
    client = site.federated(KEYS, issuers=[ISSUER, without], audiences=["api://app", "app"])
    assert site.present(client, site.signed(KEY, aud="api://app")).status_code == 200
    assert site.present(client, site.signed(KEY, iss=without, aud="app")).status_code == 200


def test_a_client_that_vouches_for_itself_addresses_the_token_endpoint(site: OAuthSite) -> None:
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    client = site.register(federation={"keys": pem})
    url, itself = f"{site.client.base_url}".rstrip("/") + site.token_path, client["client_id"]
    assert client["token_url"] == url
    right = {"iss": itself, "sub": itself, "headers": {"kid": "any"}}
    assert site.present(client, site.signed(KEY, aud=url, **right)).status_code == 200
    assert site.present(client, site.signed(KEY, aud=f"{url}/", **right)).json() == INVALID_CLIENT


def _unsigned(site: OAuthSite) -> str:
    return jwt.encode(jwt.decode(site.signed(KEY), options={"verify_signature": False}), "", "none")


def _signed_by_the_public_key(site: OAuthSite) -> str:
    """HS256 with what everybody knows as its secret: PyJWT does not sign so, hence by hand."""
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    payload = site.signed(KEY).split(".")[1]
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=").decode()
    signature = hmac.new(pem, f"{head}.{payload}".encode(), hashlib.sha256).digest()
    return f"{head}.{payload}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _other_payload(site: OAuthSite) -> str:
    head, _, signature = site.signed(KEY).split(".")
    return f"{head}.{site.signed(OTHER_KEY, sub='another').split('.')[1]}.{signature}"


def _with_head(site: OAuthSite, header: dict[str, object]) -> str:
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    return f"{head}.{site.signed(KEY).partition('.')[2]}"


def _at(seconds: int) -> Any:
    """A moment, as seconds from the start of the site's clock."""
    return lambda site: site.clock.now().timestamp() + seconds


@pytest.mark.parametrize(
    ("assertion", "reason"),
    [
        (lambda site: "no.jwt", "unreadable"),
        (lambda site: "x" * 5_000, "unreadable"),
        (_unsigned, "algorithm"),
        (_signed_by_the_public_key, "algorithm"),
        (lambda site: site.signed("secret" * 10, "HS256"), "algorithm"),
        (lambda site: site.signed(KEY, "RS512"), "algorithm"),
        (lambda site: _with_head(site, {"alg": ["RS256"]}), "algorithm"),
        (lambda site: _with_head(site, {"alg": {"RS256": 1}}), "algorithm"),
        (lambda site: site.signed(KEY, headers={"crit": ["b64"], "b64": False}), "critical extension"),
        (lambda site: site.signed(OTHER_KEY), "signature"),
        (_other_payload, "signature"),
        (lambda site: site.signed(OTHER_KEY, headers={"jwk": jwk_of(OTHER_KEY)}), "signature"),
        (lambda site: site.signed(KEY, headers={"kid": "second"}), "key"),
        (lambda site: site.signed(KEY, headers={"kid": "curve"}), "key"),
        (lambda site: site.signed(KEY, iss="https://login.test/fabrikam/v2.0"), "issuer"),
        (lambda site: site.signed(KEY, sub="another"), "subject"),
        (lambda site: site.signed(KEY, aud="api://another"), "audience"),
        (lambda site: site.signed(KEY, aud=[]), "missing claim"),
        (lambda site: site.signed(KEY, leave_out="iss"), "missing claim"),
        (lambda site: site.signed(KEY, leave_out="sub"), "missing claim"),
        (lambda site: site.signed(KEY, leave_out="aud"), "missing claim"),
        (lambda site: site.signed(KEY, leave_out="exp"), "missing claim"),
        (lambda site: site.signed(KEY, exp=_at(-61)(site)), "expired"),
        (lambda site: site.signed(KEY, exp=float("nan")), "expired"),
        (lambda site: site.signed(KEY, exp=_at(90_000)(site)), "lives too long"),
        (lambda site: site.signed(KEY, exp=float("inf")), "lives too long"),
        (lambda site: site.signed(KEY, exp=10**400), "lives too long"),
        (lambda site: site.signed(KEY, nbf=_at(61)(site)), "not yet valid"),
        (lambda site: site.signed(KEY, iat=_at(61)(site)), "not yet valid"),
        (lambda site: site.signed(KEY, nbf=float("nan")), "not yet valid"),
        (lambda site: site.signed(KEY, exp=True), "exp"),
        (lambda site: site.signed(KEY, jti="x" * 2_000), "jti"),
    ],
    ids=lambda value: value if isinstance(value, str) else "assertion",
)
def test_a_wrong_assertion_is_refused_without_saying_why_but_to_the_administrator(
    site: OAuthSite, assertion: Any, reason: str
) -> None:
    client = site.federated(KEYS)
    answer = site.present(client, assertion(site))
    assert (answer.status_code, answer.json()) == (401, INVALID_CLIENT)
    assert site.audit()[-1] == ("OAuth Client Refused", f"assertion: {reason}", "Failure")
    assert site.present(client, site.signed(KEY)).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [{"exp": _at(-59)}, {"nbf": _at(59), "iat": _at(59)}, {"exp": _at(86_400)}],
    ids=["just expired", "a clock ahead", "longest"],
)
def test_clocks_may_differ_a_little(site: OAuthSite, claims: dict[str, Any]) -> None:
    told = {name: moment(site) for name, moment in claims.items()}
    assert site.present(site.federated(KEYS), site.signed(KEY, **told)).status_code == 200


def test_an_assertion_with_an_id_is_good_for_one_token(site: OAuthSite) -> None:
    client, other = site.federated(KEYS), site.federated(KEYS, subject="other")
    assertion = site.signed(KEY, jti="one")
    assert site.present(client, assertion).status_code == 200
    assert site.present(client, assertion).json() == INVALID_CLIENT
    assert site.audit()[-1] == ("OAuth Client Refused", "assertion used before", "Failure")
    # Another client's ids are its own, and without an id nothing can be used up.
    assert site.present(other, site.signed(KEY, jti="one", sub="other")).status_code == 200
    plain = site.signed(KEY)
    assert [site.present(client, plain).status_code for _ in range(2)] == [200, 200]


def test_keys_follow_each_other(site: OAuthSite) -> None:
    client = site.federated({"keys": [jwk_of(KEY, "first")]})
    address = f"oauth-clients/{client['client_id']}/keys"
    following = site.signed(OTHER_KEY, headers={"kid": "second"})
    assert site.present(client, following).status_code == 401
    both = {"keys": [jwk_of(KEY, "first"), jwk_of(OTHER_KEY, "second")]}
    assert site.control("PUT", address, both).status_code == 200
    assert site.present(client, following).status_code == 200
    assert site.present(client, site.signed(KEY, headers={"kid": "first"})).status_code == 200
    assert site.control("PUT", address, {"keys": [jwk_of(OTHER_KEY, "second")]}).status_code == 200
    assert site.present(client, site.signed(KEY, headers={"kid": "first"})).status_code == 401
    assert site.control("PUT", address, {"keys": []}).status_code == 400
    assert site.present(client, following).status_code == 200
    secret_client = site.register()
    assert site.control("PUT", f"oauth-clients/{secret_client['client_id']}/keys", both).status_code == 409


def test_each_client_authenticates_in_the_way_that_it_was_registered_with(site: OAuthSite) -> None:
    client, federated = site.register(), site.federated(KEYS)
    assert site.ask_as({**federated, "client_secret": client["client_secret"]}).json() == INVALID_CLIENT
    assert site.present(client, site.signed(KEY, sub=client["client_id"])).json() == INVALID_CLIENT
    assert site.ask_as({**client, "client_secret": "wrong"}).json() == INVALID_CLIENT
    refused = [details for activity, details, _ in site.audit() if activity == "OAuth Client Refused"]
    assert refused == ["not the way that the client is registered with"] * 2 + ["wrong secret"]


def test_the_trail_tells_of_what_is_done_in_a_loop_now_and_then(site: OAuthSite) -> None:
    client = site.register()
    for _ in range(5):
        site.ask_as(client)
        site.ask_as({**client, "client_secret": "wrong"})
    site.clock.advance(timedelta(minutes=1))
    site.ask_as({**client, "client_secret": "wrong"})
    site.clock.advance(timedelta(minutes=59))
    site.ask_as(client)
    site.control("DELETE", f"oauth-clients/{client['client_id']}")
    assert site.audit() == [
        ("OAuth Client Registered", "", "Success"),
        ("OAuth Access Token Issued", "", "Success"),
        ("OAuth Client Refused", "wrong secret", "Failure"),
        ("OAuth Client Refused", "wrong secret", "Failure"),
        ("OAuth Access Token Issued", "", "Success"),
        ("OAuth Client Removed", "", "Success"),
    ]


@pytest.mark.parametrize(
    "settings",
    [
        {"name": ""},
        {"name": 7},
        {"name": "a\n"},
        {"colour": "red"},
        {"vendor": "Acme"},
        {"vendor": ["Okta"]},
        {"lifetime_minutes": 59},
        {"lifetime_minutes": 361},
        {"lifetime_minutes": True},
        {"lifetime_minutes": 60.0},
        {"scopes": []},
        {"scopes": ["a b"]},
        {"scopes": "scim"},
        {"scopes": ['"']},
        {"user_name": 7},
        {"federation": {}},
        {"federation": []},
        {"federation": {"keys": "PEM"}},
        {"federation": {"keys": "\ud800"}},
        {"federation": {"keys": {"keys": []}}},
        {"federation": {"keys": {"keys": [7]}}},
        {"federation": {"keys": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}}},
        {"federation": {"keys": {"keys": [{"kty": "RSA", "n": "!", "e": "AQAB"}]}}},
        {"federation": {"keys": {"keys": [{"kty": "RSA", "n": 7, "e": []}]}}},
        {"federation": {"keys": {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}}},
        {"federation": {"keys": {"keys": [jwk_of(rsa_key(1024))]}}},
        {"federation": {"keys": {"keys": [jwk_of(ec.generate_private_key(ec.SECP384R1()))]}}},
        {"federation": {"keys": {"keys": [jwk_of(KEY, alg="HS256")]}}},
        {"federation": {"keys": {"keys": [jwk_of(KEY, alg="ES256")]}}},
        {"federation": {"keys": {"keys": [{**jwk_of(KEY), "kid": 7}]}}},
        {"federation": {"keys": {"keys": [{**jwk_of(KEY), "d": "AQAB"}]}}},
        {"federation": {"keys": KEYS, "issuers": []}},
        {"federation": {"keys": KEYS, "subject": ""}},
        {"federation": {"keys": KEYS, "audiences": "api://app"}},
        {"federation": {"keys": KEYS, "jwks_uri": "https://login.test/keys"}},
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_client_that_cannot_be_is_refused(site: OAuthSite, settings: dict[str, object]) -> None:
    answer = site.control("POST", "oauth-clients", {"name": "Provisioning", **settings})
    assert (answer.status_code, bool(answer.json()["message"])) == (400, True)
    assert site.clients() == []


def test_a_client_is_shown_without_its_secret(site: OAuthSite) -> None:
    registered = site.register(vendor="Okta", lifetime_minutes=90, scopes=["a", "b"], user_name="ada")
    shown = {
        "client_id": registered["client_id"],
        "name": "Provisioning",
        "vendor": "Okta",
        "lifetime_minutes": 90,
        "scopes": ["a", "b"],
        "user_name": "ada",
        "is_federated": False,
        "created_at": "2026-01-05T09:00:00+00:00",
        "secret_expires_at": "2028-01-05T09:00:00+00:00",
    }
    assert site.clients() == [shown]
    secret = registered["client_secret"]
    assert registered == {**shown, "token_url": registered["token_url"], "client_secret": secret}
    assert (secret[:6], len(secret)) == ("scimc_", 52)


def test_a_token_stands_for_the_vendor_and_the_user_of_its_client(site: OAuthSite) -> None:
    client = site.register(vendor="Okta", user_name="ada")
    callers = site.tenant.callers
    assert callers.authenticate(site.token_of(client)) == ("Okta", "ada", False)
    assert callers.authenticate(site.tenant.tokens.generate("Entra ID").secret) == ("Entra ID", None, False)
    body = {"schemas": [USER], "userName": "ada"}
    assert site.send(site.token_of(client), "POST", "/Users", body).status_code == 201
    rows = [row for row in site.tenant.audit.all() if row.activity == "User Created"]
    assert [row.subject for row in rows] == ["ada"]


@pytest.mark.requirement("RFC7644-2-03", "RFC7644-2.1-01", "RFC7644-7.7-04")
@pytest.mark.parametrize(
    ("scopes", "asked"),
    [(["scim", "scim.read"], {"scope": "scim.read"}), (["scim.read", "x"], {})],
    ids=["asked", "held"],
)
def test_a_token_for_reading_alone_changes_nothing(site: OAuthSite, scopes: list[str], asked: dict[str, str]) -> None:
    whole = site.ask_as(site.register(scopes=["scim", "scim.read"])).json()["access_token"]
    reading = site.ask_as(site.register(scopes=scopes), **asked).json()["access_token"]
    ada = site.send(whole, "POST", "/Users", {"schemas": [USER], "userName": "ada"}).json()
    changes = [
        site.send(reading, "POST", "/Users", {"schemas": [USER], "userName": "grace"}),
        site.send(reading, "PUT", f"/Users/{ada['id']}", {"schemas": [USER], "userName": "grace"}),
        site.send(reading, "PATCH", f"/Users/{ada['id']}", {}),
        site.send(reading, "DELETE", f"/Users/{ada['id']}"),
        site.send(reading, "POST", "/Bulk", {}),
    ]
    assert [(answer.status_code, answer.json()["status"]) for answer in changes] == [(403, "403")] * 5
    search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}
    assert site.send(reading, "POST", "/Users/.search", search).json()["Resources"] == [ada]
    assert site.send(reading, "GET", "/Users").json()["Resources"] == [ada]


def test_a_provisioning_token_that_looks_like_an_access_token_is_known(site: OAuthSite) -> None:
    site.tenant.tokens.adopt("scima_chosen-elsewhere")
    assert site.users("scima_chosen-elsewhere").status_code == 200


def test_a_client_of_one_tenant_is_none_of_another(site: OAuthSite) -> None:
    client, elsewhere = site.register(), site.another()
    token, assertion = site.token_of(client), site.signed(KEY)
    federated = site.federated(KEYS)
    assert (elsewhere.ask_as(client).status_code, elsewhere.ask_as(client).json()) == (401, INVALID_CLIENT)
    assert elsewhere.present(federated, assertion).json() == INVALID_CLIENT
    assert elsewhere.users(token).status_code == 401
    assert elsewhere.clients() == []
    assert elsewhere.control("DELETE", f"oauth-clients/{client['client_id']}").status_code == 404
    assert site.users(token).status_code == 200
    assert site.client.post("/tenants/nobody/oauth2/token", data={}).status_code == 404


def test_the_default_tenant_has_its_endpoint_at_the_root(server: OAuthSite) -> None:
    client = server.register()
    assert client["token_url"] == f"{server.client.base_url}".rstrip("/") + "/oauth2/token"
    assert server.users(server.token_of(client)).status_code == 200
