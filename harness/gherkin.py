"""The pytest plug-in that collects feature files: every scenario, or row of an outline, is one test.

Named with `-p scimulate.harness.gherkin`. Steps come from plug-ins named in the same way. Feature files are collected
below the folders of the setting `feature_roots` only, by default our own: never those of the repository we run in.
What it knows of a test stands on the item: `scenario_description`, and after a failure `failed_step`.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from _pytest._code.code import ExceptionInfo, ReprEntry, ReprExceptionInfo, ReprFileLocation, ReprTraceback, Traceback
from _pytest.mark.expression import Expression
from pytest_bdd.parser import Step
from pytest_bdd.scenario import _execute_step_function

from scimulate.harness.faults import TargetFault
from scimulate.harness.gherkin_problems import problems_of
from scimulate.harness.gherkin_reading import (
    Problem,
    ReadScenario,
    ScenarioDescription,
    StepDescription,
    UnreadableFeature,
    describe,
    name_of,
    parse,
    scenarios_of,
)
from scimulate.harness.gherkin_steps import StepDefinitions

OUR_FEATURES = Path(__file__).resolve().parent.parent / "features"
DEFINITIONS = pytest.StashKey[StepDefinitions]()
MACHINERY = ("_pytest", "pluggy", "pytest_bdd", "scimulate.harness.gherkin")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("feature_roots", "folders whose .feature files are collected (default: ours)", type="paths")


def feature_roots(config: pytest.Config) -> list[Path]:
    return [Path(folder).resolve() for folder in config.getini("feature_roots")] or [OUR_FEATURES]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "FeatureFile | None":
    if file_path.suffix != ".feature":
        return None
    for root in feature_roots(parent.config):
        if file_path.resolve().is_relative_to(root):
            return FeatureFile.from_parent(parent, path=file_path, root=root)
    return None


class FeatureFile(pytest.Module):
    """A feature file stands where pytest expects a module: module-scoped fixtures live as long as it runs."""

    def __init__(self, *, root: Path, **of_a_module: Any) -> None:
        super().__init__(**of_a_module)
        self.root = root

    def _getobj(self) -> ModuleType:
        return ModuleType(self.path.stem)

    def collect(self) -> Iterable["ScenarioItem"]:
        stash = self.session.stash
        if DEFINITIONS not in stash:
            stash[DEFINITIONS] = StepDefinitions.of(self.session)
        definitions = stash[DEFINITIONS]
        read = self._read(definitions)
        register_tags(self.config, {tag for each in read for tag in each.description.tags})
        return [ScenarioItem.from_parent(self, read=each, definitions=definitions) for each in read]

    def _read(self, definitions: StepDefinitions) -> list[ReadScenario]:
        path = self.path.resolve()
        try:
            document = parse(path)
        except UnreadableFeature as unreadable:
            raise self._refusal(unreadable.problems) from None
        scenarios = scenarios_of(document, path, self.root)
        steps = dict.fromkeys(step for each in scenarios for step in each.description.steps)
        problems = {*problems_of(document), *(found for step in steps for found in definitions.problems_of(step))}
        if problems:
            raise self._refusal(sorted(problems))
        return scenarios

    def _refusal(self, problems: list[Problem]) -> pytest.Collector.CollectError:
        name = name_of(self.path.resolve(), self.root)
        return self.CollectError("\n".join(f"{name}:{problem.line}: {problem.reason}" for problem in problems))


def register_tags(config: pytest.Config, tags: set[str]) -> None:
    """Markers are strict: a tag is registered before it marks anything."""
    known = {line.partition(":")[0] for line in config.getini("markers")}
    for tag in sorted(tags - known):
        config.addinivalue_line("markers", f"{tag}: a tag of a feature file")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config) -> None:
    """With `-m` and a name that no feature carries pytest ends; an xdist worker must not, so there nothing matches."""
    if hasattr(config, "workerinput") and config.option.markexpr:
        with suppress(SyntaxError):
            register_tags(config, set(Expression.compile(config.option.markexpr).idents()))


def carry_out(request: pytest.FixtureRequest) -> None:
    """The test function of every scenario: its steps, each by the one definition that was found for it."""
    item = request.node
    script, hook = item.script, request.config.hook
    hook.pytest_bdd_before_scenario(request=request, feature=script.feature, scenario=script)
    try:
        for step in script.steps:
            context = item.definitions.the_one_for(describe(step))
            _execute_step_function(request, script, step, context)
    finally:
        hook.pytest_bdd_after_scenario(request=request, feature=script.feature, scenario=script)


class ScenarioItem(pytest.Function):
    """A scenario as a test, named by its title."""

    def __init__(self, *, read: ReadScenario, definitions: StepDefinitions, parent: FeatureFile) -> None:
        super().__init__(name=read.description.title, parent=parent, callobj=carry_out)
        self.scenario_description: ScenarioDescription = read.description
        self.failed_step: StepDescription | None = None
        self.script = read.script
        self.definitions = definitions
        for tag in reversed(read.description.tags):
            self.add_marker(tag, append=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.scenario_description.line - 1, self.name

    def _traceback_filter(self, excinfo: ExceptionInfo[BaseException]) -> Traceback:
        if self.config.getoption("fulltrace", False):
            return excinfo.traceback
        ours = excinfo.traceback.filter(lambda entry: not _is_machinery(entry.frame.f_globals.get("__name__", "")))
        return ours or excinfo.traceback

    def repr_failure(self, excinfo: ExceptionInfo[BaseException]) -> Any:  # type: ignore[override]
        """The endpoint's fault is told in its own words: no line of ours can explain it."""
        if not isinstance(excinfo.value, TargetFault) or self.config.getoption("fulltrace", False):
            return super().repr_failure(excinfo)
        told = str(excinfo.value)
        step = self.failed_step
        line = step.line if step else self.scenario_description.line
        where = ReprFileLocation(self.scenario_description.feature, line, step.sentence if step else self.name)
        entry = ReprEntry([f"E   {part}" for part in told.splitlines()], None, None, where, "short")
        crash = ReprFileLocation(self.scenario_description.feature, line, told)
        return ReprExceptionInfo(reprtraceback=ReprTraceback([entry], None, "short"), reprcrash=crash)


def _is_machinery(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in MACHINERY)


@pytest.hookimpl(tryfirst=True)
def pytest_bdd_step_error(request: pytest.FixtureRequest, step: Step, exception: BaseException) -> None:
    item = request.node
    if isinstance(item, ScenarioItem):
        item.failed_step = describe(step)
        exception.add_note(f"{item.failed_step.sentence} ({item.scenario_description.feature}:{step.line_number})")
