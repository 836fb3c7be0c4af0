"""Masks what is not ours: values of resources that the run did not create are never kept in evidence.

Type and length stay, so that the shape of an answer can still be judged by a reader; `schemas`, the resource type and
the envelope of a list stay as they are. It decides by what the run created and by the run id in a resource's names.
"""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from scimulate.harness.printable import printable

KEPT = 64 * 1024
"""How many characters of a body are kept in evidence."""

NAMES = ("userName", "displayName", "externalId")
OF_A_RESOURCE = frozenset({"id", *NAMES, "emails", "name", "phoneNumbers"})
OF_A_PERSON = frozenset({*OF_A_RESOURCE, "nickName", "addresses", "ims", "photos", "members", "value", "display"})
"""Members whose values are looked for in other text too. A department, say, may be any word."""

TELLING_LENGTH = 5
MOST_REMEMBERED = 50_000
REFERENCES = ("members", "groups", "manager")
DISCOVERY = re.compile(r"/(ServiceProviderConfig|ResourceTypes|Schemas)(/|$)", re.IGNORECASE)
ERROR = "urn:ietf:params:scim:api:messages:2.0:error"
STRING = re.compile(r'("(?:[^"\\]|\\.)*(?:"|\\?$))(\s*:)?', re.DOTALL)


def masked_text(text: str) -> str:
    """Letters and digits replaced one by one; punctuation shows the form of the value."""
    return "".join("0" if letter.isdigit() else "x" if letter.isalnum() else letter for letter in text)


def masked_value(value: Any) -> Any:
    """`value` with type and length kept. True, false and null say nothing of a person."""
    match value:
        case str():
            return masked_text(value)
        case bool() | None:
            return value
        case int():
            return int("1" * len(str(abs(value)))) * (-1 if value < 0 else 1)
        case float():
            return 1.1
        case list():
            return [masked_value(item) for item in value]
        case dict():
            return {name: masked_value(item) for name, item in value.items()}
        case _:
            return value


def cleaned(text: str, limit: int = KEPT) -> str:
    """`text` without characters that a terminal, XML or a page could act on, and not longer than `limit`."""
    cut = f" … (cut; {len(text)} characters in all)" if len(text) > limit else ""
    return printable(text[:limit]) + cut


class Masker:
    """Knows which resources are the run's own. It remembers the ids of the others, to mask them in addresses too."""

    def __init__(self, run_id: str, owns: Callable[[str], bool]) -> None:
        self._run_id = run_id.lower()
        self._owns = owns
        self._strangers: set[str] = set()
        self._values: set[str] = set()

    def body(self, text: str, path: str) -> str:
        """The body of an answer to a request for `path`, as it may be kept."""
        if DISCOVERY.search(path):
            return cleaned(text)
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return cleaned(self._broken(text))
        masked = self.document(document)
        return cleaned(text if masked == document else json.dumps(masked, ensure_ascii=False))

    def learn(self, stranger: str) -> None:
        """Masks this id wherever it stands in an address."""
        self._strangers.add(stranger)

    def shown(self, value: Any) -> Any:
        """`value`, which may quote an answer or a part of one, as a report may show it."""
        match value:
            case str():
                return self._without_strangers(value)
            case list() | tuple():
                return [self.shown(item) for item in value]
            case dict():
                masked = self.document(value)
                return {self._without_strangers(str(name)): self.shown(item) for name, item in masked.items()}
            case _:
                return value

    def _without_strangers(self, text: str) -> str:
        for known in sorted((each for each in self._values if each in text), key=len, reverse=True):
            text = text.replace(known, masked_text(known))
        return text

    def url(self, url: str) -> str:
        """An address in which ids of strangers are masked."""
        address, mark, query = url.partition("?")
        parts = [masked_text(part) if unquote(part) in self._strangers else part for part in address.split("/")]
        return cleaned("/".join(parts) + mark + query)

    def document(self, document: Any) -> Any:
        match document:
            case list():
                return [self.document(item) for item in document]
            case {"schemas": [str(schema)]} if schema.lower() == ERROR:
                return document
            case dict() if document.keys() & OF_A_RESOURCE:
                return self._own(document) if self._is_ours(document) else self._stranger(document)
            case dict():
                # An envelope, whatever the endpoint calls its parts.
                return {name: self.document(value) for name, value in document.items()}
            case _:
                return document

    def _is_ours(self, resource: dict[str, Any]) -> bool:
        id = resource.get("id")
        if isinstance(id, str) and self._owns(id):
            return True
        return any(self._bears_the_run_id(resource.get(name)) for name in NAMES)

    def _bears_the_run_id(self, value: Any) -> bool:
        return isinstance(value, str) and self._run_id in value.lower()

    def _own(self, resource: dict[str, Any]) -> dict[str, Any]:
        """Our own resource may still point at strangers: a group that everybody is in, a manager."""
        return {name: self._references(value) if name in REFERENCES else value for name, value in resource.items()}

    def _references(self, value: Any) -> Any:
        match value:
            case list():
                return [self._references(item) for item in value]
            case {"value": str(id)} if not self._owns(id):
                shown = (id, value.get("display"), value.get("displayName"))
                return value if any(map(self._bears_the_run_id, shown)) else self._stranger(value)
            case _:
                return value

    def _stranger(self, resource: dict[str, Any]) -> dict[str, Any]:
        id = resource.get("id", resource.get("value"))
        if isinstance(id, str):
            self._strangers.add(id)
        for name in resource.keys() & OF_A_PERSON:
            self._remember(resource[name])
        return {name: self._stranger_value(name, value) for name, value in resource.items()}

    def _remember(self, value: Any) -> None:
        """Keeps the strings in `value`, to find them where an answer is quoted."""
        match value:
            case str() if len(value) >= TELLING_LENGTH and len(self._values) < MOST_REMEMBERED:
                self._values |= {value, json.dumps(value)[1:-1]}
            case list():
                for item in value:
                    self._remember(item)
            case dict():
                for item in value.values():
                    self._remember(item)
            case _:
                pass

    def _stranger_value(self, name: str, value: Any) -> Any:
        match name, value:
            case "schemas", list():
                return value
            case "meta", {"resourceType": kind}:
                return {**masked_value(value), "resourceType": kind}
            case _:
                return masked_value(value)

    def _broken(self, text: str) -> str:
        """Text that began as JSON and does not end as such may hold strangers' values; a page of HTML does not."""
        ours_alone = self._run_id in text.lower() and "resources" not in text.lower()
        if not text.lstrip().startswith(("{", "[")) or ours_alone:
            return text
        return STRING.sub(lambda found: found.group() if found.group(2) else masked_text(found.group()), text)
