"""The attributes that the reference server knows, as a table that filters, paths, bodies and discovery share.

Which attributes a user has is a value: the custom attributes of a tenant are an extension of its own (IVANTI-035).

The server's schemas are those of RFC 7643 with changes that tell the truth about it: `primary` on addresses too
(RFC 7643 §2.4 gives it to every multi-valued attribute, and Entra sends it), exact letter case for ids inside
`members` and `groups`, and no `password` where it cannot be changed.
"""

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from scimulate.scim_schemas import schema_resource

USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
IVANTI_URN = "urn:ietf:params:scim:schemas:extension:ivanti:2.0:User"
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
    returned: str = "default"
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
    aliases: dict[str, str] = field(default_factory=dict)
    """URN-qualified names that mean another path of the core schema, both without the URN; lowered (C-20)."""

    @functools.cached_property
    def not_by_default(self) -> tuple[tuple[tuple[str, ...], str], ...]:
        """Paths, such as ("name", "givenName"), of attributes that are not `returned` by default, and when they are."""
        return tuple(_not_by_default((*self.attributes.values(), *self.extensions.values())))

    @functools.cached_property
    def required(self) -> tuple[str, ...]:
        """The names of the attributes that a body must have."""
        return tuple(attribute.name for attribute in self.attributes.values() if attribute.required)

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
                rest = text[len(urn) + 1 :]
                return extension, self.aliases.get(rest.lower(), rest) if extension is None else rest
        if lowered in self.aliases:
            return None, self.aliases[lowered]
        return None


def _not_by_default(attributes: Iterable[Attribute]) -> Iterator[tuple[tuple[str, ...], str]]:
    for attribute in attributes:
        if attribute.returned != "default":
            yield (attribute.name,), attribute.returned
        for path, returned in _not_by_default(attribute.sub_attributes.values()):
            yield (attribute.name, *path), returned


def _attribute(definition: dict[str, Any], urn: str | None = None) -> Attribute:
    sub_attributes = {sub["name"].lower(): _attribute(sub) for sub in definition.get("subAttributes", [])}
    return Attribute(
        definition["name"],
        definition["type"],
        definition["multiValued"],
        definition["required"],
        definition.get("caseExact", False),
        definition["mutability"],
        definition["returned"],
        sub_attributes,
        urn,
    )


@functools.cache
def _published_schemas() -> tuple[dict[str, Any], ...]:
    user = schema_resource(USER_URN)
    by_name = {attribute["name"]: attribute for attribute in user["attributes"]}
    primary = next(sub for sub in by_name["emails"]["subAttributes"] if sub["name"] == "primary")
    by_name["addresses"]["subAttributes"].append({**primary, "description": "Whether this is the preferred address."})
    group = schema_resource(GROUP_URN)
    members = next(attribute for attribute in group["attributes"] if attribute["name"] == "members")
    for holder in (by_name["groups"], members):
        next(sub for sub in holder["subAttributes"] if sub["name"] == "value")["caseExact"] = True
    others = (ENTERPRISE_URN, CONFIG_URN, RESOURCE_TYPE_URN, SCHEMA_URN)
    return (user, group, *(schema_resource(urn) for urn in others))


def published_schemas(custom_names: tuple[str, ...], *, passwords: bool = True) -> tuple[dict[str, Any], ...]:
    """The Schema resources of `/Schemas`, without `meta.location`; custom attributes add one more."""
    user, *others = _published_schemas()
    if not passwords:
        user = {**user, "attributes": [one for one in user["attributes"] if one["name"] != "password"]}
    own = (_schema_of_custom(custom_names),) if custom_names else ()
    return (user, *others, *own)


def _schema_of_custom(names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "schemas": [SCHEMA_URN],
        "id": IVANTI_URN,
        "name": "Custom attributes",
        "description": "Attributes that the administrator defined in the portal",
        "attributes": [
            {
                "name": name,
                "type": "string",
                "multiValued": False,
                "description": "A custom attribute of the tenant",
                "required": False,
                "caseExact": False,
                "mutability": "readWrite",
                "returned": "default",
                "uniqueness": "none",
            }
            for name in names
        ],
    }


def _common_attributes() -> Iterator[Attribute]:
    """RFC 7643 §3.1: on every resource and in no schema (D-029)."""
    yield Attribute("id", case_exact=True, mutability="readOnly", returned="always")
    yield Attribute("externalId", case_exact=True)
    yield Attribute("schemas", "reference", multi_valued=True, returned="always")
    meta = (
        Attribute("resourceType", case_exact=True, mutability="readOnly"),
        Attribute("created", "dateTime", mutability="readOnly"),
        Attribute("lastModified", "dateTime", mutability="readOnly"),
        Attribute("location", "reference", case_exact=True, mutability="readOnly"),
        Attribute("version", case_exact=True, mutability="readOnly"),
    )
    yield Attribute("meta", "complex", mutability="readOnly", sub_attributes={part.name.lower(): part for part in meta})


_FLATTENED = {
    "givenname": "name.givenName",
    "familyname": "name.familyName",
    "urn:ietf:params:scim:schemas:core:2.0:id": "id",
}


def _resource_type(
    name: str,
    endpoint: str,
    urn: str,
    extension_urns: tuple[str, ...],
    custom_names: tuple[str, ...] = (),
    aliases: dict[str, str] | None = None,
    *,
    passwords: bool = True,
) -> ResourceType:
    published = {schema["id"]: schema["attributes"] for schema in published_schemas(custom_names, passwords=passwords)}
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
    return ResourceType(name, endpoint, urn, attributes, extensions, aliases or {})


GROUP = _resource_type("Group", "Groups", GROUP_URN, ())
ENDPOINTS = {"User": "Users", "Group": "Groups"}


@functools.lru_cache(maxsize=256)
def user_type(
    custom_names: tuple[str, ...] = (), *, flattened_names: bool = False, passwords: bool = True
) -> ResourceType:
    """Users with the custom attributes of a tenant; with `flattened_names` they are reached by printed names too."""
    urns = (ENTERPRISE_URN, IVANTI_URN) if custom_names else (ENTERPRISE_URN,)
    aliases = _FLATTENED if flattened_names else None
    return _resource_type("User", "Users", USER_URN, urns, custom_names, aliases, passwords=passwords)


USER = user_type()
