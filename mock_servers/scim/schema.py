"""The attributes that the reference server knows, as a table that filters, paths, bodies and discovery share.

The server's schemas are those of RFC 7643 with three changes that tell the truth about it: no `password` (it keeps
none), `primary` on addresses too (RFC 7643 §2.4 gives it to every multi-valued attribute, and Entra sends it), and
exact letter case for ids inside `members` and `groups`.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from scimulate.scim_schemas import schema_resource

USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
SCHEMA_URN = "urn:ietf:params:scim:schemas:core:2.0:Schema"
RESOURCE_TYPE_URN = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
CONFIG_URN = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"


@dataclass(frozen=True)
class Attribute:
    """One attribute or sub-attribute. `urn` is set on attributes of an extension and on the extension itself."""

    name: str
    type: str = "string"
    multi_valued: bool = False
    required: bool = False
    case_exact: bool = False
    mutability: str = "readWrite"
    sub_attributes: dict[str, "Attribute"] = field(default_factory=dict)
    urn: str | None = None

    def sub(self, name: str) -> "Attribute | None":
        return self.sub_attributes.get(name.lower())

    @property
    def is_complex(self) -> bool:
        return self.type == "complex"

    @property
    def is_extension(self) -> bool:
        return self.urn == self.name


@dataclass(frozen=True)
class ResourceType:
    """A kind of resource: its endpoint, its core attributes by lowered name and its extensions by lowered URN."""

    name: str
    endpoint: str
    urn: str
    attributes: dict[str, Attribute]
    extensions: dict[str, Attribute]

    def attribute(self, name: str) -> Attribute | None:
        return self.attributes.get(name.lower())

    def split_urn(self, text: str) -> tuple[Attribute | None, str] | None:
        """The extension (None: the core schema) that a URN-qualified name starts with, and what follows.

        None when `text` starts with no URN of this type. The dot in "2.0" is part of the URN (D-116).
        """
        lowered = text.lower()
        for urn, extension in ((self.urn.lower(), None), *self.extensions.items()):
            if lowered == urn:
                return extension, ""
            if lowered.startswith(urn) and lowered[len(urn)] == ":":
                return extension, text[len(urn) + 1 :]
        return None


def _attribute(definition: dict[str, Any], urn: str | None = None) -> Attribute:
    sub_attributes = {sub["name"].lower(): _attribute(sub) for sub in definition.get("subAttributes", [])}
    return Attribute(
        definition["name"],
        definition["type"],
        definition["multiValued"],
        definition["required"],
        definition.get("caseExact", False),
        definition["mutability"],
        sub_attributes,
        urn,
    )


@functools.cache
def published_schemas() -> tuple[dict[str, Any], ...]:
    """The Schema resources of `/Schemas`, without `meta.location`."""
    user = schema_resource(USER_URN)
    user["attributes"] = [attribute for attribute in user["attributes"] if attribute["name"] != "password"]
    by_name = {attribute["name"]: attribute for attribute in user["attributes"]}
    primary = next(sub for sub in by_name["emails"]["subAttributes"] if sub["name"] == "primary")
    by_name["addresses"]["subAttributes"].append({**primary, "description": "Whether this is the preferred address."})
    group = schema_resource(GROUP_URN)
    members = next(attribute for attribute in group["attributes"] if attribute["name"] == "members")
    for holder in (by_name["groups"], members):
        next(sub for sub in holder["subAttributes"] if sub["name"] == "value")["caseExact"] = True
    others = (ENTERPRISE_URN, CONFIG_URN, RESOURCE_TYPE_URN, SCHEMA_URN)
    return (user, group, *(schema_resource(urn) for urn in others))


def _common_attributes() -> Iterator[Attribute]:
    """RFC 7643 §3.1: on every resource and in no schema (D-029)."""
    yield Attribute("id", case_exact=True, mutability="readOnly")
    yield Attribute("externalId", case_exact=True)
    yield Attribute("schemas", "reference", multi_valued=True, case_exact=False, mutability="readWrite")
    meta = (
        Attribute("resourceType", case_exact=True, mutability="readOnly"),
        Attribute("created", "dateTime", mutability="readOnly"),
        Attribute("lastModified", "dateTime", mutability="readOnly"),
        Attribute("location", "reference", case_exact=True, mutability="readOnly"),
        Attribute("version", case_exact=True, mutability="readOnly"),
    )
    yield Attribute("meta", "complex", mutability="readOnly", sub_attributes={part.name.lower(): part for part in meta})


def _resource_type(name: str, endpoint: str, urn: str, extension_urns: tuple[str, ...]) -> ResourceType:
    published = {schema["id"]: schema["attributes"] for schema in published_schemas()}
    attributes = {attribute.name.lower(): attribute for attribute in _common_attributes()}
    attributes |= {definition["name"].lower(): _attribute(definition) for definition in published[urn]}
    extensions = {
        extension.lower(): Attribute(
            extension,
            "complex",
            sub_attributes={part["name"].lower(): _attribute(part, extension) for part in published[extension]},
            urn=extension,
        )
        for extension in extension_urns
    }
    return ResourceType(name, endpoint, urn, attributes, extensions)


USER = _resource_type("User", "Users", USER_URN, (ENTERPRISE_URN,))
GROUP = _resource_type("Group", "Groups", GROUP_URN, ())
RESOURCE_TYPES = {resource_type.name: resource_type for resource_type in (USER, GROUP)}
