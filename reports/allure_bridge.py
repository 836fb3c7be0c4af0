"""A pytest plug-in (`-p scimulate.reports.allure_bridge`): Allure shows a scenario's sentences and its evidence.

Allure's own plug-in writes the files and knows nothing of Gherkin. Without `--alluredir` nobody listens and nothing is
written. Whatever is about to be written is cleaned first: of secrets, and of what could steer a terminal.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from textwrap import dedent
from types import TracebackType
from typing import Any

import allure
import allure_commons
import attrs
import pytest
from allure_commons.model2 import Status
from allure_commons.types import AttachmentType

from scimulate.harness.evidence import Exchange
from scimulate.harness.gherkin import ScenarioItem
from scimulate.harness.plugin import RUN
from scimulate.harness.printable import printable
from scimulate.harness.redaction import Redactor

OPEN_STEP = pytest.StashKey[Any]()
SCRUBBER = pytest.StashKey["Scrubber"]()


class Scrubber:
    """Stands in front of Allure's writer. Results are mutable and are cleaned in place."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    @allure_commons.hookimpl(tryfirst=True)
    def report_result(self, result: Any) -> None:
        # Allure calls a test passed that an interruption ended; its last step knows better.
        if result.status == Status.PASSED and result.steps and result.steps[-1].status != Status.PASSED:
            result.status, result.statusDetails = result.steps[-1].status, result.steps[-1].statusDetails
        self._scrub(result)

    @allure_commons.hookimpl(tryfirst=True)
    def report_container(self, container: Any) -> None:
        self._scrub(container)

    def clean(self, text: str) -> str:
        return printable(self._redactor.of_ours(text))

    def _scrub(self, item: Any) -> None:
        for field in attrs.fields(type(item)):
            setattr(item, field.name, self._scrubbed(getattr(item, field.name)))

    def _scrubbed(self, value: Any) -> Any:
        if isinstance(value, str) and type(value) is str:
            return self.clean(value)
        if isinstance(value, list):
            return [self._scrubbed(inner) for inner in value]
        if attrs.has(type(value)):
            self._scrub(value)
        return value


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    run = config.stash.get(RUN, None)
    secrets = run.target.secrets if run is not None and run.target is not None else ()
    scrubber = config.stash[SCRUBBER] = Scrubber(Redactor(secrets))
    allure_commons.plugin_manager.register(scrubber)


def pytest_unconfigure(config: pytest.Config) -> None:
    scrubber = config.stash.get(SCRUBBER, None)
    if scrubber is not None:
        allure_commons.plugin_manager.unregister(scrubber)


def pytest_bdd_before_scenario(request: pytest.FixtureRequest, feature: Any) -> None:
    item = request.node
    if not isinstance(item, ScenarioItem):
        return
    scenario = item.scenario_description
    dynamic: Any = allure.dynamic
    dynamic.title(scenario.title)
    dynamic.feature(feature.name)
    if scenario.rule:
        dynamic.story(scenario.rule)
    if feature.description:
        dynamic.description(dedent(feature.description))


def pytest_bdd_before_step(request: pytest.FixtureRequest, step: Any) -> None:
    opened: Any = allure.step(f"{step.keyword.strip()} {step.name}")
    opened.__enter__()
    request.node.stash[OPEN_STEP] = opened


def pytest_bdd_after_step(request: pytest.FixtureRequest) -> None:
    _close_step(request, None)


def pytest_bdd_step_error(request: pytest.FixtureRequest, exception: BaseException) -> None:
    _close_step(request, exception)


def pytest_bdd_after_scenario(request: pytest.FixtureRequest) -> None:
    """An interruption ends a step without telling; then evidence is attached to the scenario as a whole."""
    _close_step(request, sys.exc_info()[1])
    run = request.config.stash.get(RUN, None)
    if run is not None and run.exchanges:
        clean = request.config.stash[SCRUBBER].clean
        allure.attach(clean(transcript(run.exchanges)), "Exchanges", AttachmentType.TEXT)
        rows = [exchange.to_json() for exchange in run.exchanges]
        allure.attach(clean(json.dumps(rows, ensure_ascii=False, indent=1)), "Exchanges as data", AttachmentType.JSON)


def _close_step(request: pytest.FixtureRequest, error: BaseException | None) -> None:
    opened = request.node.stash.get(OPEN_STEP, None)
    if opened is None:
        return
    del request.node.stash[OPEN_STEP]
    kind: type[BaseException] | None = type(error) if error is not None else None
    traceback: TracebackType | None = error.__traceback__ if error is not None else None
    opened.__exit__(kind, error, traceback)


def transcript(exchanges: Sequence[Exchange]) -> str:
    """The exchanges as one reads them: request, answer, next request."""
    return "\n\n".join("\n".join(_lines(exchange)) for exchange in exchanges) + "\n"


def _lines(exchange: Exchange) -> Iterator[str]:
    yield f"# exchange {exchange.number}: {exchange.actor}, {exchange.seconds * 1000:.0f} ms"
    yield f"> {exchange.method} {exchange.url}"
    yield from (f"> {name}: {value}" for name, value in exchange.request_headers)
    if exchange.request_body:
        yield exchange.request_body
    yield f"< {exchange.status or exchange.failure}"
    yield from (f"< {name}: {value}" for name, value in exchange.response_headers)
    if exchange.response_body:
        yield exchange.response_body
