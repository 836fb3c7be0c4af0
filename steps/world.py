"""The world of one scenario: who takes part in it, and what the When came to.

A step names one action of an actor and keeps the outcome here for a Then to judge.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.entra.application import Application, ConnectionTest, CredentialsRefused
from scimulate.mock_servers.entra.status import CycleSummary
from scimulate.mock_servers.entra.tenant import EntraTenant
from scimulate.steps.directory import People
from scimulate.steps.judge import Judge
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
    overheard: Overheard
    entra: EntraTenant
    application: Application
    people: People
    client: ScimClient
    judge: Judge
    provisions_groups: bool = True
    tenant: BundledTenant | None = None
    claim: Callable[[str, str], None] = _nothing_to_claim
    """Told of a collection and an id that came to the tenant by another way than SCIM: Entra ID may change it, too."""
    outcome: Any = None
    secret_before: str = ""

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
        self.secret_before = tokens.generated[place].token
        self.outcome = tokens.change(place, action)

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
