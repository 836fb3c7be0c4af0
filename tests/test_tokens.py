"""Provisioning tokens: their rules as a table, their secrets, and two administrators at once."""

import contextlib
import re
import sqlite3
import string
import threading
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.digest import digest_of
from scimulate.mock_servers.portal.audit import AuditTrail
from scimulate.mock_servers.portal.token_rules import end_of_old_secret
from scimulate.mock_servers.portal.token_secret import checksum_of
from scimulate.mock_servers.portal.tokens import (
    GeneratedToken,
    Token,
    TokenAction,
    TokenRefused,
    Tokens,
    TokenStatus,
    TokenTerms,
)
from scimulate.mock_servers.scim.store import Database

NINE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def tokens(database: Database, clock: VirtualClock) -> Tokens:
    return Tokens(database, "contoso", clock)


@pytest.fixture
def trail(database: Database, clock: VirtualClock) -> AuditTrail:
    return AuditTrail(database, "contoso", clock)


def activities(trail: AuditTrail) -> list[str]:
    return [row.activity for row in reversed(trail.rows().rows)]


def act(tokens: Tokens, action: TokenAction, token_id: str) -> None:
    {
        TokenAction.ACTIVATE: tokens.activate,
        TokenAction.DEACTIVATE: tokens.deactivate,
        TokenAction.RENEW: tokens.renew,
        TokenAction.REMOVE: tokens.remove,
    }[action](token_id)


def test_a_generated_token_is_active_and_authenticates(tokens: Tokens) -> None:
    generated = tokens.generate()
    assert generated.token == Token(
        generated.token.id, 1, "Entra ID", TokenStatus.ACTIVE, NINE, None, generated.secret[-4:]
    )
    assert tokens.authenticate(generated.secret) == generated.token


def test_secrets_have_the_documented_form_and_differ(tokens: Tokens) -> None:
    secrets = [tokens.generate().secret, tokens.generate().secret]
    assert secrets[0] != secrets[1]
    for secret in secrets:
        assert re.fullmatch(r"scimt_[0-9A-Za-z]{46}", secret)
        assert secret[46:] == checksum_of(secret[6:46])


def test_the_checksum_is_crc32_in_base_62() -> None:
    digits = string.digits + string.ascii_uppercase + string.ascii_lowercase
    number = 0
    for digit in checksum_of("k" * 40):
        number = number * 62 + digits.index(digit)
    assert number == zlib.crc32(b"k" * 40)


@pytest.mark.parametrize(
    ("status", "action", "becomes", "authenticates", "activity"),
    [
        (TokenStatus.ACTIVE, TokenAction.ACTIVATE, TokenStatus.ACTIVE, True, None),
        (TokenStatus.ACTIVE, TokenAction.DEACTIVATE, TokenStatus.INACTIVE, False, "SCIM Token Disabled"),
        (TokenStatus.ACTIVE, TokenAction.RENEW, TokenStatus.ACTIVE, False, "SCIM Token Renewed"),
        (TokenStatus.ACTIVE, TokenAction.REMOVE, None, False, "SCIM Token Deleted"),
        (TokenStatus.INACTIVE, TokenAction.ACTIVATE, TokenStatus.ACTIVE, True, "SCIM Token Enabled"),
        (TokenStatus.INACTIVE, TokenAction.DEACTIVATE, TokenStatus.INACTIVE, False, None),
        (TokenStatus.INACTIVE, TokenAction.RENEW, TokenStatus.INACTIVE, False, "SCIM Token Renewed"),
        (TokenStatus.INACTIVE, TokenAction.REMOVE, None, False, "SCIM Token Deleted"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_an_action_makes_of_a_token_what_the_table_says(
    tokens: Tokens,
    trail: AuditTrail,
    status: TokenStatus,
    action: TokenAction,
    becomes: TokenStatus | None,
    authenticates: bool,
    activity: str | None,
) -> None:
    generated = tokens.generate()
    other = tokens.generate("Okta")
    if status is TokenStatus.INACTIVE:
        tokens.deactivate(generated.token.id)
    before = activities(trail)

    act(tokens, action, generated.token.id)

    assert [(token.id, token.status) for token in tokens.all()] == [
        *([(generated.token.id, becomes)] if becomes else []),
        (other.token.id, TokenStatus.ACTIVE),
    ]
    assert (tokens.authenticate(generated.secret) is not None) == authenticates
    assert tokens.authenticate(other.secret) is not None
    assert activities(trail) == before + ([activity] if activity else [])


@pytest.mark.parametrize("status", [TokenStatus.ACTIVE, TokenStatus.INACTIVE])
def test_renewing_keeps_everything_but_the_secret(tokens: Tokens, status: TokenStatus) -> None:
    generated = tokens.generate("Okta")
    if status is TokenStatus.INACTIVE:
        tokens.deactivate(generated.token.id)

    renewed = tokens.renew(generated.token.id)

    assert renewed.secret != generated.secret
    assert renewed.token == Token(
        generated.token.id, 1, "Okta", status, generated.token.created, None, renewed.secret[-4:]
    )
    assert tokens.all() == [renewed.token]
    assert (tokens.authenticate(renewed.secret) is not None) == (status is TokenStatus.ACTIVE)


@pytest.mark.parametrize(
    ("status", "actions"),
    [
        (TokenStatus.ACTIVE, [TokenAction.DEACTIVATE, TokenAction.RENEW, TokenAction.REMOVE]),
        (TokenStatus.INACTIVE, [TokenAction.ACTIVATE, TokenAction.RENEW, TokenAction.REMOVE]),
    ],
)
def test_select_offers_what_would_change_something(
    tokens: Tokens, status: TokenStatus, actions: list[TokenAction]
) -> None:
    token = tokens.generate().token
    if status is TokenStatus.INACTIVE:
        token = tokens.deactivate(token.id)
    assert token.actions == actions


@pytest.mark.parametrize("inactive", [0, 1, 2])
def test_a_third_token_is_refused_and_the_two_stay(tokens: Tokens, trail: AuditTrail, inactive: int) -> None:
    for generated in [tokens.generate(), tokens.generate()][:inactive]:
        tokens.deactivate(generated.token.id)
    before = (tokens.all(), activities(trail))

    with pytest.raises(TokenRefused) as refusal:
        tokens.generate()

    assert (refusal.value.reason, refusal.value.values) == ("token_limit_reached", {"most": 2})
    assert (tokens.all(), activities(trail)) == before


def test_removing_a_token_frees_its_slot(tokens: Tokens) -> None:
    first, second = tokens.generate().token, tokens.generate().token
    tokens.remove(first.id)
    third = tokens.generate().token
    assert tokens.all() == [second, third]
    assert [token.name for token in tokens.all()] == ["SCIM Token 2", "SCIM Token 1"]


def test_of_many_administrators_at_once_one_gets_the_last_slot(tokens: Tokens) -> None:
    tokens.generate()
    start = threading.Barrier(8)
    outcomes: list[str] = []

    def generate() -> None:
        start.wait()
        try:
            tokens.generate()
            outcomes.append("generated")
        except TokenRefused as refused:
            outcomes.append(refused.reason)

    threads = [threading.Thread(target=generate) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["generated"] + ["token_limit_reached"] * 7
    assert len(tokens.all()) == 2


@pytest.mark.parametrize("action", list(TokenAction))
def test_acting_on_an_unknown_token_is_refused_without_a_row(
    tokens: Tokens, trail: AuditTrail, action: TokenAction
) -> None:
    removed = tokens.generate().token
    tokens.remove(removed.id)
    before = activities(trail)
    with pytest.raises(TokenRefused) as refusal:
        act(tokens, action, removed.id)
    assert refusal.value.reason == "token_not_found"
    assert activities(trail) == before


@pytest.mark.parametrize("secret", ["", " ", "scimt_", "Bearer x", "\ud800", "ключ"])
def test_other_secrets_are_refused(tokens: Tokens, secret: str) -> None:
    tokens.generate()
    assert tokens.authenticate(secret) is None


def test_a_token_opens_its_own_tenant_only(database: Database, clock: VirtualClock, tokens: Tokens) -> None:
    other = Tokens(database, "fabrikam", clock)
    secret = tokens.generate().secret
    with pytest.raises(TokenRefused):
        other.remove(tokens.all()[0].id)
    assert (other.authenticate(secret), other.all()) == (None, [])


def test_the_last_use_is_shown(tokens: Tokens, clock: VirtualClock) -> None:
    secret = tokens.generate().secret
    clock.advance(timedelta(minutes=40))
    tokens.authenticate(secret)
    clock.advance(timedelta(seconds=20))
    tokens.authenticate(secret)
    assert [token.last_used for token in tokens.all()] == [NINE + timedelta(minutes=40, seconds=20)]


def test_an_adopted_secret_authenticates_and_is_known_again(tokens: Tokens, trail: AuditTrail) -> None:
    token = tokens.adopt("my-own-token")
    tokens.deactivate(token.id)
    again = tokens.adopt("my-own-token")
    assert (again.id, again.status, again.masked) == (token.id, TokenStatus.INACTIVE, "••••")
    assert activities(trail) == ["SCIM Token Created", "SCIM Token Disabled"]


@pytest.mark.parametrize("secret", ["", "two words", "naïve", "line\n"])
def test_a_secret_that_no_header_can_carry_is_not_adopted(tokens: Tokens, secret: str) -> None:
    with pytest.raises(TokenRefused) as refusal:
        tokens.adopt(secret)
    assert (refusal.value.reason, tokens.all()) == ("unusable_secret", [])


def test_an_unknown_provider_is_refused(tokens: Tokens) -> None:
    with pytest.raises(TokenRefused) as refusal:
        tokens.generate("Nobody")
    assert (refusal.value.reason, refusal.value.values) == (
        "unknown_provider",
        {"providers": "Entra ID, Okta, Generic"},
    )


@pytest.mark.parametrize(("vendor", "details"), [("Entra ID", "Azure"), ("Okta", "Okta"), ("Generic", "Generic")])
def test_each_row_of_the_audit_trail_names_performer_and_vendor(
    tokens: Tokens, trail: AuditTrail, vendor: str, details: str
) -> None:
    token = tokens.generate(vendor).token
    tokens.deactivate(token.id, by="ada")
    tokens.activate(token.id, by="grace")
    tokens.renew(token.id, by="ada")
    tokens.remove(token.id, by="grace")
    assert [
        (row.activity, row.subject, row.subject_type, row.performed_by, row.details) for row in trail.rows().rows
    ] == [
        ("SCIM Token Deleted", "SCIM Token 1", "SCIM Token", "grace", details),
        ("SCIM Token Renewed", "SCIM Token 1", "SCIM Token", "ada", details),
        ("SCIM Token Enabled", "SCIM Token 1", "SCIM Token", "grace", details),
        ("SCIM Token Disabled", "SCIM Token 1", "SCIM Token", "ada", details),
        ("SCIM Token Created", "SCIM Token 1", "SCIM Token", "System", details),
    ]


def test_tokens_survive_a_restart_and_their_secrets_are_nowhere(tmp_path: Path, clock: VirtualClock) -> None:
    path = tmp_path / "mdm.sqlite"
    database = Database(str(path))
    tokens = Tokens(database, "contoso", clock)
    kept, renewed = tokens.generate(), tokens.generate("Okta")
    secrets = [kept.secret, renewed.secret, tokens.renew(renewed.token.id).secret]
    tokens.deactivate(kept.token.id)
    tokens.authenticate(secrets[2])
    before = tokens.all()
    database.close()
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())

    reopened = Database(str(path))
    again = Tokens(reopened, "contoso", clock)
    assert again.all() == before
    assert [again.authenticate(secret) is not None for secret in secrets] == [False, False, True]
    again.activate(kept.token.id)
    assert again.authenticate(kept.secret) is not None
    reopened.close()

    assert b"SCIM Token Created" in written
    assert [secret for secret in secrets if secret.encode() in written or secret[6:46].encode() in written] == []
    assert not any(secret in repr((kept, renewed, before)) for secret in secrets)


def test_a_change_that_cannot_be_kept_leaves_memory_as_it_was(
    database: Database, tokens: Tokens, trail: AuditTrail
) -> None:
    generated = tokens.generate()
    database.write(lambda connection: connection.execute("DROP TABLE audit_row"))
    with pytest.raises(sqlite3.OperationalError):
        tokens.deactivate(generated.token.id)
    assert tokens.all() == [generated.token]
    assert tokens.authenticate(generated.secret) is not None


def with_terms(database: Database, clock: VirtualClock, terms: TokenTerms) -> Tokens:
    return Tokens(database, "contoso", clock, lambda: terms)


@pytest.mark.parametrize(
    ("terms", "held", "wanted", "generated"),
    [
        (TokenTerms(most=1), [], "Okta", True),
        (TokenTerms(most=1), ["Okta"], "Entra ID", False),
        (TokenTerms(most=None), ["Okta"] * 5, "Okta", True),
        (TokenTerms(per_provider=True), ["Okta"] * 2, "Entra ID", True),
        (TokenTerms(per_provider=True), ["Okta"] * 2, "Okta", False),
        (TokenTerms(), ["Okta", "Entra ID"], "Generic", False),
    ],
)
def test_the_limit_is_that_of_the_terms(
    database: Database, clock: VirtualClock, terms: TokenTerms, held: list[str], wanted: str, generated: bool
) -> None:
    tokens = with_terms(database, clock, terms)
    for vendor in held:
        tokens.generate(vendor)
    with contextlib.nullcontext() if generated else pytest.raises(TokenRefused):
        tokens.generate(wanted)
    assert [token.number for token in tokens.all()] == list(range(1, len(held) + generated + 1))


def test_a_token_expires_after_a_reminder_and_each_is_told_once(
    database: Database, clock: VirtualClock, trail: AuditTrail
) -> None:
    terms = TokenTerms(lifetime=timedelta(days=30))
    generated = with_terms(database, clock, terms).generate()
    clock.advance(timedelta(days=23))
    assert activities(trail) == ["SCIM Token Created", "SCIM Token Expires Soon"]
    tokens = with_terms(database, clock, terms)  # As after a restart.
    clock.advance(timedelta(days=7) - timedelta(microseconds=1))
    assert tokens.authenticate(generated.secret) is not None
    clock.advance(timedelta(microseconds=1))
    assert tokens.authenticate(generated.secret) is None
    assert [(token.status, token.actions) for token in tokens.all()] == [
        (TokenStatus.EXPIRED, [TokenAction.RENEW, TokenAction.REMOVE])
    ]
    assert activities(trail) == ["SCIM Token Created", "SCIM Token Expires Soon", "SCIM Token Expired"]
    assert {row.performed_by for row in trail.rows().rows} == {"System"}


def test_what_expired_meanwhile_is_told_after_a_restart(
    database: Database, clock: VirtualClock, trail: AuditTrail
) -> None:
    terms = TokenTerms(lifetime=timedelta(days=30))
    with_terms(database, clock, terms).generate()
    later = VirtualClock(NINE + timedelta(days=40))
    with_terms(database, later, terms)
    later.advance(timedelta(0))
    assert activities(trail) == ["SCIM Token Created", "SCIM Token Expires Soon", "SCIM Token Expired"]


@pytest.mark.parametrize("change", ["remove", "renew"])
def test_nothing_is_told_of_an_expiry_that_is_void(
    database: Database, clock: VirtualClock, trail: AuditTrail, change: str
) -> None:
    tokens = with_terms(database, clock, TokenTerms(lifetime=timedelta(days=30)))
    token = tokens.generate().token
    clock.advance(timedelta(days=20))
    act(tokens, TokenAction(change), token.id)
    clock.advance(timedelta(days=20))
    assert [activity for activity in activities(trail) if "Expire" in activity] == []


@pytest.mark.parametrize("action", [TokenAction.ACTIVATE, TokenAction.DEACTIVATE])
def test_the_status_of_an_expired_token_cannot_be_set(
    database: Database, clock: VirtualClock, action: TokenAction
) -> None:
    tokens = with_terms(database, clock, TokenTerms(lifetime=timedelta(days=30)))
    token = tokens.generate().token
    clock.advance(timedelta(days=30))
    with pytest.raises(TokenRefused) as refusal:
        act(tokens, action, token.id)
    assert refusal.value.reason == "token_expired"


def test_an_expired_token_that_is_renewed_is_active_for_another_lifetime(
    database: Database, clock: VirtualClock
) -> None:
    tokens = with_terms(database, clock, TokenTerms(lifetime=timedelta(days=30), overlap=timedelta(hours=1)))
    old = tokens.generate()
    tokens.deactivate(old.token.id)
    clock.advance(timedelta(days=30))
    renewed = tokens.renew(old.token.id)
    assert (renewed.token.status, renewed.token.expires_at) == (TokenStatus.ACTIVE, NINE + timedelta(days=60))
    assert [tokens.authenticate(one.secret) is not None for one in (old, renewed)] == [False, True]


def test_a_renewed_secret_passes_over(database: Database, clock: VirtualClock) -> None:
    terms = TokenTerms(overlap=timedelta(seconds=60))
    first = with_terms(database, clock, terms).generate()
    tokens = with_terms(database, clock, terms)
    second = tokens.renew(first.token.id)
    assert let_in(tokens, first, second) == [True, True]
    tokens.deactivate(first.token.id)
    assert let_in(tokens, first, second) == [False, False]
    tokens.activate(first.token.id)
    clock.advance(timedelta(seconds=59))
    third = with_terms(database, clock, terms).renew(first.token.id)
    again = with_terms(database, clock, terms)
    assert let_in(again, first, second, third) == [False, True, True]
    clock.advance(timedelta(seconds=60))
    assert let_in(again, first, second, third) == [False, False, True]


@pytest.mark.parametrize("status", [TokenStatus.INACTIVE, TokenStatus.EXPIRED])
def test_a_secret_that_was_not_let_in_does_not_pass_over(status: TokenStatus) -> None:
    token = Token("x", 1, "Okta", status, NINE, None, "")
    assert end_of_old_secret(token, NINE, TokenTerms(overlap=timedelta(hours=1))) == NINE


def test_a_secret_that_passes_over_lives_no_longer_than_it_would_have(database: Database) -> None:
    soon = NINE + timedelta(minutes=1)
    token = Token("x", 1, "Okta", TokenStatus.ACTIVE, NINE, None, "", soon)
    assert end_of_old_secret(token, NINE, TokenTerms(overlap=timedelta(hours=1))) == soon


def test_a_database_of_an_earlier_version_goes_on(database: Database, clock: VirtualClock) -> None:
    database.write(
        lambda connection: connection.execute(
            "CREATE TABLE token (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, number INTEGER NOT NULL,"
            " vendor TEXT NOT NULL, status TEXT NOT NULL, created TEXT NOT NULL, last_used TEXT, ending TEXT NOT NULL,"
            " digest BLOB NOT NULL, UNIQUE (tenant, number), UNIQUE (tenant, digest))"
        )
    )
    secret = "my-own-token"
    database.write(
        lambda connection: connection.execute(
            "INSERT INTO token VALUES ('x', 'contoso', 1, 'Okta', 'Active', ?, NULL, '', ?)",
            (NINE.isoformat(), digest_of(secret)),
        )
    )
    tokens = Tokens(database, "contoso", clock)
    assert tokens.authenticate(secret) == Token("x", 1, "Okta", TokenStatus.ACTIVE, NINE, None, "")


def let_in(tokens: Tokens, *generated: GeneratedToken) -> list[bool]:
    return [tokens.authenticate(one.secret) is not None for one in generated]
