"""PATCH paths: RFC 7644 §3.5.2 (PATH = attrPath / valuePath [subAttr]), resolved against a resource type."""

import re
from typing import NamedTuple

from scimulate.mock_servers.scim.errors import ScimError, invalid_path
from scimulate.mock_servers.scim.filter import And, Compare, Filter, Not, Or, ValuePath, parse
from scimulate.mock_servers.scim.limits import FILTER_BYTES
from scimulate.mock_servers.scim.schema import Attribute, ResourceType

_SUB = re.compile(r"\.(\$?[A-Za-z][A-Za-z0-9_$-]*)")


class Path(NamedTuple):
    """A target inside a resource. `extension` alone means the whole extension; `filter` selects values."""

    extension: Attribute | None = None
    attribute: Attribute | None = None
    sub: Attribute | None = None
    filter: Filter | None = None

    @property
    def name(self) -> str:
        """The canonical name, for sentences."""
        parts = [part.name for part in (self.attribute, self.sub) if part is not None]
        return ".".join(parts) or (self.extension.name if self.extension else "")


class UnknownAttribute(Exception):
    """The path is well formed, but no schema has its attribute."""


def resolve_path(text: str, resource_type: ResourceType) -> Path:
    """The target of a path. Raises `ScimError` invalidPath when malformed and `UnknownAttribute`."""
    plain = resource_type.attribute(text)
    if plain is not None:
        return Path(None, plain)
    if len(text) > FILTER_BYTES:
        raise invalid_path(f"a path is longer than {FILTER_BYTES} characters")
    text = text.strip()
    extension: Attribute | None = None
    rest = text
    split = resource_type.split_urn(text)
    if split is not None:
        extension, rest = split
        if not rest:
            if extension is None:
                raise invalid_path("the core schema is not a target; name one of its attributes")
            return Path(extension)
    elif text.lower().startswith("urn:"):
        raise UnknownAttribute
    name, brackets, sub_name = _parts(rest)
    attribute = extension.sub(name) if extension is not None else resource_type.attribute(name)
    if attribute is None and split is None:
        extension, attribute = _of_an_extension(name, resource_type)
    if attribute is None:
        raise UnknownAttribute
    selected = _selection(attribute, brackets) if brackets is not None else None
    if sub_name is None:
        return Path(extension, attribute, None, selected)
    sub = attribute.sub(sub_name)
    if sub is None:
        raise UnknownAttribute
    return Path(extension, attribute, sub, selected)


def _of_an_extension(name: str, resource_type: ResourceType) -> tuple[Attribute | None, Attribute | None]:
    """§3.5.2: a path without a URN is read by all schemas of the resource; the core schema comes first."""
    for extension in resource_type.extensions.values():
        attribute = extension.sub(name)
        if attribute is not None:
            return extension, attribute
    return None, None


def _parts(text: str) -> tuple[str, str | None, str | None]:
    """Name, text in brackets and sub-attribute of `name[filter].sub`."""
    opening = text.find("[")
    if opening < 0:
        name, dot, sub = text.partition(".")
        if not _is_name(name) or (dot and not _is_name(sub)):
            raise invalid_path("a path is not well formed")
        return name, None, sub if dot else None
    closing = text.rfind("]")
    name, tail = text[:opening], text[closing + 1 :]
    if closing < opening or not _is_name(name):
        raise invalid_path("a path is not well formed")
    if not tail:
        return name, text[opening + 1 : closing], None
    match = _SUB.fullmatch(tail)
    if match is None:
        raise invalid_path("a path is not well formed after its brackets")
    return name, text[opening + 1 : closing], match.group(1)


def _is_name(text: str) -> bool:
    return re.fullmatch(r"\$?[A-Za-z][A-Za-z0-9_$-]*", text) is not None


def _selection(attribute: Attribute, text: str) -> Filter:
    if not (attribute.is_complex and attribute.multi_valued):
        raise invalid_path("brackets follow an attribute that has one value")
    try:
        return parse(text)
    except ScimError as error:
        raise invalid_path(f"in the brackets of a path, {error.detail}") from error


def terms(tree: Filter) -> int:
    """How many comparisons the filter makes at most for one value."""
    match tree:
        case Not(inner) | ValuePath(_, inner, _):
            return terms(inner)
        case And(parts) | Or(parts):
            return sum(map(terms, parts))
    return 1


def equalities(tree: Filter) -> dict[str, object] | None:
    """What a value must hold to match, by lowered name, when the filter is made of `eq` and `and` alone; else None."""
    match tree:
        case Compare(name, "eq", operand) if operand is not None:
            return {name.lower(): operand}
        case And(parts):
            found: dict[str, object] = {}
            for part in parts:
                inner = equalities(part)
                if inner is None or any(found.get(name, operand) != operand for name, operand in inner.items()):
                    return None
                found |= inner
            return found
    return None
