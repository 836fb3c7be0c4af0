"""The filter grammar of RFC 7644 §3.4.2.2: text in, a tree out. Knows no schema and no resource.

Recursive descent by hand: the grammar is small, it bends to the readings of a policy, and it counts its depth and its
terms while it reads. Names, operators and `and`, `or`, `not` come in any letter case; no brackets stand in brackets,
as no sub-attribute is complex (RFC 7643 §2.3.8); `attr[…].sub op value` is read as Entra sends it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from scimulate.mock_servers.scim.errors import ScimError, invalid_filter
from scimulate.mock_servers.scim.limits import FILTER_BYTES, FILTER_DEPTH, FILTER_TERMS
from scimulate.mock_servers.scim.readings import Readings

Operand = str | int | float | bool | None

COMPARISONS = frozenset({"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"})

_USUAL = Readings()
# Each alternative starts with characters that no other one takes, and none can be read in two ways: it is linear.
_TOKEN = re.compile(
    r"""[ ]*(?:
        (?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")
      | (?P<punctuation>[()\[\]])
      | (?P<word>[^\s()\[\]"]+)
    )""",
    re.VERBOSE,
)
_SINGLE_QUOTED = re.compile(r"[ ]*(?P<quoted>'[^'\x00-\x1f]*')(?![^\s()\[\]])")
_LITERALS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_NAME = re.compile(r"(?:urn:[A-Za-z0-9:._-]*:)?\$?[A-Za-z][A-Za-z0-9_$-]*(?:\.\$?[A-Za-z][A-Za-z0-9_$-]*)?", re.I)
_URN = re.compile(r"urn:[A-Za-z0-9:._-]+", re.I)
_SUB_NAME = re.compile(r"\.(\$?[A-Za-z][A-Za-z0-9_$-]*)")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})(?:\.[0-9]{1,18})?(?:[eE][+-]?[0-9]{1,2})?")


@dataclass(frozen=True)
class Compare:
    """`attribute operator operand`."""

    attribute: str
    operator: str
    operand: Operand


@dataclass(frozen=True)
class Present:
    """`attribute pr`."""

    attribute: str


@dataclass(frozen=True)
class Not:
    inner: "Filter"


@dataclass(frozen=True)
class And:
    parts: tuple["Filter", ...]


@dataclass(frozen=True)
class Or:
    parts: tuple["Filter", ...]


@dataclass(frozen=True)
class ValuePath:
    """`attribute[inner]`, or with `then` an expression over a sub-attribute of the values found."""

    attribute: str
    inner: "Filter"
    then: "Compare | Present | None" = None


Filter = Compare | Present | Not | And | Or | ValuePath


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    spaced: bool


def check_size(text: str) -> None:
    """Refuse a filter that is longer than `FILTER_BYTES`, before anybody looks into it."""
    if len(text) > FILTER_BYTES or len(text.encode("utf-8", "surrogatepass")) > FILTER_BYTES:
        raise invalid_filter(f"the filter is longer than {FILTER_BYTES} bytes")


def parse(text: str, readings: Readings = _USUAL) -> Filter:
    """The tree of a whole filter; anything else is refused with 400 invalidFilter."""
    check_size(text)
    parser = _Parser(_tokens(text, readings.unquoted_operands_accepted), readings)
    tree = parser.disjunction()
    parser.expect_end()
    return tree


def _tokens(text: str, single_quotes: bool) -> Iterator[_Token]:
    position, end = 0, len(text.rstrip(" "))
    before = "punctuation"
    while position < end:
        match = (_SINGLE_QUOTED.match(text, position) if single_quotes else None) or _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise invalid_filter(f"the filter cannot be read at character {position + 1}")
        kind = match.lastgroup
        spaced = match.start(kind) > position
        # Figure 1 of RFC 7644 has a space between a value and the words beside it.
        if not spaced and "punctuation" not in (before, kind):
            raise invalid_filter(f"the filter lacks a space at character {position + 1}")
        yield _Token(kind, match.group(kind), spaced)
        before, position = kind, match.end()


class _Parser:
    """Recursive descent, with the depth and the number of terms counted: nothing is read beyond what is too much."""

    def __init__(self, tokens: Iterator[_Token], readings: Readings) -> None:
        self._coming = tokens
        self._tokens: list[_Token] = []
        self._readings = readings
        self._position = 0
        self._depth = 0
        self._terms = 0
        self._in_brackets = False

    def disjunction(self) -> Filter:
        parts = [self._conjunction()]
        while self._take_word("or"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def expect_end(self) -> None:
        if self._peek() is not None:
            raise self._unexpected("the end of the filter, `and` or `or`")

    def _conjunction(self) -> Filter:
        parts = [self._factor()]
        while self._take_word("and"):
            parts.append(self._factor())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _factor(self) -> Filter:
        if self._peek_word("not") and self._peek_punctuation("(", ahead=1):
            self._position += 1
            self._check_space_after_not()
            return Not(self._group())
        if self._peek_punctuation("("):
            return self._group()
        return self._expression()

    def _check_space_after_not(self) -> None:
        """AMB-05: Figure 1 of RFC 7644 has no space between `not` and its parenthesis, Figure 2 has one."""
        spaced = self._tokens[self._position].spaced
        if self._readings.space_after_not == ("forbidden" if spaced else "required"):
            raise invalid_filter(f"a space between not and its parenthesis is {self._readings.space_after_not}")

    def _group(self) -> Filter:
        if self._in_brackets and self._readings.groups_in_brackets_refused:
            raise invalid_filter("a filter in brackets cannot hold parentheses")
        self._take_punctuation("(")
        return self._nested(")")

    def _nested(self, closing: str) -> Filter:
        self._depth += 1
        if self._depth > FILTER_DEPTH:
            raise invalid_filter(f"the filter is nested deeper than {FILTER_DEPTH} levels")
        inner = self.disjunction()
        self._take_punctuation(closing)
        self._depth -= 1
        return inner

    def _expression(self) -> Filter:
        name = self._name()
        if not self._peek_punctuation("["):
            return self._comparison(name)
        if self._in_brackets:
            raise invalid_filter("a filter in brackets cannot hold brackets")
        self._position += 1
        self._in_brackets = True
        inner = self._nested("]")
        self._in_brackets = False
        token = self._peek()
        sub = _SUB_NAME.fullmatch(token.text) if token is not None and token.kind == "word" else None
        if sub is None:
            return ValuePath(name, inner)
        self._position += 1
        return ValuePath(name, inner, self._comparison(sub.group(1)))

    def _comparison(self, name: str) -> Compare | Present:
        self._terms += 1
        if self._terms > FILTER_TERMS:
            raise invalid_filter(f"the filter has more than {FILTER_TERMS} terms")
        operator = self._next_word("an operator").lower()
        if operator == "pr":
            return Present(name)
        if operator not in COMPARISONS:
            raise invalid_filter(f"the operator is none of {', '.join(sorted(COMPARISONS))}, pr")
        return Compare(name, operator, self._operand())

    def _operand(self) -> Operand:
        token = self._peek()
        if token is None or token.kind == "punctuation":
            raise self._unexpected("a value")
        self._position += 1
        if token.kind == "string":
            return _text_of(token.text)
        if token.text in _LITERALS:
            return _LITERALS[token.text]
        if _NUMBER.fullmatch(token.text):
            number: int | float = json.loads(token.text)
            return number
        if self._readings.unquoted_operands_accepted:
            return token.text[1:-1] if token.kind == "quoted" else token.text
        raise invalid_filter("a value is a string in double quotes, a number, true, false or null")

    def _name(self) -> str:
        name = self._next_word("an attribute name")
        if _NAME.fullmatch(name) or _URN.fullmatch(name):
            return name
        raise invalid_filter("an attribute name in the filter is not well formed")

    def _peek(self, ahead: int = 0) -> _Token | None:
        position = self._position + ahead
        while position >= len(self._tokens):
            token = next(self._coming, None)
            if token is None:
                return None
            self._tokens.append(token)
        return self._tokens[position]

    def _peek_word(self, word: str) -> bool:
        token = self._peek()
        return token is not None and token.kind == "word" and token.text.lower() == word

    def _peek_punctuation(self, text: str, ahead: int = 0) -> bool:
        token = self._peek(ahead)
        return token is not None and token.kind == "punctuation" and token.text == text

    def _take_word(self, word: str) -> bool:
        found = self._peek_word(word)
        self._position += found
        return found

    def _take_punctuation(self, text: str) -> None:
        if not self._peek_punctuation(text):
            raise self._unexpected(text)
        self._position += 1

    def _next_word(self, expected: str) -> str:
        token = self._peek()
        if token is None or token.kind != "word":
            raise self._unexpected(expected)
        self._position += 1
        return token.text

    def _unexpected(self, expected: str) -> ScimError:
        place = "at its end" if self._peek() is None else f"at its part {self._position + 1}"
        return invalid_filter(f"the filter lacks {expected} {place}")


def _text_of(literal: str) -> str:
    try:
        text: str = json.loads(literal)
        text.encode()
    except ValueError as error:
        raise invalid_filter("a string in the filter has an escape that is no character of JSON") from error
    return text
