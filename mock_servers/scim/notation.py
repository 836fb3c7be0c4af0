"""Attribute notation (RFC 7644 §3.10): from a name to the attributes that lead there, and to the values there."""

from dataclasses import dataclass

from scimulate.mock_servers.scim.schema import Attribute, ResourceType


@dataclass(frozen=True)
class Place:
    """Where an attribute name points: a chain of attributes from the resource inwards."""

    steps: tuple[Attribute, ...]

    @property
    def attribute(self) -> Attribute:
        return self.steps[-1]


def resolve(name: str, resource_type: ResourceType) -> Place | None:
    """The place of a dotted or URN-qualified name, or None when the type has no such attribute."""
    container: Attribute | None = None
    split = resource_type.split_urn(name)
    if split is not None:
        container, name = split
        if not name:
            return Place((container,)) if container is not None else None
    first, _, rest = name.partition(".")
    found = container.sub(first) if container is not None else resource_type.attribute(first)
    if found is None:
        return None
    steps = (found,) if container is None else (container, found)
    if not rest:
        return Place(steps)
    sub = found.sub(rest)
    return Place((*steps, sub)) if sub is not None else None


def values_at(resource: object, steps: tuple[Attribute, ...]) -> list[object]:
    """All values found along the steps, through lists. Absent, null and [] are one state (RFC 7643 §2.5)."""
    found = [resource]
    for step in steps:
        inner: list[object] = []
        for value in found:
            held = value.get(step.name) if isinstance(value, dict) else None
            if isinstance(held, list):
                inner.extend(held)
            elif held is not None:
                inner.append(held)
        found = inner
    return found
