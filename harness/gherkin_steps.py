"""Which step definition carries out a step: looked up once for each kind and text."""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

import pytest
from pytest_bdd.compat import get_fixture_names, getfixturedefs
from pytest_bdd.parsers import string
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from scimulate.harness.gherkin_reading import Problem, StepDescription


@dataclass(frozen=True, eq=False)
class StepDefinition:
    """One decorated text. A function with two decorators is two definitions."""

    context: StepFunctionContext

    @property
    def text(self) -> str:
        return self.context.parser.name

    @property
    def place(self) -> str:
        function = inspect.unwrap(self.context.step_func)
        return f"{function.__module__}:{function.__code__.co_firstlineno}"

    @property
    def is_async(self) -> bool:
        function = self.context.step_func
        return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)

    def serves(self, kind: str) -> bool:
        return self.context.type in (None, kind)


class StepDefinitions:
    """All definitions that the plug-ins of a session bring."""

    def __init__(self, definitions: Iterable[StepDefinition]) -> None:
        self.all = tuple(definitions)
        self._found: dict[tuple[str, str], tuple[StepDefinition, ...]] = {}
        self._exact: dict[str, list[StepDefinition]] = {}
        self._patterns: list[StepDefinition] = []
        for definition in self.all:
            if isinstance(definition.context.parser, string):
                self._exact.setdefault(definition.text, []).append(definition)
            else:
                self._patterns.append(definition)

    @classmethod
    def of(cls, session: pytest.Session) -> "StepDefinitions":
        manager = session._fixturemanager
        contexts = (
            step_function_context_registry.get(fixture.func)
            for name in get_fixture_names(manager)
            for fixture in getfixturedefs(manager, name, session) or ()
        )
        return cls(StepDefinition(context) for context in contexts if context is not None)

    def matching(self, kind: str, text: str) -> tuple[StepDefinition, ...]:
        """The definitions of `kind` (given, when, then) that match `text`."""
        if (kind, text) not in self._found:
            candidates = [*self._exact.get(text, ()), *self._patterns]
            self._found[kind, text] = tuple(
                each for each in candidates if each.serves(kind) and each.context.parser.is_matching(text)
            )
        return self._found[kind, text]

    def the_one_for(self, step: StepDescription) -> StepFunctionContext:
        [definition] = self.matching(step.keyword.lower(), step.text)
        return definition.context

    def problems_of(self, step: StepDescription) -> list[Problem]:
        """Why the step cannot be carried out as it stands; nothing when it can."""
        found = self.matching(step.keyword.lower(), step.text)
        if not found:
            return [Problem(step.line, f'no definition matches "{step.sentence}"{self._hint(step)}')]
        if len(found) > 1:
            places = " and ".join(f'"{each.text}" ({each.place})' for each in found)
            return [Problem(step.line, f'{len(found)} definitions match "{step.sentence}": {places}')]
        if found[0].is_async:
            return [Problem(step.line, f'"{step.sentence}" is defined as async ({found[0].place}): it would never run')]
        return []

    def _hint(self, step: StepDescription) -> str:
        for kind in ("given", "when", "then"):
            if self.matching(kind, step.text):
                return f"; it is defined for {kind.capitalize()} and used as {step.keyword}"
        texts = {each.text for each in self.all if each.serves(step.keyword.lower())}
        nearest = get_close_matches(step.text, texts, n=1, cutoff=0.6)
        return f'; the nearest is "{nearest[0]}"' if nearest else ""
