"""The world of one scenario: who takes part in it, and what the When came to.

A step names one action of an actor and keeps the outcome here for a Then to judge.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.entra.application import Application, ConnectionTest, CredentialsRefused
from scimulate.mock_servers.entra.status import CycleSummary
from scimulate.mock_servers.entra.tenant import EntraTenant
from scimulate.steps.directory import People
from scimulate.steps.judge import Judge
from scimulate.steps.line import Line
from scimulate.steps.names import Names
from scimulate.steps.overheard import Overheard
from scimulate.steps.portal import Portal
from scimulate.steps.portal_tokens import Generated
from scimulate.steps.scim_messages import BearerToken, ScimClient, expect_made
from scimulate.steps.tenant import BundledTenant

PASSES_THE_PROBE = "ENTRA-073"
COMPLIANT_FLAG = "aadOptscim062020"


def _nothing_to_claim(collection: str, id: str) -> None:
    """A foreign endpoint has nothing of ours but what we created there."""


@dataclass
class World:
    """`scim_url` and `token` are what the administrator pastes into Entra ID."""

    names: Names
    scim_url: str
    token_of: BearerToken
    clock: VirtualClock
    line: Line
    overheard: Overheard
    entra: EntraTenant
    application: Application
    people: People
    client: ScimClient
    judge: Judge
    provisions_groups: bool = True
    tenant: BundledTenant | None = None
    claim: Callable[[str, str], None] = _nothing_to_claim
    """Told of a collection, "Users", and an id in it that came by another way than SCIM: Entra ID may change it."""
    outcome: Any = None
    secrets_before: list[str] = field(default_factory=list)
    provider_tokens: dict[str, str] = field(default_factory=dict)

    # The connection

    def create_application(self, name: str) -> Application:
        """Its mapping of groups is enabled where the endpoint has groups (ENTRA-164)."""
        application = self.entra.create_application(name)
        application.provisions_groups = self.provisions_groups
        return application

    @property
    def token(self) -> str:
        """The token in force: on the bundled servers the last one generated, or the first one, generated now."""
        return self.token_of() or ""

    def tenant_url(self, dialect: str = "legacy") -> str:
        """The Tenant URL that makes Entra ID speak `dialect` (ENTRA-005)."""
        return self.scim_url if dialect == "legacy" else f"{self.scim_url}?{COMPLIANT_FLAG}"

    def connect(self, dialect: str = "legacy") -> None:
        """Paste URL and token, test and save."""
        try:
            self.application.save_credentials(self.tenant_url(dialect), self.token)
        except CredentialsRefused as refusal:
            self.judge.check(
                expected="a green check",
                actual=f"{refusal.test.code}: {refusal.test.message}",
                action="testing the connection",
                requirement=PASSES_THE_PROBE,
            )

    def tested(self) -> ConnectionTest:
        """The test of the connection that the When came to."""
        assert isinstance(self.outcome, ConnectionTest), f"no connection was tested: {self.outcome!r}"
        return self.outcome

    # Groups of a client's own

    def create_group(self, group: str, members: list[str]) -> None:
        ids = [self.judge.remembered(member)["id"] for member in members]
        response = self.client.create_group(self.names.group(group), ids)
        self.judge.remember_group(group, expect_made(response))
        self.judge.one_group(group)

    # Other identity providers

    def client_of_provider(self, provider: str) -> ScimClient:
        """A client with a token of its own on the bundled servers; elsewhere there is but the one that was given."""
        if self.tenant is None:
            return self.client
        if provider not in self.provider_tokens:
            portal = self.tenant.portal_of(self.tenant.account("second.administrator", ["System Management"]))
            generated = portal.tokens.generate(provider=provider)
            assert isinstance(generated, Generated), generated
            self.provider_tokens[provider] = generated.token
        return self.client.with_token(self.provider_tokens[provider])

    # Users of a client's own

    def create_users(self, count: int) -> None:
        for number in range(count):
            expect_made(self.client.create_user(self.names.real(f"user{number}@contoso.test"), f"User {number}"))

    # The portal

    def the_tenant(self) -> BundledTenant:
        """The tenant of the scenario, which only the bundled servers have."""
        assert self.tenant is not None, "a scenario that needs the portal carries the tag @portal"
        return self.tenant

    def the_portal(self) -> Portal:
        """The portal of the tenant's first administrator."""
        return self.the_tenant().portal

    def hold_tokens(self, count: int) -> None:
        tokens = self.the_portal().tokens
        for _ in range(count - len(tokens.generated)):
            generated = tokens.generate()
            assert isinstance(generated, Generated), generated

    def change_token(self, place: int, action: str) -> None:
        """Do `action` to a token, keeping the secret it had before."""
        self.hold_tokens(place + 1)
        tokens = self.the_portal().tokens
        self.secrets_before.append(tokens.generated[place].token)
        self.outcome = tokens.change(place, action)

    def token_that(self, why: str) -> str:
        """The id of a token that "never existed", or "was removed" just now."""
        if why != "was removed":
            return "0123456789abcdef"
        self.change_token(0, "remove")
        return self.the_portal().tokens.generated[0].identifier

    @property
    def secret_before(self) -> str:
        """The secret that the token had before the last change of one."""
        return self.secrets_before[-1] if self.secrets_before else ""

    # Provisioning

    def last_cycle(self) -> CycleSummary:
        """What the status panel shows of the cycle that ended last."""
        last = self.application.status().last_cycle
        assert last is not None, "no cycle has ended"
        return last

    def provision(self) -> None:
        """Let one cycle end: the first one, or the next one when it is due."""
        due = self.application.status().next_cycle_at
        if due is None:
            self.application.start()
        else:
            self.clock.advance_to(due)

    def assign_people(self, names: list[str]) -> None:
        for name in names:
            self.application.assign(self.people.user(name).id)

    def provision_people(self, names: list[str]) -> None:
        """Assign, provision, and remember what has arrived."""
        self.assign_people(names)
        self.provision()
        self.judge.remember([f"{name.lower()}@contoso.test" for name in names])

    def leave(self, name: str, event: str) -> None:
        """One of the ways in which a user goes out of scope (ENTRA-138, ENTRA-142)."""
        user, directory = self.people.user(name), self.people.directory
        match event:
            case "unassigned":
                self.application.unassign(user.id)
            case "blocked":
                directory.update_user(user.id, account_enabled=False)
            case "deleted softly":
                directory.delete_user(user.id)
            case _:
                directory.delete_user(user.id)
                directory.purge_user(user.id)

    def come_back(self, name: str, event: str) -> None:
        """Undo `leave`."""
        user = self.people.user(name)
        if event == "unassigned":
            self.application.assign(user.id)
        else:
            self.people.directory.restore_user(user.id)
