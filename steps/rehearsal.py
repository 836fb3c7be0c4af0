"""Sets the stage of a scenario: the endpoint, the mock Entra ID, and the wire between them."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import httpx
import pytest
from pytest_bdd.parser import Step

from scimulate.harness.capabilities import absence_of_groups
from scimulate.harness.faults import NotApplicable
from scimulate.harness.gherkin import ScenarioItem
from scimulate.harness.observing import subject
from scimulate.harness.plugin import Run
from scimulate.harness.target import Target
from scimulate.harness.wire import Wire
from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.entra.tenant import EntraTenant
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.scim.store import Database
from scimulate.mock_servers.serving import RunningServer
from scimulate.mock_servers.tenants import Tenants
from scimulate.steps.directory import People
from scimulate.steps.endpoint_reader import EndpointReader
from scimulate.steps.judge import Judge
from scimulate.steps.line import Line
from scimulate.steps.names import Names
from scimulate.steps.overheard import Overheard
from scimulate.steps.portal_drivers import portals
from scimulate.steps.scim_messages import BearerToken, ScimClient
from scimulate.steps.tenant import BundledTenant, OpenPortal
from scimulate.steps.world import World

POLICY_TAG = "policy-"
GROUPS_TAG = "groups"
PATIENCE = timedelta(minutes=5)
"""The emulator waits this long at most; the wire's own deadline comes first."""


class Clocks:
    """One clock for each scenario, which its tenant at the bundled server and its mock Entra ID share."""

    def __init__(self) -> None:
        self._clocks: dict[str, VirtualClock] = {}

    def of(self, mark: str) -> VirtualClock:
        return self._clocks.setdefault(mark, VirtualClock())


@pytest.fixture(scope="session")
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture(scope="session")
def mdm(clocks: Clocks) -> MdmApplication:
    """The bundled servers of this process."""
    return MdmApplication(Tenants(Database(":memory:"), clocks.of), control=True)


@pytest.fixture(scope="session")
def wire(request: pytest.FixtureRequest, run: Run) -> Iterator[Wire]:
    """The one way out: to the endpoint under test, or to the bundled servers, which one process starts once."""
    if run.target is not None:
        with run.wire(run.target) as wire:
            yield wire
        return
    mdm: MdmApplication = request.getfixturevalue("mdm")
    with RunningServer(mdm) as server, run.wire(Target(url=server.url)) as wire:
        yield wire


@pytest.fixture(scope="session")
def no_groups(run: Run, wire: Wire) -> NotApplicable | None:
    """What shows that the endpoint under test has no groups, which are optional (ENTRA-164)."""
    if run.target is None:
        return None
    wire.scenario = ""
    with wire.client("judge", retries=1) as client:
        return absence_of_groups(client, wire.target.url)


@pytest.fixture
def world(
    request: pytest.FixtureRequest, run: Run, wire: Wire, clocks: Clocks, no_groups: NotApplicable | None
) -> Iterator[World]:
    """One scenario's own world. On the bundled servers it has a tenant of its own."""
    item = request.node
    assert isinstance(item, ScenarioItem)
    if no_groups is not None and GROUPS_TAG in item.scenario_description.tags:
        raise no_groups
    wire.scenario = item.scenario_description.node
    mark = run.mark(wire.scenario)
    with ExitStack() as open_things:
        scim_client = open_things.enter_context(wire.client("scim client", token="", retries=1))
        open_portal = portals(request, item, wire, open_things)
        tenant = None if run.target else _new_tenant(item, run, wire, mark, open_portal, open_things)
        world = _stage(item, wire, clocks.of(mark), mark, run.seed, scim_client, tenant)
        if tenant is not None:
            world.claim = lambda collection, id: wire.claim(f"{world.scim_url}/{collection}", id)
        world.provisions_groups = world.judge.provisions_groups = no_groups is None
        world.application.provisions_groups = world.provisions_groups
        yield world


@pytest.hookimpl(tryfirst=True)
def pytest_bdd_before_step(request: pytest.FixtureRequest, step: Step) -> None:
    """What was said on the line before the When is not what the Then asks about."""
    if step.type == "when":
        request.getfixturevalue("world").overheard.begin()


def _policy(item: ScenarioItem, run: Run) -> str:
    named = [tag.removeprefix(POLICY_TAG) for tag in item.scenario_description.tags if tag.startswith(POLICY_TAG)]
    return named[-1] if named else run.profile.policy


def _new_tenant(
    item: ScenarioItem, run: Run, wire: Wire, mark: str, open_portal: OpenPortal, open_things: ExitStack
) -> BundledTenant:
    client = open_things.enter_context(wire.client("control", token="", guarded=False))
    return BundledTenant.create(client, wire.target.url, mark, _policy(item, run), open_portal)


def _seed(seed: int, mark: str) -> int:
    """The mock Entra ID's ids differ between scenarios and are the same for the same seed and scenario."""
    return int(mark.rpartition("x")[2], 16) * 1_000 + seed


def _stage(
    item: ScenarioItem,
    wire: Wire,
    clock: VirtualClock,
    mark: str,
    seed: int,
    client: httpx.Client,
    tenant: BundledTenant | None,
) -> World:
    scim_url = tenant.scim_url if tenant else wire.target.url
    token: BearerToken = tenant.any_token if tenant else lambda: wire.target.token
    names = Names(mark)
    # Entra comes again after 429 and 503; on our own servers a fault that is asked for is to be seen.
    retries = 0 if tenant else 1
    line = Line(wire.transport("provisioning service", retries=retries))
    overheard = Overheard(line, httpx.URL(scim_url).path)
    entra = EntraTenant(clock=clock, transport=overheard, seed=_seed(seed, mark), timeout=PATIENCE)
    scim = ScimClient(client, scim_url, token, overheard.hears)
    return World(
        names=names,
        scim_url=scim_url,
        token_of=token,
        clock=clock,
        line=line,
        overheard=overheard,
        entra=entra,
        application=entra.create_application("MDM"),
        people=People(entra.directory, names),
        client=scim,
        judge=Judge(subject(item.scenario_description), names, EndpointReader(scim), overheard, scim),
        tenant=tenant,
    )
