"""Feature files as values: which scenarios a file holds, filled in row by row, and what makes one of them hollow.

Knows Gherkin and nothing of pytest's session or of step definitions, so that the command line can read features too.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gherkin.errors import CompositeParserException, ParserException
from gherkin.parser import Parser
from pytest_bdd.gherkin_parser import Background, ExamplesTable, GherkinDocument, Rule, Tag
from pytest_bdd.gherkin_parser import Scenario as WrittenScenario
from pytest_bdd.gherkin_parser import Step as WrittenStep
from pytest_bdd.parser import Feature, Scenario, Step, render_string
from pytest_bdd.types import STEP_TYPE_BY_PARSER_KEYWORD

REQUIREMENT_COLUMN = "requirement"
"""An Examples column of this name holds the ids that its row proves; they become tags of the row."""


@dataclass(frozen=True, order=True)
class Problem:
    """Why a feature file is refused, and where."""

    line: int
    reason: str


@dataclass(frozen=True)
class StepDescription:
    """A step of one scenario. `keyword` is Given, When or Then whatever was `written` (And, But, 前提, …)."""

    keyword: str
    written: str
    text: str
    line: int

    @property
    def sentence(self) -> str:
        return f"{self.written} {self.text}"


@dataclass(frozen=True)
class ScenarioDescription:
    """One scenario, or one row of an outline: then `line` is that of the row and `title` has its values.

    `tags` include what it inherits from feature and rule, `own_tags` do not.
    """

    feature: str
    line: int
    title: str
    tags: tuple[str, ...]
    rule: str
    steps: tuple[StepDescription, ...]
    own_tags: tuple[str, ...] = ()

    @property
    def node(self) -> str:
        return f"{self.feature}::{self.title}"


@dataclass(frozen=True)
class ReadScenario:
    """The description, and what pytest-bdd carries out."""

    description: ScenarioDescription
    script: Scenario


@dataclass(frozen=True)
class Row:
    """A row of an Examples table; a plain scenario has one, without values."""

    line: int
    values: Mapping[str, str]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class PlacedScenario:
    """A scenario as written, with what it inherits from where it stands."""

    written: WrittenScenario
    rule: Rule | None
    backgrounds: tuple[Background, ...]

    @property
    def parts(self) -> tuple[Background | WrittenScenario, ...]:
        """All that has steps, in the order in which they are carried out."""
        return (*self.backgrounds, self.written)

    @property
    def rows(self) -> list[Row]:
        if not self.written.examples:
            return [Row(self.written.location.line, {}, ())]
        return [row for table in self.written.examples for row in rows_of(table)]


class UnreadableFeature(Exception):
    """The text is not Gherkin; `problems` says where."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.reason for problem in problems))


def parse(path: Path) -> GherkinDocument:
    """The file as written, or UnreadableFeature."""
    try:
        raw = Parser().parse(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableFeature([Problem(1, f"is not UTF-8: byte {error.start} cannot be read")]) from error
    except CompositeParserException as error:
        raise UnreadableFeature([_parser_problem(each) for each in error.errors]) from error
    except ParserException as error:
        raise UnreadableFeature([_parser_problem(error)]) from error
    if not raw.get("feature"):
        raise UnreadableFeature([Problem(1, "holds no Feature")])
    return GherkinDocument.from_dict(raw)


def _parser_problem(error: ParserException) -> Problem:
    message = str(error).partition(": ")[2]
    unexpected = message.rpartition(", got ")[2] if ", got " in message else None
    reason = f"{unexpected} cannot stand here; is a keyword misspelt?" if unexpected else message
    return Problem(error.location["line"], reason)


def placed_scenarios(document: GherkinDocument) -> Iterator[PlacedScenario]:
    """Every scenario of the file in order, those in Rules included."""
    ground = tuple(child.background for child in document.feature.children if child.background)
    for child in document.feature.children:
        if child.scenario:
            yield PlacedScenario(child.scenario, None, ground)
        elif child.rule:
            own = tuple(part.background for part in child.rule.children if part.background)
            for part in child.rule.children:
                if part.scenario:
                    yield PlacedScenario(part.scenario, child.rule, ground + own)


def rows_of(table: ExamplesTable) -> list[Row]:
    if table.table_header is None:
        return []
    columns = [cell.value for cell in table.table_header.cells]
    rows = []
    for row in table.table_body or []:
        values = dict(zip(columns, (cell.value or "" for cell in row.cells), strict=True))
        ids = values.get(REQUIREMENT_COLUMN, "").replace(",", " ").split()
        rows.append(Row(row.location.line, values, (*_names(table.tags), *ids)))
    return rows


def scenarios_of(document: GherkinDocument, path: Path, root: Path) -> list[ReadScenario]:
    """The scenarios of a file that has no problem, one for each row; `root` is the folder of all features."""
    written = document.feature
    feature = Feature(
        scenarios=OrderedDict(),
        filename=str(path),
        rel_filename=name_of(path, root),
        language=written.language,
        keyword=written.keyword,
        name=written.name,
        tags=set(_names(written.tags)),
        background=None,
        line_number=written.location.line,
        description=written.description,
    )
    return [
        _read(placed, row, title, feature, _names(written.tags))
        for placed in placed_scenarios(document)
        for row, title in zip(placed.rows, titles_of(placed), strict=True)
    ]


def name_of(path: Path, root: Path) -> str:
    """How a file is named to the reader: from the features' folder on, wherever that is installed."""
    return path.relative_to(root.parent).as_posix()


def titles_of(placed: PlacedScenario) -> list[str]:
    """One title for each row. Rows that the title does not tell apart have their values added, as pytest does."""
    rows = placed.rows
    filled = [_as_title(render_string(placed.written.name, row.values)) for row in rows]
    counts = Counter(filled)
    return [
        title if counts[title] == 1 else f"{title}[{_as_title(', '.join(row.values.values()))}]"
        for title, row in zip(filled, rows, strict=True)
    ]


def _as_title(text: str) -> str:
    """`::` separates the parts of a node id, so a title cannot hold it."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split()).replace("::", ":")


def _read(placed: PlacedScenario, row: Row, title: str, feature: Feature, inherited: tuple[str, ...]) -> ReadScenario:
    steps = [step for part in placed.parts for step in _steps(part.steps, row.values)]
    rule_tags = _names(placed.rule.tags) if placed.rule else ()
    own_tags = (*_names(placed.written.tags), *row.tags)
    tags = tuple(dict.fromkeys((*inherited, *rule_tags, *own_tags)))
    script = Scenario(
        feature=feature,
        keyword=placed.written.keyword,
        name=title,
        line_number=row.line,
        steps=steps,
        description="",
        tags=set(tags),
    )
    description = ScenarioDescription(
        feature=feature.rel_filename,
        line=row.line,
        title=title,
        tags=tags,
        rule=placed.rule.name if placed.rule else "",
        steps=tuple(describe(step) for step in steps),
        own_tags=own_tags,
    )
    return ReadScenario(description, script)


def describe(step: Step) -> StepDescription:
    return StepDescription(step.type.capitalize(), step.keyword, step.name, step.line_number)


def _steps(written: list[WrittenStep], values: Mapping[str, str]) -> Iterator[Step]:
    """The steps with the row's values. And, But and * go on with what the step before them was."""
    kind = "given"
    for step in written:
        kind = STEP_TYPE_BY_PARSER_KEYWORD.get(step.keyword_type, kind)
        yield Step(
            name=render_string(step.text, values),
            type=kind,
            indent=step.location.column - 1,
            line_number=step.location.line,
            keyword=step.keyword,
            datatable=Step.render_datatable(step.datatable, values) if step.datatable else None,
            docstring=render_string(step.docstring.content, values) if step.docstring else None,
        )


def _names(tags: list[Tag]) -> tuple[str, ...]:
    return tuple(tag.name.removeprefix("@") for tag in tags)
