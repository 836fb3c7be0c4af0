"""The schema resources of RFC 7643 and JSON Schemas of the messages of RFC 7644."""

from scimulate.scim_schemas.documents import KINDS, schema_resource, schema_resources, validate

__all__ = ["KINDS", "schema_resource", "schema_resources", "validate"]
