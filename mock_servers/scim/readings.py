"""Where the RFCs leave more than one reading: the one that this server takes, and the one it can take instead.

Data only, one field for each point, each named in docs/policies.md. What stands first is the reading of all named
policies; a tenant may take the other, to be a legal server of another kind.
"""

from dataclasses import dataclass
from typing import Literal

Operator = Literal["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"]


@dataclass(frozen=True)
class Readings:
    """One reading of each ambiguous point (AMB-01 to AMB-66). What Entra needs is in `Policy`."""

    update_conflict_status: Literal[409, 400] = 409
    """A PUT or PATCH that would double a unique value: 409 as for POST, or 400 as in Table 9 (AMB-01)."""
    empty_list_without_resources: bool = False
    """A list without results leaves `Resources` out (AMB-02)."""
    query_of_one: Literal["ignored", "list", "refused"] = "ignored"
    """A filter on `/Users/{id}`: passed over, answered with a list of none or one, or refused with 400 (AMB-03)."""
    space_after_not: Literal["free", "required", "forbidden"] = "free"
    """Between `not` and its parenthesis (AMB-05)."""
    groups_in_brackets_refused: bool = False
    """The brackets of a filter may hold no parentheses; else they may (AMB-06)."""
    null_operand_refused: bool = False
    """`eq null` is refused; else it is the same as not present (AMB-08)."""
    bare_multi_valued_refused: bool = False
    """A filter that compares `emails` is refused; else it compares `emails.value` (AMB-09)."""
    unknown_in_filter_matches_nothing: bool = False
    """A filter on an attribute that no schema has finds nothing; else it is refused (AMB-10)."""
    unknown_in_body_refused: bool = False
    """An attribute, or a URN in `schemas`, that no schema of the type has is refused with 400 invalidSyntax; else it is
    left out (AMB-10)."""
    unknown_path_error: Literal["invalidPath", "noTarget"] = "invalidPath"
    """The scimType of a PATCH path that no schema has, where it is refused (AMB-10)."""
    missing_matches_ne: bool = True
    """`ne` holds for a resource that lacks the attribute (AMB-11)."""
    ne_of_several: Literal["no value equals", "one value differs"] = "no value equals"
    """When `ne` holds for an attribute with several values (AMB-11)."""
    unsupported_sort: Literal["ignored", "400", "501"] = "ignored"
    """`sortBy` where sorting is not supported (AMB-12)."""
    unsupported_filter: Literal["400", "403", "501"] = "400"
    """A filter where filters are not supported (AMB-04)."""
    omitted_in_put: Literal["cleared", "kept"] = "cleared"
    """What becomes of an attribute that a PUT leaves out (AMB-13)."""
    single_value_add_refused: bool = False
    """`add` of one object to a multi-valued attribute is refused; else it is taken for a list of one (AMB-17)."""
    add_without_match: Literal["created", "noTarget", "ignored"] = "created"
    """`add` through a value filter that matches nothing (AMB-18)."""
    remove_of_nothing_refused: bool = False
    """`remove` that finds nothing is refused with noTarget; else it succeeds (AMB-19)."""
    null_replacement_refused: bool = False
    """PATCH `replace` with null or [] is refused; else it unassigns (AMB-21)."""
    selected_replacement_drops: bool = False
    """`replace` of values that a filter selects drops the parts it does not name; else it keeps them (§3.5.2.3)."""
    deleted_members_stay: bool = False
    """A group goes on listing a member that was deleted (AMB-23)."""
    missing_bulk_id_accepted: bool = False
    """A POST in a bulk job is carried out without a bulkId; else it is refused (AMB-51)."""
    bulk_status_as_object: bool = False
    """The status of a bulk operation is an object with `code`; else a string (AMB-24)."""
    plain_json_refused: bool = False
    """A body typed application/json is refused with 415 (AMB-25)."""
    scim_suffix_answered: bool = False
    """`/Users.scim` means `/Users` (AMB-26)."""
    schemas_only_when_asked: bool = False
    """A projection leaves `schemas` out unless it is named (AMB-27)."""
    extension_urn_selects_nothing: bool = False
    """A whole extension named in `attributes` is passed over; else all of it is returned (AMB-28)."""
    attributes_with_excluded: Literal["refused", "attributes", "excludedAttributes", "both"] = "refused"
    """Both parameters in one request: refused with 400, or which of them counts (AMB-29)."""
    unsupported_me: Literal["501", "404"] = "501"
    """`/Me` where it is not supported, or the credential is bound to no user (AMB-30)."""
    error_status_as_number: bool = False
    """The status of an Error message is a number (AMB-31)."""
    strong_if_match: bool = False
    """If-Match compares as HTTP says: a weak tag never matches (AMB-32)."""
    two_primaries: Literal["refused", "last", "first"] = "refused"
    """Two primary values in a POST or PUT: refused with 400, or which of them counts (AMB-33)."""
    extensions_always_listed: bool = False
    """`schemas` lists every extension of the type, with data or without (AMB-34)."""
    external_id_unique: bool = False
    """A second resource of one type with an externalId is refused with 409 (AMB-35)."""
    content_location_sent: bool = False
    """Answers carry Content-Location beside Location (AMB-36)."""
    cursor_list_without_total: bool = False
    """A list paged by cursor leaves `totalResults` out (AMB-40)."""
    count_errors_told: bool = False
    """A count below 0, above the largest page or other than in the first request is refused with invalidCount in a
    request with a cursor; else it is read as 0, or as the largest page (AMB-41)."""
    start_index_with_cursor: Literal["refused", "cursor"] = "refused"
    """`startIndex` beside `cursor`: refused with 400, or the cursor counts (AMB-42)."""
    empty_filter_ignored: bool = False
    """A filter parameter with an empty value counts as not sent; else it is refused (AMB-50)."""
    operators_not_offered: tuple[Operator, ...] = ()
    """Operators of Table 3 that are refused with invalidFilter (AMB-52)."""
    unquoted_operands_accepted: bool = False
    """A string operand without quotes, or in single ones, is read; else it is refused (AMB-53)."""
    errors_without_detail: bool = False
    """Error messages leave `detail` out (AMB-54)."""
    unsorted_lists_vary: bool = False
    """A page that nothing sorts is in another order at each request (AMB-55)."""
    items_per_page: Literal["returned", "page size"] = "returned"
    """What `itemsPerPage` says (AMB-56)."""
    add_replaces_complex: bool = False
    """`add` on a complex attribute with one value drops the parts it does not name; else it keeps them (AMB-57)."""
    other_id_in_put_refused: bool = False
    """Another `id` in a PUT is refused with 400 mutability; else it is ignored (AMB-58)."""
    plain_json_answers: bool = False
    """Answers are typed application/json (AMB-59)."""
    relative_references: bool = False
    """`$ref` is relative to the service root; else it is absolute (AMB-61)."""
    inactive_users_hidden: bool = False
    """An inactive user is found and read no more; PUT, PATCH and DELETE of its id still reach it (AMB-66)."""
