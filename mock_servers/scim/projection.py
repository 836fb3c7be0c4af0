"""Which attributes of a resource are returned: `attributes` and `excludedAttributes`, RFC 7644 §3.9."""

from collections.abc import Iterable
from dataclasses import dataclass

from scimulate.mock_servers.scim.errors import invalid_value
from scimulate.mock_servers.scim.matching import Place, resolve
from scimulate.mock_servers.scim.schema import ResourceType

Selection = dict[str, frozenset[str] | None]

_ALWAYS = frozenset({"schemas", "id"})


@dataclass(frozen=True)
class Projection:
    """Top-level names with the sub-attributes chosen of each (None: all of it). `included` None means the default."""

    included: Selection | None = None
    excluded: Selection | None = None

    def wants(self, name: str) -> bool:
        """Whether anything of this top-level attribute is returned."""
        if self.included is not None:
            return name in self.included
        return self.excluded is None or self.excluded.get(name, frozenset()) is not None

    def of(self, resource: dict[str, object]) -> dict[str, object]:
        """The part of a whole resource that is returned."""
        if self.included is not None:
            return _only(resource, self.included)
        return resource if self.excluded is None else _without(resource, self.excluded)

    @property
    def is_default(self) -> bool:
        return self.included is None and self.excluded is None


WHOLE = Projection()


def read_projection(
    attributes: Iterable[str] | None, excluded: Iterable[str] | None, resource_types: Iterable[ResourceType]
) -> Projection:
    """The projection that a request asks for. Names that no schema knows are nothing to return."""
    if attributes is not None and excluded is not None:
        raise invalid_value("attributes and excludedAttributes exclude each other")
    types = tuple(resource_types)
    return Projection(
        None if attributes is None else _selection(attributes, types),
        None if excluded is None else _selection(excluded, types),
    )


def names_in(text: str | None) -> list[str] | None:
    """The names of a comma-separated parameter; a parameter without any counts as not sent."""
    if text is None:
        return None
    return [name.strip() for name in text.split(",") if name.strip()] or None


def _selection(names: Iterable[str], types: tuple[ResourceType, ...]) -> Selection:
    selection: Selection = {}
    for name in names:
        for known in types:
            place = resolve(name, known)
            if place is not None:
                _choose(selection, place)
    return selection


def _choose(selection: Selection, place: Place) -> None:
    top = place.steps[0].name
    if len(place.steps) == 1:
        selection[top] = None
        return
    chosen = selection.get(top, frozenset())
    if chosen is not None:
        selection[top] = chosen | {place.steps[1].name}


def _only(resource: dict[str, object], included: Selection) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in resource.items():
        if name in _ALWAYS:
            found[name] = value
        elif name in included:
            subs = included[name]
            kept = value if subs is None else _with_subs(value, subs)
            if kept or subs is None:
                found[name] = kept
    return found


def _without(resource: dict[str, object], excluded: Selection) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in resource.items():
        if name in _ALWAYS or name not in excluded:
            found[name] = value
            continue
        subs = excluded[name]
        if subs is not None:
            kept = _without_subs(value, subs)
            if kept:
                found[name] = kept
    return found


def _with_subs(value: object, subs: frozenset[str]) -> object:
    if isinstance(value, list):
        return [part for one in value if (part := _with_subs(one, subs))]
    return {name: part for name, part in value.items() if name in subs} if isinstance(value, dict) else None


def _without_subs(value: object, subs: frozenset[str]) -> object:
    if isinstance(value, list):
        return [part for one in value if (part := _without_subs(one, subs))]
    return {name: part for name, part in value.items() if name not in subs} if isinstance(value, dict) else value
