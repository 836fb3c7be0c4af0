"""From what a client sends to what the server keeps: names in their own letter case, types checked, the rest dropped.

A document holds the attributes a client may write, and nothing that the server sets. Absent, null and [] are one
state (RFC 7643 §2.5), and a document holds it by absence. Attributes that no schema knows are left out
(RFC 7644 §3.3), so that one unmapped attribute never refuses a whole user (D-094), unless a reading wants it refused.
Names are read in any letter case (RFC 7643 §2.1); of one attribute that is given twice, the later counts.
"""

from scimulate.mock_servers.scim.errors import ScimError, invalid_syntax, invalid_value, read_only
from scimulate.mock_servers.scim.forms import has_form_of, holds_several_certificates
from scimulate.mock_servers.scim.limits import VALUES, too_large
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.schema import ENTERPRISE_URN, Attribute, ResourceType

Document = dict[str, object]

SET_BY_SERVER = frozenset({"id", "meta", "schemas"})


def read_document(body: dict[str, object], resource_type: ResourceType, policy: Policy) -> Document:
    """The document of a POST or PUT body; `members` of a group stay in it, in canonical form."""
    _check_schemas(body, resource_type, policy)
    document: Document = {}
    for key, value in _unflattened(body, resource_type).items():
        attribute = resource_type.attribute(key) or resource_type.extensions.get(key.lower())
        if attribute is None:
            _pass_over_unknown(policy)
            continue
        if attribute.mutability == "readOnly" or attribute.name in SET_BY_SERVER:
            continue
        kept = _extension(attribute, value, policy) if attribute.is_extension else coerce(attribute, value, policy)
        if kept is not None:
            document[attribute.name] = kept
        else:
            document.pop(attribute.name, None)
    for name, value in document.items():
        if isinstance(value, list):
            _keep_one_primary(name, value, policy)
    return document


def with_omitted(before: Document, body: dict[str, object], after: Document, resource_type: ResourceType) -> Document:
    """The document after a PUT that keeps what its body does not name (AMB-13); null and [] still clear."""
    given = {key.lower(): value for key, value in _unflattened(body, resource_type).items()}
    merged = dict(after)
    for name, held in before.items():
        sent = given.get(name.lower())
        if name.lower() not in given:
            merged[name] = held
        elif name.lower() in resource_type.extensions and isinstance(sent, dict) and isinstance(held, dict):
            named = {key.lower() for key in sent}
            kept = {key: value for key, value in held.items() if key.lower() not in named}
            new = merged.get(name)
            if kept:
                merged[name] = {**kept, **(new if isinstance(new, dict) else {})}
    return merged


def check_own_id(body: dict[str, object], own_id: str, policy: Policy) -> None:
    """AMB-58: another id in the body of a PUT is passed over as readOnly, or refused."""
    if policy.readings.other_id_in_put_refused and any(
        key.lower() == "id" and value != own_id for key, value in body.items()
    ):
        raise read_only("id")


def _pass_over_unknown(policy: Policy) -> None:
    """AMB-10: what no schema has is left out, or refuses the request."""
    if policy.readings.unknown_in_body_refused:
        raise invalid_syntax("the body names what no schema of this resource has")


def _unflattened(body: dict[str, object], resource_type: ResourceType) -> dict[str, object]:
    """The body with what stands under printed names (C-20), alone or below the URN, where it belongs."""
    if not resource_type.aliases:
        return body
    urn = resource_type.urn.lower()
    plain: dict[str, object] = {}
    for key, value in body.items():
        inner = value.items() if key.lower() == urn and isinstance(value, dict) else [(key, value)]
        for name, given in inner:
            top, sub = _standard_path(name, key, resource_type)
            held = plain.get(top)
            plain[top] = given if not sub else {**(held if isinstance(held, dict) else {}), sub: given}
    return plain


def _standard_path(name: str, key: str, resource_type: ResourceType) -> tuple[str, str]:
    """Attribute and sub-attribute that a name below `key` means."""
    split = resource_type.split_urn(name if name == key else f"{resource_type.urn}:{name}")
    if split is None or split[0] is not None or not split[1]:
        return name, ""
    top, _, sub = split[1].partition(".")
    return top, sub


def check_required(document: Document, resource_type: ResourceType, policy: Policy) -> None:
    """Refuse a document without what the schema, or a habit of the policy, requires."""
    for name in resource_type.required:
        value = document.get(name)
        if not isinstance(value, str) or not value.strip():
            raise invalid_value(f"{name} is required")
    if resource_type.name != "User":
        return
    if policy.email_required and not _has_email(document):
        raise invalid_value("emails is required: a user needs an e-mail address")
    if policy.names_required and _name_is_blank(document.get("name")):
        raise invalid_value("name is required: givenName and familyName are both blank")


def only_updatable(before: Document, after: Document, policy: Policy) -> Document:
    """The document after an update that may change what the policy lists alone (IVANTI-033)."""
    if policy.updatable is None:
        return after
    others = {
        name for name in (*before, *after) if name not in policy.updatable and before.get(name) != after.get(name)
    }
    if others and policy.other_updates_refused:
        raise read_only(min(others))
    kept = {name: value for name, value in after.items() if name not in others}
    return kept | {name: before[name] for name in others if name in before}


def without_blanks(before: Document, after: Document) -> Document:
    """The document with the former value wherever it is given a blank one (IVANTI-052)."""
    merged: Document = {}
    for name, value in after.items():
        held = before.get(name)
        if isinstance(value, dict):
            merged[name] = without_blanks(held if isinstance(held, dict) else {}, value)
        elif value != "":
            merged[name] = value
        elif held is not None:
            merged[name] = held
    return merged


def coerce(attribute: Attribute, value: object, policy: Policy) -> object:
    """The value as it is kept, None for no value. A wrong type is refused with 400 invalidValue."""
    if value is None:
        return None
    if attribute.multi_valued:
        values = value if isinstance(value, list) else [value]
        if len(values) > VALUES:
            raise too_large(f"a request may give an attribute {VALUES} values")
        kept = [one for item in values if (one := _coerce_one(attribute, item, policy)) is not None]
        return _distinct(kept) or None
    if isinstance(value, list):
        return _only_value(attribute, value, policy)
    return _coerce_one(attribute, value, policy)


def _distinct(values: list[object]) -> list[object]:
    """RFC 7643 §2.4: one value of one type is there once; what is said of it later counts."""
    held: dict[object, dict[str, object]] = {}
    kept: list[object] = []
    for value in values:
        if isinstance(value, dict) and "value" in value:
            same = held.get(mark := (value["value"], value.get("type")))
            if same is not None:
                same.update(value)
                continue
            held[mark] = value
        kept.append(value)
    return kept


def filtered_for_policy(document: Document, policy: Policy) -> Document:
    """The document without what the policy does not keep."""
    extension = document.get(ENTERPRISE_URN)
    if policy.department_only and isinstance(extension, dict):
        kept = {name: value for name, value in extension.items() if name == "department"}
        document = {key: value for key, value in document.items() if key != ENTERPRISE_URN}
        if kept:
            document[ENTERPRISE_URN] = kept
    return document


def _only_value(attribute: Attribute, values: list[object], policy: Policy) -> object:
    """A list where one value is due: [] is no value; ENTRA-192 wraps the manager in a list."""
    if not values:
        return None
    if len(values) == 1 and attribute.is_complex and policy.bare_manager:
        return _coerce_one(attribute, values[0], policy)
    raise _wrong_type(attribute)


def _coerce_one(attribute: Attribute, value: object, policy: Policy) -> object:
    if value is None:
        return None
    if attribute.is_complex:
        return _coerce_complex(attribute, value, policy)
    if attribute.type == "boolean":
        return _coerce_boolean(attribute, value, policy)
    if not isinstance(value, str) or not has_form_of(attribute.type, value):
        raise _wrong_type(attribute)
    return value


def _coerce_complex(attribute: Attribute, value: object, policy: Policy) -> object:
    if isinstance(value, str) and policy.bare_manager and not attribute.multi_valued and attribute.sub("value"):
        return {"value": value} if value else None
    if not isinstance(value, dict):
        raise _wrong_type(attribute)
    kept: Document = {}
    for key, inner in value.items():
        sub = attribute.sub(key)
        if sub is None:
            _pass_over_unknown(policy)
            continue
        if sub.mutability == "readOnly":
            continue
        coerced = coerce(sub, inner, policy)
        if coerced is not None:
            kept[sub.name] = coerced
        else:
            kept.pop(sub.name, None)
    if "value" in kept:
        kept.pop("$ref", None)  # It follows from the value, and is shown beside it.
    if attribute.name == "x509Certificates" and holds_several_certificates(kept.get("value")):
        raise invalid_value("a value of x509Certificates is one certificate")
    return kept or None


def _coerce_boolean(attribute: Attribute, value: object, policy: Policy) -> bool:
    if isinstance(value, bool):
        return value
    # ENTRA-125: the legacy dialect sends "True" and "False".
    if policy.string_booleans and isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    raise _wrong_type(attribute)


def _extension(attribute: Attribute, value: object, policy: Policy) -> object:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise _wrong_type(attribute)
    return _coerce_complex(attribute, value, policy)


def _wrong_type(attribute: Attribute) -> ScimError:
    wanted = f"a list of {attribute.type} values" if attribute.multi_valued else f"a {attribute.type} value"
    return invalid_value(f"{attribute.name} takes {wanted}")


def _check_schemas(body: dict[str, object], resource_type: ResourceType, policy: Policy) -> None:
    """RFC 7643 §3: the URNs of a body, in any order and letter case, name the type of its endpoint."""
    if policy.schemas_optional and not policy.readings.unknown_in_body_refused:
        return
    schemas = next((value for key, value in body.items() if key.lower() == "schemas"), None)
    named = {urn.lower() for urn in schemas if isinstance(urn, str)} if isinstance(schemas, list) else set()
    if not policy.schemas_optional and resource_type.urn.lower() not in named:
        raise invalid_syntax(f"schemas must hold {resource_type.urn}")
    if named - {resource_type.urn.lower(), *resource_type.extensions}:
        _pass_over_unknown(policy)


def _keep_one_primary(name: str, values: list[object], policy: Policy) -> None:
    """RFC 7643 §2.4: `primary` is true at most once (AMB-33)."""
    primary = [one for one in values if isinstance(one, dict) and one.get("primary") is True]
    if len(primary) < 2:
        return
    if policy.readings.two_primaries == "refused":
        raise invalid_value(f"{name} has more than one primary value")
    for other in primary[1:] if policy.readings.two_primaries == "first" else primary[:-1]:
        other["primary"] = False


def _has_email(document: Document) -> bool:
    emails = document.get("emails")
    return isinstance(emails, list) and any(isinstance(email, dict) and email.get("value") for email in emails)


def _name_is_blank(name: object) -> bool:
    if not isinstance(name, dict):
        return False
    return not any(str(name.get(part) or "").strip() for part in ("givenName", "familyName"))
