"""Policies of the reference server: what it tolerates beyond RFC 7644, and which habits of a product it imitates.

Data only. Each field is one tolerance or one habit, explained where it stands; the code asks for the field and
never for the name of a policy.
"""

from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from scimulate.mock_servers.scim.capabilities import Capabilities
from scimulate.mock_servers.scim.readings import Readings
from scimulate.mock_servers.scim.schema import ENTERPRISE_URN, IVANTI_URN


@dataclass(frozen=True)
class Policy:
    """A named set of tolerances and habits."""

    name: str
    summary: str
    any_case_op: bool = False
    """PATCH `op` in any letter case: Entra's legacy dialect sends "Add", "Replace", "Remove" (AMB-15)."""
    string_booleans: bool = False
    """"True"/"False" in any letter case where a Boolean is due (AMB-07)."""
    dotted_value_keys: bool = False
    """A path-less value may hold keys such as `name.givenName` and `urn:…:User:department` (AMB-16)."""
    remove_with_value: bool = False
    """Remove with `path: members` and a value takes away the listed members only (AMB-20)."""
    bare_manager: bool = False
    """`manager` as a bare id, and as "" to clear it (AMB-22)."""
    value_filter_upsert: bool = False
    """Replace through a value filter that matches nothing creates the entry (AMB-18); the RFC wants noTarget."""
    unknown_paths_ignored: bool = False
    """PATCH of an attribute that no schema knows changes nothing instead of being refused (AMB-10)."""
    empty_patch_accepted: bool = False
    """A PATCH with no operation, or one that names no attribute, succeeds: Microsoft's validator sends it."""
    schemas_optional: bool = False
    """A message without `schemas` is taken for what its endpoint expects (AMB-14, AMB-51)."""
    blank_clears: bool = False
    """Replace with "" takes an optional attribute away, as replace with null does (ENTRA-162)."""
    active_restored: bool = False
    """A user whose `active` is taken away has it true again and is listed as enabled (D-089); else it is unassigned."""
    email_required: bool = False
    """A user without an e-mail address is refused (IVANTI-040)."""
    delete_disables: bool = False
    """DELETE of a user makes it disabled in the portal and unknown to SCIM, and keeps the record (IVANTI-048)."""
    adopts_local_users: bool = False
    """Who came from another source than SCIM is taken over, not doubled: a write of SCIM relabels her (IVANTI-059)."""
    blank_updates_ignored: bool = False
    """An update to a blank value leaves the old value (IVANTI-052)."""
    department_only: bool = False
    """Of the enterprise extension only `department` is kept (IVANTI-036)."""
    active_required: bool = False
    """POST of a user who is not active is refused (IVANTI-043)."""
    names_required: bool = False
    """A name whose given and family parts are both blank is refused (IVANTI-054, NEG-23)."""
    user_name_fixed: bool = False
    """A user name cannot be changed once it is there (IVANTI-061)."""
    user_names_are_addresses: bool = False
    """A user name has the form of an e-mail address (IVANTI-087)."""
    user_names_unique_over_tenants: bool = False
    """No other tenant has a user of the same name either (IVANTI-087)."""
    updatable: tuple[str, ...] | None = None
    """What an update of a user may change, by top-level name or URN (IVANTI-033); None is everything."""
    other_updates_refused: bool = False
    """A change of an attribute that is not `updatable` is refused with 400 mutability; else it is passed over."""
    flattened_names: bool = False
    """The printed names `urn:…:core:2.0:User:givenName` and `urn:…:core:2.0:id` mean what they flatten (C-20)."""
    adoption_status: Literal[200, 201] = 201
    """What a POST that takes over a user who is there is answered: 201, or 200 (C-26)."""
    deleted_users_readable: bool = False
    """A user who was deleted, and is disabled for it, can still be read over SCIM (C-12)."""
    members_keep_disabled: bool = False
    """A group lists over SCIM, too, the members who were deleted and are disabled for it (C-14)."""
    duplicate_group_names_refused: bool = False
    """One group bears a name, and a group that was made in the portal is none of SCIM's (IVANTI-046, C-24)."""
    cascade_group_delete: bool = False
    """Deleting a group disables the members who are in no other one (IVANTI-049, C-13)."""
    external_id_search: bool = True
    """Filters on `externalId` are answered (IVANTI-097)."""
    max_tokens: int | None = 2
    """So many tokens may exist at one time (SEED-027); None is no limit."""
    token_lifetime_days: int | None = None
    """A token expires so many days after its secret was made (NEG-61); None is never (C-18)."""
    token_limit_per_provider: bool = False
    """The limit holds for the tokens of each identity provider by itself, not for all of the tenant (C-16)."""
    readings: Readings = field(default_factory=Readings)
    """The reading of each point on which the RFCs can be read in two ways."""
    supported: Capabilities = field(default_factory=Capabilities)
    """What the server supports."""

    def rules(self) -> dict[str, object]:
        """Every field by its name, those of the readings and of what is supported too: no name is used twice."""
        own = {one.name: getattr(self, one.name) for one in fields(self)}
        parts = (own.pop("readings"), own.pop("supported"))
        return own | {one.name: getattr(part, one.name) for part in parts for one in fields(part)}


_ENTRA_TOLERANCES: dict[str, Any] = {
    "any_case_op": True,
    "string_booleans": True,
    "dotted_value_keys": True,
    "remove_with_value": True,
    "bare_manager": True,
    "value_filter_upsert": True,
    "unknown_paths_ignored": True,
    "empty_patch_accepted": True,
    "schemas_optional": True,
    "blank_clears": True,
    "active_restored": True,
}

_IVANTI_HABITS: dict[str, Any] = {
    **_ENTRA_TOLERANCES,
    "email_required": True,
    "delete_disables": True,
    "adopts_local_users": True,
    "blank_updates_ignored": True,
    "department_only": True,
    "active_required": True,
    "names_required": True,
    "user_names_are_addresses": True,
    "flattened_names": True,
    "duplicate_group_names_refused": True,
    # The documented list, and what matching a user needs beside it: her name (IVANTI-062) and externalId (C-19).
    "updatable": ("userName", "externalId", "displayName", "emails", "name", "active", ENTERPRISE_URN, IVANTI_URN),
}

# RFC 7644 §7.4: a bearer token lives for a limited time.
STRICT = Policy("strict", "RFC 7643 and RFC 7644 alone", token_lifetime_days=365)
ENTRA = Policy("entra", "RFC 7644, and both PATCH dialects of Microsoft Entra ID", **_ENTRA_TOLERANCES)
IVANTI_R119 = Policy("ivanti-r119", "the documented Ivanti behaviour, R119", **_IVANTI_HABITS)
IVANTI_R118 = replace(
    IVANTI_R119,
    name="ivanti-r118",
    summary="the documented Ivanti behaviour, R118",
    user_name_fixed=True,
    external_id_search=False,
)

POLICIES: dict[str, Policy] = {policy.name: policy for policy in (STRICT, ENTRA, IVANTI_R119, IVANTI_R118)}
