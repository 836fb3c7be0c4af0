"""References of a bulk job to what it creates: the string `bulkId:x` wherever a value may stand (RFC 7644 §3.7.2).

A walk goes as deep as JSON may be nested: limits.py.
"""

from collections.abc import Iterator, Mapping, Set

PREFIX = "bulkId:"


def references_in(value: object) -> Iterator[str]:
    """The bulkIds that a value refers to."""
    if isinstance(value, str):
        if value.startswith(PREFIX):
            yield value[len(PREFIX) :]
    elif isinstance(value, dict):
        for part in value.values():
            yield from references_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from references_in(part)


def resolved(value: object, ids: Mapping[str, str]) -> object:
    """The value with the ids of what has been created in place of the references to it."""
    if isinstance(value, str):
        return ids.get(value[len(PREFIX) :], value) if value.startswith(PREFIX) else value
    if isinstance(value, dict):
        return {name: resolved(part, ids) for name, part in value.items()}
    if isinstance(value, list):
        return [resolved(part, ids) for part in value]
    return value


def without_references(data: Mapping[str, object], missing: Set[str]) -> dict[str, object]:
    """The data of a resource without the attributes and values that refer to what is not there yet."""
    return {name: _pruned(part, missing) for name, part in data.items() if not _refers(part, missing)}


def _pruned(value: object, missing: Set[str]) -> object:
    if isinstance(value, dict):
        return without_references(value, missing)
    if isinstance(value, list):
        return [_pruned(part, missing) for part in value if not _refers(part, missing)]
    return value


def _refers(value: object, missing: Set[str]) -> bool:
    """Whether a value, or a part of it that makes it meaningless when it is left out, is such a reference."""
    if isinstance(value, dict):
        return any(_refers(part, missing) for part in value.values() if isinstance(part, str))
    return isinstance(value, str) and value.startswith(PREFIX) and value[len(PREFIX) :] in missing
