"""Reads a value out of a SCIM document by its attribute path, as a judge and without repairing what it reads."""

import re
from typing import Any

_VALUE_PATH = re.compile(r'^(?P<attribute>[^\[]+)\[type eq "(?P<type>[^"]*)"\]\.(?P<sub>.+)$')
_EXTENSION = re.compile(r"^(?P<urn>urn:[^\s]+):(?P<attribute>[^:]+)$", re.IGNORECASE)


def value_at(resource: dict[str, Any], path: str) -> Any:
    """The value that `path` names in `resource`; None when there is none.

    `path` is an attribute, attribute.sub, attribute[type eq "x"].sub, or one of these behind an extension URN.
    """
    if extension := _EXTENSION.match(path):
        container = _member(resource, extension["urn"])
        return value_at(container, extension["attribute"]) if isinstance(container, dict) else None
    if selected := _VALUE_PATH.match(path):
        values = _member(resource, selected["attribute"])
        chosen = [
            value
            for value in (values if isinstance(values, list) else [])
            if isinstance(value, dict) and str(_member(value, "type")).casefold() == selected["type"].casefold()
        ]
        return value_at(chosen[0], selected["sub"]) if len(chosen) == 1 else None
    name, _, rest = path.partition(".")
    value = _member(resource, name)
    return value_at(value, rest) if rest and isinstance(value, dict) else None if rest else value


def _member(document: dict[str, Any], name: str) -> Any:
    """Attribute names and schema URIs are compared without regard to case (RFC 7643 §2.1, §3)."""
    for candidate, value in document.items():
        if candidate.casefold() == name.casefold():
            return value
    return None
