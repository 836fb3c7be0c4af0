"""The default attribute mapping of a non-gallery application, as data (ENTRA-283…307), and target paths.

Source to target only: a mapped source is a flat table from target path to value, without the blank ones (ENTRA-096).
Comparing it with a target is `difference.py`'s work.
"""

import re
from collections.abc import Callable, Mapping, Sequence
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
    """One row of a mapping table, by the name of the source and the path of the target."""

    source: str
    target: str


def _principal_name(user: User) -> str:
    """Without the suffix of a guest (ENTRA-032)."""
    return _GUEST_SUFFIX.sub("", user.user_principal_name)


def _full_name(user: User) -> str:
    """Blank inputs are skipped (ENTRA-291, ENTRA-608)."""
    return " ".join(part for part in (user.given_name, user.surname) if part)


FROM_SCOPE = 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'
"""What `active` is mapped to (ENTRA-284): who is in scope is not deleted."""
FROM_REFERENCE = "manager"
FROM_NAMES = 'Join(" ", [givenName], [surname])'

# The names are the service's own (ENTRA-309).
SOURCES: Mapping[str, Callable[[User], Value | None]] = {
    "userPrincipalName": _principal_name,
    FROM_SCOPE: lambda user: True,
    "displayName": lambda user: user.display_name,
    "jobTitle": lambda user: user.job_title,
    "mail": lambda user: user.mail,
    "preferredLanguage": lambda user: user.preferred_language,
    "givenName": lambda user: user.given_name,
    "surname": lambda user: user.surname,
    FROM_NAMES: _full_name,
    "physicalDeliveryOfficeName": lambda user: user.office_location,
    "streetAddress": lambda user: user.street_address,
    "city": lambda user: user.city,
    "state": lambda user: user.state,
    "postalCode": lambda user: user.postal_code,
    "country": lambda user: user.country,
    "telephoneNumber": lambda user: user.telephone_number,
    "mobile": lambda user: user.mobile,
    "facsimileTelephoneNumber": lambda user: user.fax,
    "mailNickname": lambda user: user.mail_nickname,
    "employeeId": lambda user: user.employee_id,
    "department": lambda user: user.department,
    # References are not values: they are sent once everybody stands in the target (ENTRA-190).
    FROM_REFERENCE: lambda user: None,
    "objectId": lambda user: user.id,
    "companyName": lambda user: user.company_name,
    "employeeType": lambda user: user.employee_type,
    "extensionAttribute1": lambda user: user.extension_attribute1,
}

USER_MAPPING: tuple[AttributeMapping, ...] = (
    AttributeMapping("userPrincipalName", "userName"),
    AttributeMapping(FROM_SCOPE, "active"),
    AttributeMapping("displayName", "displayName"),
    AttributeMapping("jobTitle", "title"),
    AttributeMapping("mail", 'emails[type eq "work"].value'),
    AttributeMapping("preferredLanguage", "preferredLanguage"),
    AttributeMapping("givenName", "name.givenName"),
    AttributeMapping("surname", "name.familyName"),
    AttributeMapping(FROM_NAMES, "name.formatted"),
    AttributeMapping("physicalDeliveryOfficeName", 'addresses[type eq "work"].formatted'),
    AttributeMapping("streetAddress", 'addresses[type eq "work"].streetAddress'),
    AttributeMapping("city", 'addresses[type eq "work"].locality'),
    AttributeMapping("state", 'addresses[type eq "work"].region'),
    AttributeMapping("postalCode", 'addresses[type eq "work"].postalCode'),
    AttributeMapping("country", 'addresses[type eq "work"].country'),
    AttributeMapping("telephoneNumber", 'phoneNumbers[type eq "work"].value'),
    AttributeMapping("mobile", 'phoneNumbers[type eq "mobile"].value'),
    AttributeMapping("facsimileTelephoneNumber", 'phoneNumbers[type eq "fax"].value'),
    AttributeMapping("mailNickname", "externalId"),
    AttributeMapping("employeeId", f"{ENTERPRISE_SCHEMA}:employeeNumber"),
    AttributeMapping("department", f"{ENTERPRISE_SCHEMA}:department"),
    AttributeMapping(FROM_REFERENCE, MANAGER),
)
GROUP_MAPPING: tuple[AttributeMapping, ...] = (
    AttributeMapping("displayName", "displayName"),
    AttributeMapping("objectId", "externalId"),
    AttributeMapping("members", "members"),
)

# Typed items carry `primary` as the samples show it (ENTRA-113).
_PRIMARY: Mapping[str, bool] = {"emails": True, "addresses": False}


def mapped_user(user: User, mapping: Sequence[AttributeMapping] = USER_MAPPING) -> Mapped:
    """An in-scope user as target values; references are not among them (ENTRA-190)."""
    values = {row.target: SOURCES[row.source](user) for row in mapping}
    return {target: value for target, value in values.items() if value}


def mapped_group(group: Group) -> Mapped:
    return {"displayName": group.display_name, "externalId": group.id}


def user_document(values: Mapped) -> dict[str, object]:
    """The body of `POST /Users` (§3.3 of the specification: ENTRA-108, 109, 112, 114)."""
    extensions = (path.rpartition(":")[0] for path in values if ":" in path)
    schemas = list(dict.fromkeys((USER_SCHEMA, ENTERPRISE_SCHEMA, *extensions)))
    document: dict[str, object] = {"schemas": schemas}
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
