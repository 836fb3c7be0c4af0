"""ServiceProviderConfig, ResourceTypes and Schemas: what this server can do, and no more (D-028, D-031)."""

import hashlib
from collections.abc import Iterable

import orjson

from scimulate.mock_servers.scim.errors import ScimError, not_found
from scimulate.mock_servers.scim.messages import Request, Response, json_response
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.preconditions import check_version, is_unchanged
from scimulate.mock_servers.scim.query import LIST_URN
from scimulate.mock_servers.scim.rules import Rules
from scimulate.mock_servers.scim.schema import CONFIG_URN, RESOURCE_TYPE_URN, ResourceType, published_schemas

CONFIGURATION = "ServiceProviderConfig"
DISCOVERY = (CONFIGURATION, "ResourceTypes", "Schemas")

Document = dict[str, object]

_AUTHENTICATION_SCHEMES = (
    {
        "type": "oauthbearertoken",
        "name": "OAuth Bearer Token",
        "description": "A provisioning token, generated in the portal",
        "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
    },
    {
        "type": "oauth2",
        "name": "OAuth 2.0 Client Credentials",
        "description": "An access token of the tenant's token endpoint, for a secret or a signed assertion",
        "specUri": "https://www.rfc-editor.org/rfc/rfc6749",
    },
)


def answer_discovery(rules: Rules, endpoint: str, name: str | None, request: Request) -> Response:
    """A discovery endpoint, whole or one resource of it. Parameters of sorting and paging are ignored."""
    if "filter" in request.parameters():
        raise ScimError(403, "discovery endpoints cannot be filtered")  # RFC 7644 §4
    policy = rules.policy
    if endpoint == CONFIGURATION:
        if name is not None:
            raise not_found()
        return _conditional(_versioned(_config(rules, request.base_url), policy), policy, request)
    if endpoint == "ResourceTypes":
        resources = _resource_types(rules.types, request.base_url)
    else:
        resources = _schemas(rules, request.base_url)
    if name is None:
        return _conditional(_list([_versioned(one, policy) for one in resources.values()]), policy, request)
    # RFC 7643 §3: schema URIs are compared without regard to case, names of resource types exactly.
    key = name.lower() if endpoint == "Schemas" else name
    if key not in resources:
        raise not_found()
    return _conditional(_versioned(resources[key], policy), policy, request)


def _list(resources: list[Document]) -> Document:
    count = len(resources)
    message = {"schemas": [LIST_URN], "totalResults": count, "itemsPerPage": count, "startIndex": 1}
    return {**message, "Resources": resources}


def _versioned(document: Document, policy: Policy) -> Document:
    """The document with its version, which follows from all the rest of it (RFC 7644 §3.14)."""
    meta = document["meta"]
    if not policy.supported.etag_supported or not isinstance(meta, dict):
        return document
    return {**document, "meta": {**meta, "version": _tag_of(document)}}


def _conditional(document: Document, policy: Policy, request: Request) -> Response:
    """The document, or 304 to who has its version already. A list has a tag of the whole."""
    meta = document.get("meta", {})
    assert isinstance(meta, dict)
    headers = [("location", str(meta["location"]))] if "location" in meta else []
    if not policy.supported.etag_supported:
        return json_response(200, document, *headers)
    version = str(meta["version"]) if "version" in meta else _tag_of(document)
    check_version(request, lambda: version, policy)
    if is_unchanged(request, lambda: version, policy):
        return Response(304, b"", (("etag", version),))
    return json_response(200, document, *headers, ("etag", version))


def _tag_of(document: Document) -> str:
    digest = hashlib.blake2b(orjson.dumps(document), digest_size=8).hexdigest()
    return f'W/"{digest}"'


def _config(rules: Rules, base_url: str) -> Document:
    supported, limits = rules.policy.supported, rules.limits
    config: Document = {
        "schemas": [CONFIG_URN],
        "patch": {"supported": supported.patch_supported},
        "bulk": {
            "supported": supported.bulk_supported,
            "maxOperations": limits.bulk_operations if supported.bulk_supported else 0,
            "maxPayloadSize": limits.bulk_payload_bytes if supported.bulk_supported else 0,
        },
        "filter": {"supported": supported.filter_supported, "maxResults": limits.max_results},
        "changePassword": {"supported": _keeps_passwords(rules)},
        "sort": {"supported": supported.sort_supported},
        "etag": {"supported": supported.etag_supported},
        "authenticationSchemes": _AUTHENTICATION_SCHEMES,
        "meta": {"resourceType": CONFIGURATION, "location": f"{base_url}/{CONFIGURATION}"},
    }
    if supported.cursor_paging_supported:
        config["pagination"] = {  # RFC 9865 §4
            "cursor": True,
            "index": supported.index_paging_supported,
            "defaultPaginationMethod": "index" if supported.index_paging_supported else "cursor",
            "defaultPageSize": limits.default_results,
            "maxPageSize": limits.max_results,
            "cursorTimeout": limits.cursor_seconds,
        }
    return config


def _keeps_passwords(rules: Rules) -> bool:
    return "password" in rules.user.attributes


def _resource_types(types: Iterable[ResourceType], base_url: str) -> dict[str, Document]:
    found: dict[str, Document] = {}
    for resource_type in types:
        shown: Document = {
            "schemas": [RESOURCE_TYPE_URN],
            "id": resource_type.name,
            "name": resource_type.name,
            "description": "User Account" if resource_type.name == "User" else "Group",
            "endpoint": f"/{resource_type.endpoint}",
            "schema": resource_type.urn,
        }
        extensions = [extension.name for extension in resource_type.extensions.values()]
        if extensions:
            shown["schemaExtensions"] = [{"schema": urn, "required": False} for urn in extensions]
        location = f"{base_url}/ResourceTypes/{resource_type.name}"
        shown["meta"] = {"resourceType": "ResourceType", "location": location}
        found[resource_type.name] = shown
    return found


def _schemas(rules: Rules, base_url: str) -> dict[str, Document]:
    passwords = _keeps_passwords(rules)
    return {
        schema["id"].lower(): {
            **schema,
            "meta": {"resourceType": "Schema", "location": f"{base_url}/Schemas/{schema['id']}"},
        }
        for schema in published_schemas(rules.custom_names, passwords=passwords)
    }
