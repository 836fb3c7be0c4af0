"""What makes a scenario hollow: it would pass, or vanish, without proving anything. Such a file is refused."""

import re
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches

from gherkin.dialect import Dialect
from pytest_bdd.gherkin_parser import Feature, GherkinDocument, Rule
from pytest_bdd.gherkin_parser import Step as WrittenStep
from pytest_bdd.types import STEP_TYPE_BY_PARSER_KEYWORD

from scimulate.harness.gherkin_reading import PlacedScenario, Problem, placed_scenarios, rows_of, titles_of

PLACEHOLDER = re.compile(r"<([^<>\s](?:[^<>]*[^<>\s])?)>")


def problems_of(document: GherkinDocument) -> list[Problem]:
    """Every problem of the file, in the order of its lines."""
    placed = list(placed_scenarios(document))
    found = [
        *_of_headings(document),
        *_of_titles(placed),
        *(problem for each in placed for problem in _of_scenario(each, _dialect(document))),
    ]
    return sorted(set(found))


def _dialect(document: GherkinDocument) -> Dialect:
    dialect = Dialect.for_name(document.feature.language)
    assert dialect is not None, "the parser has accepted the language"
    return dialect


def _of_headings(document: GherkinDocument) -> Iterator[Problem]:
    """A misspelt `Scenario:` at the beginning of a Feature or Rule is read as its description, steps and all."""
    feature = document.feature
    rules = [child.rule for child in feature.children if child.rule]
    if not any(placed_scenarios(document)):
        yield Problem(feature.location.line, "the feature holds no scenario")
    for rule in rules:
        if not any(part.scenario for part in rule.children):
            yield Problem(rule.location.line, f'the rule "{rule.name}" holds no scenario')
    headings: list[Feature | Rule] = [feature, *rules]
    for heading in headings:
        for line in heading.description.splitlines():
            if _looks_like_a_heading(line, _dialect(document)):
                yield Problem(heading.location.line, f'"{line.strip()}" is read as a description; misspelt keyword?')


def _looks_like_a_heading(line: str, dialect: Dialect) -> bool:
    head, colon, _ = line.strip().partition(":")
    keywords = [
        *dialect.background_keywords,
        *dialect.rule_keywords,
        *dialect.scenario_keywords,
        *dialect.scenario_outline_keywords,
        *dialect.examples_keywords,
    ]
    return bool(colon and get_close_matches(head.lower(), [word.lower() for word in keywords], cutoff=0.75))


def _of_titles(placed: list[PlacedScenario]) -> Iterator[Problem]:
    written: dict[str, int] = {}
    filled: dict[str, int] = {}
    for each in placed:
        title, line = each.written.name, each.written.location.line
        if not title.strip():
            yield Problem(line, "the scenario has no title")
        if title in written:
            yield Problem(line, f'the title "{title}" is used already on line {written[title]}')
            continue
        written[title] = line
        for row, shown in zip(each.rows, titles_of(each), strict=True):
            if shown in filled:
                yield Problem(row.line, f'"{shown}" stands already on line {filled[shown]}')
            filled.setdefault(shown, row.line)


def _of_scenario(placed: PlacedScenario, dialect: Dialect) -> Iterator[Problem]:
    written = placed.written
    for part in placed.parts:
        line = part.location.line
        title = f'the scenario "{part.name}"' if part is written else "the background"
        if not part.steps:
            yield Problem(line, f"{title} has no steps")
        elif part.steps[0].keyword_type not in STEP_TYPE_BY_PARSER_KEYWORD:
            yield Problem(part.steps[0].location.line, f'{title} begins with "{part.steps[0].keyword}"')
        for text in filter(None, map(str.strip, part.description.splitlines())):
            yield Problem(line, f'{title} has text before its first step: "{text}"; misspelt keyword?')
    if written.keyword in dialect.scenario_outline_keywords and not written.examples:
        yield Problem(written.location.line, f'the outline "{written.name}" has no Examples')
    yield from _of_examples(placed)
    yield from _of_placeholders(placed)


def _of_examples(placed: PlacedScenario) -> Iterator[Problem]:
    for table in placed.written.examples:
        if not rows_of(table):
            yield Problem(table.location.line, f'the Examples of "{placed.written.name}" have no rows')
        cells = table.table_header.cells if table.table_header else []
        for column, count in Counter(cell.value for cell in cells).items():
            if count > 1:
                yield Problem(table.location.line, f'the column "{column}" stands twice')


def _of_placeholders(placed: PlacedScenario) -> Iterator[Problem]:
    """Each Examples table must supply every placeholder; a plain scenario supplies none."""
    tables = [table.table_header for table in placed.written.examples]
    supplied = [{cell.value for cell in header.cells} if header else set() for header in tables] or [set()]
    steps = [step for part in placed.parts for step in part.steps]
    texts = [(placed.written.location.line, placed.written.name), *((s.location.line, _text_of(s)) for s in steps)]
    for line, text in texts:
        for name in PLACEHOLDER.findall(text):
            if not all(name in columns for columns in supplied):
                yield Problem(line, f"no column of Examples supplies <{name}>")


def _text_of(step: WrittenStep) -> str:
    cells = [cell.value for row in step.datatable.rows for cell in row.cells] if step.datatable else []
    return "\n".join([step.text, *cells, step.docstring.content if step.docstring else ""])
