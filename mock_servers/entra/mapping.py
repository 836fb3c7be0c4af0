"""The default attribute mapping of a non-gallery application, as data (ENTRA-283…307), and target paths.

Source to target only: a mapped source is a flat table from target path to value, without the blank ones (ENTRA-096).
Comparing it with a target is `difference.py`'s work.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scimulate.mock_servers.entra.principals import Group, User

USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_SCHEMA = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MANAGER = f"{ENTERPRISE_SCHEMA}:manager"

Value = str | bool
Mapped = dict[str, Value]

_GUEST_SUFFIX = re.compile(r"#EXT#@.*$", re.IGNORECASE)
_ELEMENT = re.compile(r'^(?P<name>\w+)\[type eq "(?P<type>\w+)"\]\.(?P<sub>\w+)$')


@dataclass(frozen=True)
class AttributeMapping:
    """One row of a mapping table."""

    target: str
    source: Callable[[User], str | None]


def _principal_name(user: User) -> str:
    """Without the suffix of a guest (ENTRA-032)."""
    return _GUEST_SUFFIX.sub("", user.user_principal_name)


def _full_name(user: User) -> str:
    """`Join(" ", [givenName], [surname])`, blank inputs skipped (ENTRA-291, ENTRA-608)."""
    return " ".join(part for part in (user.given_name, user.surname) if part)


# `active` stands second in the portal's table (ENTRA-284); it comes from the scope, not from an attribute.
USER_MAPPING: tuple[AttributeMapping, ...] = (
    AttributeMapping("userName", _principal_name),
    AttributeMapping("displayName", lambda user: user.display_name),
    AttributeMapping("title", lambda user: user.job_title),
    AttributeMapping('emails[type eq "work"].value', lambda user: user.mail),
    AttributeMapping("preferredLanguage", lambda user: user.preferred_language),
    AttributeMapping("name.givenName", lambda user: user.given_name),
    AttributeMapping("name.familyName", lambda user: user.surname),
    AttributeMapping("name.formatted", _full_name),
    AttributeMapping('addresses[type eq "work"].formatted', lambda user: user.office_location),
    AttributeMapping('addresses[type eq "work"].streetAddress', lambda user: user.street_address),
    AttributeMapping('addresses[type eq "work"].locality', lambda user: user.city),
    AttributeMapping('addresses[type eq "work"].region', lambda user: user.state),
    AttributeMapping('addresses[type eq "work"].postalCode', lambda user: user.postal_code),
    AttributeMapping('addresses[type eq "work"].country', lambda user: user.country),
    AttributeMapping('phoneNumbers[type eq "work"].value', lambda user: user.telephone_number),
    AttributeMapping('phoneNumbers[type eq "mobile"].value', lambda user: user.mobile),
    AttributeMapping('phoneNumbers[type eq "fax"].value', lambda user: user.fax),
    AttributeMapping("externalId", lambda user: user.mail_nickname),
    AttributeMapping(f"{ENTERPRISE_SCHEMA}:employeeNumber", lambda user: user.employee_id),
    AttributeMapping(f"{ENTERPRISE_SCHEMA}:department", lambda user: user.department),
)

# Typed items carry `primary` as the samples show it (ENTRA-113).
_PRIMARY: Mapping[str, bool] = {"emails": True, "addresses": False}


def mapped_user(user: User) -> Mapped:
    """An in-scope user as target values; references are not among them (ENTRA-190)."""
    values: Mapped = {}
    for row in USER_MAPPING:
        value = row.source(user)
        if value:
            values[row.target] = value
        if row.target == "userName":
            values["active"] = True
    return values


def mapped_group(group: Group) -> Mapped:
    return {"displayName": group.display_name, "externalId": group.id}


def user_document(values: Mapped) -> dict[str, object]:
    """The body of `POST /Users` (§3.3 of the specification: ENTRA-108, 109, 112, 114)."""
    document: dict[str, object] = {"schemas": [USER_SCHEMA, ENTERPRISE_SCHEMA]}
    if "externalId" in values:
        document["externalId"] = values["externalId"]
    for path, value in values.items():
        _put(document, path, value)
    document["meta"] = {"resourceType": "User"}
    return document


def group_document(values: Mapped) -> dict[str, object]:
    """The body of `POST /Groups`: never with members in it (ENTRA-168, ENTRA-612)."""
    return {
        "schemas": [GROUP_SCHEMA],
        "externalId": values["externalId"],
        "displayName": values["displayName"],
        "members": [],
        "meta": {"resourceType": "Group"},
    }


def value_at(resource: object, path: str) -> object:
    """What a resource holds at a target path; `None` when it holds nothing there. Names match in any letter case."""
    extension, colon, name = path.rpartition(":")
    if colon:
        return _member(_member(resource, extension), name)
    element = _ELEMENT.match(path)
    if element is None:
        for name in path.split("."):
            resource = _member(resource, name)
        return resource
    items = _member(resource, element["name"])
    for item in items if isinstance(items, list) else ():
        kind = _member(item, "type")
        if isinstance(kind, str) and kind.casefold() == element["type"].casefold():
            return _member(item, element["sub"])
    return None


def _put(document: dict[str, object], path: str, value: Value) -> None:
    extension, colon, name = path.rpartition(":")
    if colon:
        _child(document, extension)[name] = value
        return
    element = _ELEMENT.match(path)
    if element is None:
        parent, dot, name = path.rpartition(".")
        (_child(document, parent) if dot else document)[name] = value
        return
    items = document.setdefault(element["name"], [])
    assert isinstance(items, list)
    item = next((item for item in items if item["type"] == element["type"]), None)
    if item is None:
        primary = {"primary": _PRIMARY[element["name"]]} if element["name"] in _PRIMARY else {}
        item = {**primary, "type": element["type"]}
        items.append(item)
    item[element["sub"]] = value


def _child(document: dict[str, object], name: str) -> dict[str, object]:
    child = document.setdefault(name, {})
    assert isinstance(child, dict)
    return child


def _member(value: object, name: str) -> object:
    if not isinstance(value, dict):
        return None
    if name in value:
        found: object = value[name]
        return found
    return next((held for key, held in value.items() if key.casefold() == name.casefold()), None)
