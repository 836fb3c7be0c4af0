"""Japanese sentences for the definitions of the English ones: they stand beside each other in `japanese.toml`.

A Japanese sentence has no step of its own. It is one more text of the function that carries out the English one, with
the same parameters; `[words]` gives the English word for each Japanese value. This module is named last among the
plug-ins: it finds what the modules before it define.
"""

import functools
import inspect
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pytest_bdd import parsers, step
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

WORDS = "words"
IN_TABLES = "in tables"
TABLE: Mapping[str, Mapping[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
SENTENCES: Mapping[str, str] = {
    english: japanese for actor, texts in TABLE.items() if actor != WORDS for english, japanese in texts.items()
}
"""The text of the English definition -> the Japanese one."""


class JapaneseSentence(parsers.parse):
    """Reads a Japanese sentence into the values that the English one would have."""

    def parse_arguments(self, name: str) -> dict[str, Any]:
        return {parameter: in_english(parameter, value) for parameter, value in super().parse_arguments(name).items()}

    def is_matching(self, name: str) -> bool:
        """A parameter that has words of its own takes no other."""
        if not super().is_matching(name):
            return False
        read = super().parse_arguments(name)
        return all(value in TABLE[WORDS][parameter] for parameter, value in read.items() if parameter in TABLE[WORDS])


def in_english(parameter: str, value: Any) -> Any:
    return TABLE[WORDS][parameter][value] if parameter in TABLE[WORDS] else value


def with_english_tables(function: Callable[..., object]) -> Callable[..., object]:
    """The same step; of a table it sees the headings and words that the English features write."""
    if "datatable" not in inspect.signature(function).parameters:
        return function

    @functools.wraps(function)
    def carried_out(*, datatable: list[list[str]], **others: Any) -> object:
        english = [[TABLE[WORDS][IN_TABLES].get(cell, cell) for cell in row] for row in datatable]
        return function(datatable=english, **others)

    return carried_out


def to_translate() -> Iterator[tuple[StepFunctionContext, str]]:
    for context in list(step_function_context_registry.values()):
        is_ours = inspect.unwrap(context.step_func).__module__.startswith("scimulate.steps.")
        if is_ours and context.parser.name in SENTENCES:
            yield context, SENTENCES[context.parser.name]


for known, sentence in to_translate():
    step(JapaneseSentence(sentence), known.type, known.converters)(with_english_tables(known.step_func))
