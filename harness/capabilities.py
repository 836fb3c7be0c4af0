"""What an endpoint says of itself: ServiceProviderConfig, ResourceTypes and Schemas, with the exchanges that show it.

An endpoint may serve none of them, or nonsense: what it does not say is None, never an error.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import httpx

from scimulate.harness.faults import NotApplicable

FEATURES = ("patch", "bulk", "filter", "changePassword", "sort", "etag")
"""The parts of ServiceProviderConfig that say `supported` (RFC 7643 §5)."""


@dataclass(frozen=True)
class Discovery:
    """One discovery endpoint's answer. `document` is None unless it is a JSON object answered with 200."""

    path: str
    status: int | None
    document: Mapping[str, Any] | None
    exchange: int | None

    @property
    def resources(self) -> list[Mapping[str, Any]]:
        found = self.document.get("Resources") if self.document else None
        return [entry for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else []


@dataclass(frozen=True)
class Capabilities:
    """Each is True or False as the endpoint says, None when it says nothing."""

    patch: bool | None
    bulk: bool | None
    filter: bool | None
    change_password: bool | None
    sort: bool | None
    etag: bool | None
    groups: bool | None
    index_pagination: bool | None
    cursor_pagination: bool | None
    filter_max_results: int | None
    bulk_max_operations: int | None
    resource_types: tuple[str, ...] | None
    schemas: tuple[str, ...] | None
    exchanges: Mapping[str, int]
    """Discovery path -> number of the exchange that shows what it says."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def discover(client: httpx.Client, base_url: str) -> Capabilities:
    """Asks with `client`, which carries credentials and limits; GET only."""
    base = base_url.rstrip("/")
    config = _ask(client, base, "/ServiceProviderConfig")
    types = _ask(client, base, "/ResourceTypes")
    schemas = _ask(client, base, "/Schemas")
    supported = {name: _flag(config.document, name, "supported") for name in FEATURES}
    endpoints = {str(entry.get("endpoint", "")).strip("/").lower() for entry in types.resources}
    return Capabilities(
        patch=supported["patch"],
        bulk=supported["bulk"],
        filter=supported["filter"],
        change_password=supported["changePassword"],
        sort=supported["sort"],
        etag=supported["etag"],
        groups="groups" in endpoints if types.document is not None else None,
        # RFC 9865 §4: without `pagination` an endpoint says nothing of it.
        index_pagination=_flag(config.document, "pagination", "index"),
        cursor_pagination=_flag(config.document, "pagination", "cursor"),
        filter_max_results=_number(config.document, "filter", "maxResults"),
        bulk_max_operations=_number(config.document, "bulk", "maxOperations"),
        resource_types=_names(types, "name"),
        schemas=_names(schemas, "id"),
        exchanges={answer.path: answer.exchange for answer in (config, types, schemas) if answer.exchange is not None},
    )


def absence_of_groups(client: httpx.Client, base_url: str) -> NotApplicable | None:
    """Nobody must have groups. They are absent when /Groups is not there and no resource type says otherwise."""
    base = base_url.rstrip("/")
    types = _ask(client, base, "/ResourceTypes")
    if any(str(entry.get("endpoint", "")).strip("/").lower() == "groups" for entry in types.resources):
        return None
    groups = _ask(client, base, "/Groups?count=1")
    if groups.status not in (404, 501):
        return None
    numbers = tuple(one.exchange for one in (types, groups) if one.exchange is not None)
    listed = "/ResourceTypes lists no groups" if types.document else f"/ResourceTypes was answered {types.status}"
    return NotApplicable(f"the endpoint has no groups: /Groups was answered {groups.status} and {listed}", numbers)


def _ask(client: httpx.Client, base: str, path: str) -> Discovery:
    try:
        response = client.get(f"{base}{path}")
    except httpx.HTTPError:
        return Discovery(path, None, None, None)
    number = response.extensions.get("exchange")
    try:
        content = response.json() if response.status_code == 200 else None
    except (ValueError, RecursionError):
        content = None
    document = content if isinstance(content, dict) else None
    return Discovery(path, response.status_code, document, None if number is None else int(number))


def _part(document: Mapping[str, Any] | None, name: str) -> Mapping[str, Any]:
    part = document.get(name) if document else None
    return part if isinstance(part, Mapping) else {}


def _flag(document: Mapping[str, Any] | None, part: str, name: str) -> bool | None:
    value = _part(document, part).get(name)
    return value if isinstance(value, bool) else None


def _number(document: Mapping[str, Any] | None, part: str, name: str) -> int | None:
    value = _part(document, part).get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _names(answer: Discovery, attribute: str) -> tuple[str, ...] | None:
    if answer.document is None:
        return None
    return tuple(_strings(answer.resources, attribute))


def _strings(resources: list[Mapping[str, Any]], attribute: str) -> Iterator[str]:
    for resource in resources:
        if isinstance(value := resource.get(attribute), str):
            yield value
