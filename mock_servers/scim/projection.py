"""Which attributes of a resource are returned: `attributes`, `excludedAttributes` (RFC 7644 §3.9), and the `returned`
characteristic of each attribute (RFC 7643 §7)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Union

from scimulate.mock_servers.scim.errors import invalid_value
from scimulate.mock_servers.scim.notation import resolve
from scimulate.mock_servers.scim.readings import Readings
from scimulate.mock_servers.scim.schema import ResourceType

Selection = dict[str, Union["Selection", None]]
"""Names with what is chosen of each; None is all of it."""


@dataclass(frozen=True)
class Projection:
    """What is left of a whole resource. `included` None means the default."""

    included: Selection | None = None
    excluded: Selection | None = None

    def wants(self, name: str) -> bool:
        """Whether anything of this top-level attribute is returned."""
        if self.included is not None and name not in self.included:
            return False
        return self.excluded is None or self.excluded.get(name, {}) is not None

    def of(self, resource: dict[str, object]) -> dict[str, object]:
        """The part of a whole resource that is returned."""
        if self.included is not None:
            resource = _only(resource, self.included)
        if self.excluded is None or self.excluded.keys().isdisjoint(resource):
            return resource
        return _without(resource, self.excluded)

    @property
    def is_default(self) -> bool:
        return self.included is None and self.excluded is None


WHOLE = Projection()
READINGS = Readings()


def read_projection(
    attributes: Iterable[str] | None,
    excluded: Iterable[str] | None,
    types: Sequence[ResourceType],
    readings: Readings = READINGS,
) -> Projection:
    """The projection that a request asks for. Names that no schema knows are nothing to return."""
    if attributes is not None and excluded is not None:
        match readings.attributes_with_excluded:
            case "refused":
                raise invalid_value("attributes and excludedAttributes exclude each other")
            case "attributes":
                excluded = None
            case "excludedAttributes":
                attributes = None
    if attributes is None and excluded is None:
        unasked = _selected(_returned(types, "never", "request"))
        return Projection(None, unasked) if unasked else WHOLE
    always = [path for path in _returned(types, "always") if path != _SCHEMAS or not readings.schemas_only_when_asked]
    kept_back = [*_returned(types, "never")]
    included = None
    if attributes is not None:
        wanted = _paths(attributes, types, whole_extensions=not readings.extension_urn_selects_nothing)
        included = _selected([*always, *wanted])
    else:
        kept_back += _returned(types, "request")
    if excluded is not None:
        kept_back += [path for named in _paths(excluded, types) for path in _without_always(named, always, types)]
    return Projection(included, _selected(kept_back) or None)


def names_in(text: str) -> list[str] | None:
    """The names of a comma-separated parameter; a parameter without any counts as not sent."""
    return [name.strip() for name in text.split(",") if name.strip()] or None


_Path = tuple[str, ...]
_SCHEMAS: _Path = ("schemas",)


def _returned(types: Iterable[ResourceType], *kinds: str) -> list[_Path]:
    """The attributes of these kinds of `returned`, inner ones too."""
    return [path for known in types for path, kind in known.not_by_default if kind in kinds]


def _paths(names: Iterable[str], types: Iterable[ResourceType], *, whole_extensions: bool = True) -> list[_Path]:
    found: dict[_Path, None] = {}
    for name in names:
        for known in types:
            place = resolve(name, known)
            if place is not None and (whole_extensions or not place.attribute.is_extension):
                found[tuple(step.name for step in place.steps)] = None
    return list(found)


def _without_always(path: _Path, always: Sequence[_Path], types: Iterable[ResourceType]) -> list[_Path]:
    """What a name in `excludedAttributes` takes away: not what is always returned, nor what that stands in."""
    if path in always:
        return []
    if not any(one[: len(path)] == path for one in always):
        return [path]
    inner = _paths((".".join((*path, name)) for name in _names_inside(path, types)), types)
    return [part for one in inner for part in _without_always(one, always, types)]


def _names_inside(path: _Path, types: Iterable[ResourceType]) -> Iterator[str]:
    for known in types:
        place = resolve(".".join(path), known)
        yield from (sub.name for sub in place.attribute.sub_attributes.values()) if place is not None else ()


def _selected(paths: Iterable[_Path]) -> Selection:
    selection: Selection = {}
    for *holders, name in paths:
        inner: Selection | None = selection
        for holder in holders:
            inner = inner.setdefault(holder, {}) if inner is not None else None
        if inner is not None:
            inner[name] = None
    return selection


def _only(resource: dict[str, object], wanted: Selection) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in resource.items():
        if name in wanted:
            inner = wanted[name]
            part = value if inner is None else _inside(value, inner, _only, None)
            if part or inner is None:
                found[name] = part
    return found


def _without(resource: dict[str, object], unwanted: Selection) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in resource.items():
        if name not in unwanted:
            found[name] = value
        elif (inner := unwanted[name]) is not None and (part := _inside(value, inner, _without, value)):
            found[name] = part
    return found


def _inside(
    value: object,
    selection: Selection,
    select: Callable[[dict[str, object], Selection], dict[str, object]],
    of_simple: object,
) -> object:
    """What `select` leaves of a complex value, or of each of several; a simple value becomes `of_simple`."""
    if isinstance(value, list):
        return [part for one in value if (part := _inside(one, selection, select, of_simple))]
    return select(value, selection) if isinstance(value, dict) else of_simple
