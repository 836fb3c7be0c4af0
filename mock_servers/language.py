"""The words of the portals: which language a reader gets, and what each label is called in it.

The tables are in `labels/`: one entry for each label, with a text in every language and, where pages print more than
one, its aliases. Texts may hold placeholders, `{like_this}`.

    LabelMissing    no table holds the label
"""

import string
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

LABELS_FOLDER = Path(__file__).parent / "labels"

Say = Callable[..., str]
"""A label's id and the values of its placeholders give its text in one language."""


class Language(StrEnum):
    ENGLISH = "en"
    JAPANESE = "ja"


class LabelMissing(KeyError):
    """No table holds the label."""


@dataclass(frozen=True)
class Label:
    """One element of a page, or one sentence, in every language. `aliases` are other names that pages print for it."""

    texts: Mapping[Language, str]
    aliases: tuple[str, ...] = ()


class Labels(Mapping[str, Label]):
    """All labels by id."""

    def __init__(self, labels: Mapping[str, Label]) -> None:
        self._labels = dict(labels)

    def __getitem__(self, label_id: str) -> Label:
        try:
            return self._labels[label_id]
        except KeyError:
            raise LabelMissing(label_id) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._labels)

    def text(self, label_id: str, language: Language, **values: object) -> str:
        text = self[label_id].texts[language]
        return text.format(**values) if values else text

    def said_in(self, language: Language) -> Say:
        def say(label_id: str, **values: object) -> str:
            return self.text(label_id, language, **values)

        return say


@cache
def load_labels(folder: Path = LABELS_FOLDER) -> Labels:
    """Every table of the folder as one. A label that stands twice, or lacks a language, raises `ValueError`."""
    labels: dict[str, Label] = {}
    for file in sorted(folder.glob("*.toml")):
        for label_id, entry in _entries(tomllib.loads(file.read_text(encoding="utf-8"))):
            if label_id in labels:
                raise ValueError(f"{file.name}: {label_id} stands twice")
            labels[label_id] = _read(f"{file.name}: {label_id}", entry)
    return Labels(labels)


def language_for(chosen: str | None, accept_language: str | None) -> Language:
    """The language that was chosen, or else the one that the browser prefers, or else English."""
    if chosen in tuple(Language):
        return Language(chosen)
    for tag in _by_preference(accept_language or ""):
        primary = tag.partition("-")[0].lower()
        if primary in tuple(Language):
            return Language(primary)
    return Language.ENGLISH


def _by_preference(accept_language: str) -> list[str]:
    """The tags of an Accept-Language header, most wanted first (RFC 9110 §12.5.4); what is malformed is left out."""
    ranges: list[tuple[float, str]] = []
    for part in accept_language.split(",")[:20]:
        tag, _, parameter = part.partition(";")
        name, _, weight = parameter.strip().partition("=")
        try:
            quality = float(weight) if name.strip().lower() == "q" else 1.0
        except ValueError:
            continue
        if tag.strip() and 0 < quality <= 1:
            ranges.append((quality, tag.strip()))
    return [tag for _, tag in sorted(ranges, key=lambda each: -each[0])]


def _entries(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """`[token.generate]` is the label `token.generate`. A label may have labels below it."""
    if any(isinstance(table.get(language), str) for language in Language):
        yield prefix, {key: value for key, value in table.items() if not isinstance(value, dict)}
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _entries(value, f"{prefix}.{name}" if prefix else name)


def _read(place: str, entry: Mapping[str, Any]) -> Label:
    if {*entry} - {*Language, "aliases"} or any(not entry.get(language) for language in Language):
        raise ValueError(f"{place} has a text in each of {', '.join(Language)}, and perhaps aliases")
    texts = {language: str(entry[language]) for language in Language}
    if len({frozenset(_placeholders(text)) for text in texts.values()}) > 1:
        raise ValueError(f"{place} has different placeholders in its languages")
    return Label(texts, tuple(entry.get("aliases", ())))


def _placeholders(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
