"""Other values for single fields of a policy, as JSON gives them: to rehearse a product that no policy is named after.

PolicyRefused       no policy has such a field, the field takes other values, or no update may name the attribute
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, dataclass, fields, replace
from typing import Any, Literal, get_args, get_origin

import orjson

from scimulate.mock_servers.scim.capabilities import Capabilities
from scimulate.mock_servers.scim.document import SET_BY_SERVER
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.readings import Readings
from scimulate.mock_servers.scim.schema import ENTERPRISE_URN, IVANTI_URN, USER


class PolicyRefused(ValueError):
    """`field` is the one that cannot be had."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}")
        self.field = field


@dataclass(frozen=True)
class _Form:
    """The values that fields of one type take."""

    sentence: str
    accepts: Callable[[object], bool]


_NOT_RULES = ("name", "summary", "readings", "supported")
_UPDATES_NAME = (
    *(
        attribute.name
        for attribute in USER.attributes.values()
        if attribute.mutability != "readOnly" and attribute.name not in SET_BY_SERVER
    ),
    ENTERPRISE_URN,
    IVANTI_URN,
)
"""What an update of a user may name, whatever the policy."""
_FORMS: dict[Any, _Form] = {
    bool: _Form("true or false", lambda value: isinstance(value, bool)),
    int | None: _Form(
        "a whole number above 0, or null", lambda value: value is None or (type(value) is int and value > 0)
    ),
    tuple[str, ...] | None: _Form(
        "a list of attribute names, or null", lambda value: value is None or _is_list_of_names(value)
    ),
}


def changed_policy(policy: Policy, changes: Mapping[str, object]) -> Policy:
    """The policy with these values in place of its own; raises `PolicyRefused`."""
    forms = {field.name: _form_of(field.type) for field in _rule_fields()}
    for name, value in changes.items():
        if name not in forms:
            raise PolicyRefused(name, f"there is no such field; the fields are {', '.join(forms)}")
        if not forms[name].accepts(value):
            raise PolicyRefused(name, f"the field takes {forms[name].sentence}")
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()
    }
    readings = replace(policy.readings, **_only(values, Readings))
    supported = replace(policy.supported, **_only(values, Capabilities))
    return replace(policy, **_only(values, Policy), readings=readings, supported=supported)


def _rule_fields() -> list[Field[Any]]:
    every = (*fields(Policy), *fields(Readings), *fields(Capabilities))
    return [field for field in every if field.name not in _NOT_RULES]


def _only(values: Mapping[str, Any], part: type[Policy | Readings | Capabilities]) -> dict[str, Any]:
    names = {field.name for field in fields(part)}
    return {name: value for name, value in values.items() if name in names}


def _form_of(kind: Any) -> _Form:
    listed = get_args(kind)[0] if get_origin(kind) is tuple else None
    if get_origin(listed) is Literal:
        names = get_args(listed)
        return _Form(f"a list of {_told(names)}", lambda value: _is_list_of_names(value, names))
    if get_origin(kind) is not Literal:
        return _FORMS[kind]
    choices = get_args(kind)
    # 200 == 200.0 and 1 == True: a choice is of its own type.
    return _Form(_told(choices), lambda value: any(value == one and type(value) is type(one) for one in choices))


def _told(choices: Sequence[object]) -> str:
    """The choices as JSON writes them, so that "501" is told from 501."""
    return " or ".join(orjson.dumps(one).decode() for one in choices)


def check_updatable(names: Sequence[str]) -> None:
    """Refuses what no update may name. Apart from the values, so that what was kept once can always be read."""
    wrong = [name for name in names if name not in _UPDATES_NAME]
    if wrong:
        shown = ", ".join(map(repr, wrong))
        raise PolicyRefused("updatable", f"no update names {shown}; the names are {', '.join(_UPDATES_NAME)}")


def _is_list_of_names(value: object, names: Sequence[str] | None = None) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(name, str) and (names is None or name in names) for name in value
    )
