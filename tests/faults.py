"""Faults of real endpoints, each put in front of a good one. All of them have been seen in the field."""

import re
from dataclasses import replace
from typing import Any

from tests.faulty_endpoint import Answer, Call, Fault, Forward

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
SCIM = {"content-type": "application/scim+json"}

Operation = dict[str, Any]


def refusal(status: int) -> Answer:
    return Answer(status, {"schemas": [ERROR], "status": str(status), "detail": "not today"}, SCIM)


def is_list(answer: Answer) -> bool:
    return isinstance(answer.document, dict) and LIST in answer.document.get("schemas", [])


def operations(call: Call) -> list[Operation]:
    return list(call.document["Operations"]) if call.method == "PATCH" else []


def patched(call: Call, changed: list[Operation]) -> Call:
    return replace(call, document={**call.document, "Operations": changed})


def each(answer: Answer, change: Any) -> Answer:
    """The answer with every resource in it changed."""
    document = answer.document
    if is_list(answer):
        return replace(answer, document={**document, "Resources": [change(one) for one in document["Resources"]]})
    if isinstance(document, dict) and "id" in document:
        return replace(answer, document=change(document))
    return answer


async def nothing_found_is_an_error(call: Call, forward: Forward) -> Answer:
    answer = await forward(call)
    return refusal(404) if is_list(answer) and answer.document["totalResults"] == 0 else answer


async def filters_are_ignored(call: Call, forward: Forward) -> Answer:
    return await forward(replace(call, query={name: text for name, text in call.query.items() if name != "filter"}))


async def equals_means_begins_with(call: Call, forward: Forward) -> Answer:
    return await forward(replace(call, query={name: text.replace(" eq ", " sw ") for name, text in call.query.items()}))


async def an_external_id_is_not_returned(call: Call, forward: Forward) -> Answer:
    answer = await forward(call)
    return each(answer, lambda one: {name: value for name, value in one.items() if name != "externalId"})


async def the_disabled_are_hidden(call: Call, forward: Forward) -> Answer:
    answer = await forward(call)
    if call.method != "GET" or call.collection != "Users":
        return answer
    if is_list(answer):
        shown = [one for one in answer.document["Resources"] if one["active"]]
        return replace(answer, document={**answer.document, "Resources": shown, "totalResults": len(shown)})
    return refusal(404) if answer.document.get("active") is False else answer


async def a_boolean_as_text_is_truthy(call: Call, forward: Forward) -> Answer:
    changed = [
        {**one, "value": True} if one.get("path") == "active" and isinstance(one["value"], str) else one
        for one in operations(call)
    ]
    return await forward(patched(call, changed) if changed else call)


async def a_capitalised_op_is_refused(call: Call, forward: Forward) -> Answer:
    capitalised = any(one["op"] in ("Add", "Replace", "Remove") for one in operations(call))
    return refusal(400) if capitalised else await forward(call)


async def an_operation_without_a_path_is_ignored(call: Call, forward: Forward) -> Answer:
    kept = [one for one in operations(call) if "path" in one]
    if call.method == "PATCH":
        return await forward(patched(call, kept)) if kept else Answer(204)
    return await forward(call)


async def dotted_keys_are_dropped(call: Call, forward: Forward) -> Answer:
    changed = []
    for one in operations(call):
        if "path" in one:
            changed.append(one)
        elif value := {key: item for key, item in one["value"].items() if not re.fullmatch(r"name\.\w+", key)}:
            changed.append({**one, "value": value})
    if call.method == "PATCH":
        return await forward(patched(call, changed)) if changed else Answer(204)
    return await forward(call)


async def a_legacy_removal_empties_the_group(call: Call, forward: Forward) -> Answer:
    changed = [
        {"op": "remove", "path": "members"} if one["op"] == "Remove" and one.get("path") == "members" else one
        for one in operations(call)
    ]
    return await forward(patched(call, changed) if changed else call)


async def an_added_member_replaces_the_others(call: Call, forward: Forward) -> Answer:
    changed = [
        {**one, "op": "replace"} if one["op"].lower() == "add" and one.get("path") == "members" else one
        for one in operations(call)
    ]
    return await forward(patched(call, changed) if changed else call)


async def a_manager_is_acknowledged_and_not_stored(call: Call, forward: Forward) -> Answer:
    kept = [one for one in operations(call) if not one.get("path", "").endswith(":manager")]
    if call.method == "PATCH":
        return await forward(patched(call, kept)) if kept else Answer(204)
    return await forward(call)


async def changes_of_users_are_acknowledged_and_not_made(call: Call, forward: Forward) -> Answer:
    return Answer(204) if call.method == "PATCH" and call.collection == "Users" else await forward(call)


async def members_are_never_left_out(call: Call, forward: Forward) -> Answer:
    return await forward(replace(call, query={n: text for n, text in call.query.items() if n != "excludedAttributes"}))


async def everybody_is_let_in(call: Call, forward: Forward) -> Answer:
    answer = await forward(call)
    return (
        Answer(200, {"schemas": [LIST], "totalResults": 0, "Resources": []}, SCIM) if answer.status == 401 else answer
    )


async def an_error_has_a_number_as_status(call: Call, forward: Forward) -> Answer:
    answer = await forward(call)
    return replace(answer, document={**answer.document, "status": answer.status}) if answer.status >= 400 else answer


BOTH = ("entra", "protocol")

FAULTS: dict[str, tuple[Fault, str, tuple[str, ...]]] = {
    "D-001": (nothing_found_is_an_error, "RFC7644-3.4.2-11", BOTH),
    "D-014": (everybody_is_let_in, "ENTRA-052", ("connection", "protocol")),
    "D-041": (filters_are_ignored, "RFC7644-3.4.2.2-03", ("provisioning", "protocol")),
    "D-049": (equals_means_begins_with, "RFC7644-3.4.2.2-03", ("protocol",)),
    "D-061": (members_are_never_left_out, "ENTRA-499", ("protocol",)),
    "D-085": (an_external_id_is_not_returned, "ENTRA-506", ("provisioning", "protocol")),
    "D-106": (a_capitalised_op_is_refused, "ENTRA-507", BOTH),
    "D-109": (a_boolean_as_text_is_truthy, "ENTRA-125", BOTH),
    "D-112": (an_operation_without_a_path_is_ignored, "RFC7644-3.5.2.3-01", ("entra",)),
    "D-113": (dotted_keys_are_dropped, "ENTRA-133", ("entra",)),
    "D-130": (an_added_member_replaces_the_others, "RFC7644-3.5.2.1-07", ("protocol",)),
    "D-133": (a_manager_is_acknowledged_and_not_stored, "ENTRA-191", ("entra",)),
    "D-155": (the_disabled_are_hidden, "ENTRA-501", BOTH),
    "D-166": (a_legacy_removal_empties_the_group, "ENTRA-153", ("entra",)),
    "D-187": (an_error_has_a_number_as_status, "RFC7644-3.12-03", ("protocol",)),
    "every PATCH of a user": (changes_of_users_are_acknowledged_and_not_made, "ENTRA-496", BOTH),
}
"""Each fault, the requirement that the one finding on it names, and the folders of features that show it."""
