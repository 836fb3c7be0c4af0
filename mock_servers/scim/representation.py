"""From a row to the resource that a client sees."""

import hashlib
from collections.abc import Sequence

import orjson

from scimulate.mock_servers.scim.former_members import former_members
from scimulate.mock_servers.scim.links import Link, groups_of, members_of
from scimulate.mock_servers.scim.messages import Response
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.projection import WHOLE, Projection
from scimulate.mock_servers.scim.rows import Row
from scimulate.mock_servers.scim.rules import Rules
from scimulate.mock_servers.scim.schema import ENDPOINTS, ENTERPRISE_URN, GROUP_URN, IVANTI_URN, USER_URN
from scimulate.mock_servers.scim.store import Connection

_URNS = {"User": USER_URN, "Group": GROUP_URN}


def location_of(kind: str, resource_id: str, base_url: str) -> str:
    return f"{base_url}/{ENDPOINTS[kind]}/{resource_id}"


def version_of(row: Row, links: Sequence[Link]) -> str:
    """The version covers what is shown (RFC 7644 §3.14), and of a user that is its groups too.

    These come and go with the groups alone, and no user is rewritten for it: they are part of the tag instead. The
    members of a group need no such part, since each change of them is a change of the group.
    """
    if row.kind == "Group" or not links:
        return f'W/"{row.version}"'
    shown = hashlib.blake2b(repr([(link.id, link.display) for link in links]).encode(), digest_size=6)
    return f'W/"{row.version}-{shown.hexdigest()}"'


def current_version(connection: Connection, row: Row) -> str:
    return version_of(row, groups_of(connection, row) if row.kind == "User" else ())


def represent(row: Row, links: Sequence[Link], base_url: str, rules: Rules) -> dict[str, object]:
    """The whole resource. `links` are the members of a group or the groups of a user."""
    document, readings = row.document, rules.policy.readings
    schemas = [_URNS[row.kind]]
    resource: dict[str, object] = {"schemas": schemas, "id": row.id, **document}
    # RFC 7643 §2.3.7: a relative reference starts at the service root.
    root = "" if readings.relative_references else f"{base_url}/"
    if row.kind == "Group":
        resource["members"] = [_link(link, link.kind, root) for link in links]
    else:
        extension = document.get(ENTERPRISE_URN)
        if isinstance(extension, dict):
            schemas.append(ENTERPRISE_URN)
            resource[ENTERPRISE_URN] = _with_manager_reference(extension, root)
        if IVANTI_URN in document:
            schemas.append(IVANTI_URN)
        if readings.extensions_always_listed:
            schemas[1:] = [extension.name for extension in rules.user.extensions.values()]
        if links:
            resource["groups"] = [_link(link, "direct", root) for link in links]
    meta = {
        "resourceType": row.kind,
        "created": row.created,
        "lastModified": row.modified,
        "location": location_of(row.kind, row.id, base_url),
    }
    if rules.policy.supported.etag_supported:
        meta["version"] = version_of(row, links)
    resource["meta"] = meta
    return resource


def links_of(connection: Connection, row: Row, projection: Projection, policy: Policy) -> list[Link]:
    """The links that the representation needs: no members where the projection leaves them out (D-061, ENTRA-167)."""
    if row.kind == "Group":
        if not projection.wants("members"):
            return []
        if policy.readings.deleted_members_stay:
            return [*members_of(connection, row, disabled=True), *former_members(connection, row)]
        return members_of(connection, row, disabled=policy.members_keep_disabled)
    return groups_of(connection, row)


def resource_response(
    status: int, row: Row, links: Sequence[Link], base_url: str, rules: Rules, projection: Projection = WHOLE
) -> Response:
    """An answer with one resource, its location (RFC 7644 §3.1, D-022) and its version (§3.14)."""
    resource = represent(row, links, base_url, rules)
    body = orjson.dumps(resource if projection.is_default else projection.of(resource))
    return Response(status, body, resource_headers(row, links, base_url, rules))


def resource_headers(row: Row, links: Sequence[Link], base_url: str, rules: Rules) -> tuple[tuple[str, str], ...]:
    """Where the resource is and in which version, of an answer with it or without."""
    location = location_of(row.kind, row.id, base_url)
    headers: tuple[tuple[str, str], ...] = (("location", location),)
    if rules.policy.readings.content_location_sent:
        headers += (("content-location", location),)
    if rules.policy.supported.etag_supported:
        headers += (("etag", version_of(row, links)),)
    return headers


def _link(link: Link, kind: str, root: str) -> dict[str, object]:
    shown: dict[str, object] = {
        "value": link.id,
        "$ref": f"{root}{ENDPOINTS[link.kind]}/{link.id}",
        "type": kind,
    }
    if link.display is not None:
        shown["display"] = link.display
    return shown


def _with_manager_reference(extension: dict[str, object], root: str) -> dict[str, object]:
    """ENTRA-120: a manager is read back as an object, whatever form it was written in.

    The reference follows from the value, so that the two never name two users (RFC 7643 §4.3).
    """
    manager = extension.get("manager")
    if not isinstance(manager, dict) or not isinstance(manager.get("value"), str):
        return extension
    return {**extension, "manager": {**manager, "$ref": f"{root}Users/{manager['value']}"}}
