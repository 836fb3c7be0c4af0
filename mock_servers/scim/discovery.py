"""ServiceProviderConfig, ResourceTypes and Schemas: what this server can do, and no more (D-028, D-031)."""

from collections.abc import Iterable

from scimulate.mock_servers.scim.errors import ScimError, not_found
from scimulate.mock_servers.scim.limits import PAGE_RESOURCES
from scimulate.mock_servers.scim.messages import Request, Response, json_response
from scimulate.mock_servers.scim.query import list_response
from scimulate.mock_servers.scim.rules import Rules
from scimulate.mock_servers.scim.schema import CONFIG_URN, RESOURCE_TYPE_URN, ResourceType, published_schemas

DISCOVERY = ("ServiceProviderConfig", "ResourceTypes", "Schemas")


def answer_discovery(rules: Rules, endpoint: str, name: str | None, request: Request) -> Response:
    """A discovery endpoint, whole or one resource of it."""
    if request.method not in ("GET", "HEAD"):
        raise ScimError(405, "discovery endpoints are read only")
    if "filter" in request.parameters():
        raise ScimError(403, "discovery endpoints cannot be filtered")  # RFC 7644 §4
    if endpoint == "ServiceProviderConfig":
        if name is not None:
            raise not_found()
        return json_response(200, _config(request.base_url))
    if endpoint == "ResourceTypes":
        resources = _resource_types(rules.types, request.base_url)
    else:
        resources = _schemas(rules.custom_names, request.base_url)
    if name is None:
        return list_response(list(resources.values()), len(resources))
    # RFC 7643 §3: schema URIs are compared without regard to case, names of resource types exactly.
    key = name.lower() if endpoint == "Schemas" else name
    if key not in resources:
        raise not_found()
    return json_response(200, resources[key])


def _config(base_url: str) -> dict[str, object]:
    return {
        "schemas": [CONFIG_URN],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": PAGE_RESOURCES},
        "changePassword": {"supported": False},
        "sort": {"supported": True},
        "etag": {"supported": True},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "OAuth Bearer Token",
                "description": "A provisioning token, generated in the portal",
                "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base_url}/ServiceProviderConfig"},
    }


def _resource_types(types: Iterable[ResourceType], base_url: str) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for resource_type in types:
        shown: dict[str, object] = {
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


def _schemas(custom_names: tuple[str, ...], base_url: str) -> dict[str, dict[str, object]]:
    return {
        schema["id"].lower(): {
            **schema,
            "meta": {"resourceType": "Schema", "location": f"{base_url}/Schemas/{schema['id']}"},
        }
        for schema in published_schemas(custom_names)
    }
