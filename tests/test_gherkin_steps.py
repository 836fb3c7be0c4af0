from collections.abc import Callable

import pytest
from pytest_bdd import parsers
from pytest_bdd.steps import StepFunctionContext

from scimulate.harness.gherkin_reading import Problem, StepDescription
from scimulate.harness.gherkin_steps import StepDefinition, StepDefinitions


class CountingParser(parsers.parse):
    """Counts how often it is asked."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.asked = 0

    def is_matching(self, name: str) -> bool:
        self.asked += 1
        return super().is_matching(name)


def carried_out() -> None:
    pass


async def never_carried_out() -> None:
    pass


def definition(kind: str, parser: parsers.StepParser, function: Callable[..., object] = carried_out) -> StepDefinition:
    assert kind in ("given", "when", "then")
    return StepDefinition(StepFunctionContext(type=kind, step_func=function, parser=parser))  # type: ignore[arg-type]


def step(text: str, keyword: str = "Given") -> StepDescription:
    return StepDescription(keyword, keyword, text, 7)


DEFINITIONS = StepDefinitions(
    [
        definition("given", parsers.string("the tenant holds 2 tokens")),
        definition("given", parsers.parse("the tenant has {n:d} tokens")),
        definition("given", parsers.re(r"the tenant has (?P<n>\d+) (tokens|users)")),
        definition("then", parsers.cfparse("the tenant lacks {n:d} tokens")),
        definition("when", parsers.string("a token is generated"), never_carried_out),
    ]
)
ASYNC_LINE = never_carried_out.__code__.co_firstlineno
SYNC_LINE = carried_out.__code__.co_firstlineno


def test_a_step_is_looked_up_once_however_many_scenarios_say_it() -> None:
    counting = [CountingParser(f"definition {number} of {{x}}") for number in range(300)]
    definitions = StepDefinitions(definition("given", parser) for parser in counting)
    for _ in range(1500):
        assert definitions.problems_of(step("definition 299 of ada")) == []
        assert definitions.the_one_for(step("definition 299 of ada")).parser is counting[299]
    assert [parser.asked for parser in counting] == [1] * 300


def test_definitions_of_another_kind_are_not_even_asked() -> None:
    counting = CountingParser("the tenant")
    assert StepDefinitions([definition("then", counting)]).matching("given", "the tenant") == ()
    assert counting.asked == 0


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        pytest.param(step("nothing like it"), 'no definition matches "Given nothing like it"', id="none"),
        pytest.param(
            step("the tenant holds 3 tokens"),
            'no definition matches "Given the tenant holds 3 tokens"; the nearest is "the tenant holds 2 tokens"',
            id="none, but one is near",
        ),
        pytest.param(
            step("the tenant lacks 2 tokens"),
            'no definition matches "Given the tenant lacks 2 tokens"; it is defined for Then and used as Given',
            id="another kind",
        ),
        pytest.param(
            step("the tenant has 2 tokens"),
            '2 definitions match "Given the tenant has 2 tokens": '
            f'"the tenant has {{n:d}} tokens" ({__name__}:{SYNC_LINE}) and '
            f'"the tenant has (?P<n>\\d+) (tokens|users)" ({__name__}:{SYNC_LINE})',
            id="two",
        ),
        pytest.param(
            step("a token is generated", "When"),
            f'"When a token is generated" is defined as async ({__name__}:{ASYNC_LINE}): it would never run',
            id="async",
        ),
    ],
)
def test_a_step_without_exactly_one_synchronous_definition_is_a_problem(wrong: StepDescription, reason: str) -> None:
    assert DEFINITIONS.problems_of(wrong) == [Problem(7, reason)]


def test_a_step_with_one_definition_is_none() -> None:
    assert DEFINITIONS.problems_of(step("the tenant holds 2 tokens")) == []
    assert DEFINITIONS.problems_of(step("the tenant has 5 users")) == []
