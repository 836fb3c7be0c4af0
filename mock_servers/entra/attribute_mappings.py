"""The attribute mapping of one application as its administrator edits it: rows, and the list of target attributes.

A change is checked as a whole and then stored; what is refused changes nothing.

    MappingRefused    a row, or an attribute of the list, that cannot be
"""

import re
import threading
from collections.abc import Callable, Mapping

from scimulate.mock_servers.entra.mapping import ENTERPRISE_SCHEMA, SOURCES, USER_MAPPING, AttributeMapping
from scimulate.mock_servers.entra.refused import EntraRefused

MATCHING = "userName"
LONGEST_PATH = 200
MOST_ATTRIBUTES = 200

# Beside those of the default mapping: what the attribute list of a non-gallery application offers as well.
_OFFERED = (
    "nickName",
    "userType",
    "locale",
    "timezone",
    'emails[type eq "other"].value',
    'phoneNumbers[type eq "home"].value',
    f"{ENTERPRISE_SCHEMA}:costCenter",
    f"{ENTERPRISE_SCHEMA}:organization",
    f"{ENTERPRISE_SCHEMA}:division",
)
# ENTRA-320: neither references nor complex nor multi-valued ones.
_CUSTOM = re.compile(r"urn:ietf:params:scim:schemas:extension:[A-Za-z0-9._-]+:2\.0:User:[A-Za-z$][A-Za-z0-9$_-]*")


class MappingRefused(EntraRefused):
    """The mapping stays as it was."""


class AttributeMappings:
    """The rows of Provision Entra ID Users. Whoever reads gets a whole table, never half of a change.

    `changed` is called after each change of the rows: everything is then looked at again (ENTRA-235).
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._rows = USER_MAPPING
        self._attributes = (*(row.target for row in USER_MAPPING), *_OFFERED)
        self._lock = threading.Lock()

    def rows(self) -> tuple[AttributeMapping, ...]:
        return self._rows

    def attributes(self) -> tuple[str, ...]:
        """The target attributes that a row may name."""
        return self._attributes

    def unused_sources(self) -> list[str]:
        mapped = {row.source for row in self._rows}
        return [source for source in SOURCES if source not in mapped]

    def unused_attributes(self) -> list[str]:
        mapped = {row.target for row in self._rows}
        return [target for target in self._attributes if target not in mapped]

    def add_attribute(self, path: str) -> None:
        """Edit attribute list: a custom attribute of an extension (IVANTI-038)."""
        path = path.strip()
        if len(path) > LONGEST_PATH or not _CUSTOM.fullmatch(path):
            raise MappingRefused("attribute_malformed")
        with self._lock:
            if _same(path, self._attributes):
                raise MappingRefused("attribute_listed", target=path)
            if len(self._attributes) >= MOST_ATTRIBUTES:
                raise MappingRefused("attribute_list_full", most=MOST_ATTRIBUTES)
            self._attributes = (*self._attributes, path)

    def add(self, source: str, target: str) -> None:
        """Add New Mapping. A source or target that is mapped already is refused (IVANTI-039)."""
        with self._lock:
            if source not in SOURCES:
                raise MappingRefused("source_unknown")
            listed = _same(target.strip(), self._attributes)
            if listed is None:
                raise MappingRefused("target_not_listed")
            if any(row.target == listed for row in self._rows):
                raise MappingRefused("target_mapped", target=listed)
            if any(row.source == source for row in self._rows):
                raise MappingRefused("source_mapped", source=source)
            self._rows = (*self._rows, AttributeMapping(source, listed))
        self._changed()

    def remove(self, *targets: str) -> None:
        """The matching attribute cannot be done without (ENTRA-313)."""
        with self._lock:
            mapped = {row.target for row in self._rows}
            if not mapped.issuperset(targets):
                raise MappingRefused("target_not_mapped")
            if MATCHING in targets:
                raise MappingRefused("matching_needed", target=MATCHING)
            self._rows = tuple(row for row in self._rows if row.target not in targets)
        self._changed()

    def restore(self) -> None:
        """Restore default mappings. The attribute list keeps what was added to it."""
        self._rows = USER_MAPPING
        self._changed()


def _same(path: str, paths: tuple[str, ...]) -> str | None:
    """Attribute names match in any letter case (RFC 7643 §2.1)."""
    known: Mapping[str, str] = {each.casefold(): each for each in paths}
    return known.get(path.casefold())
