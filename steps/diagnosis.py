"""Why something that a scenario promised did not come about, as far as the requests of the scenario show it. Pure.

It never decides that something is wrong: it is asked when a difference was seen, and names the first answer of the
endpoint that explains it, so that one broken answer has one name in every scenario.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scimulate.harness import expect
from scimulate.harness.faults import shown as shown_text
from scimulate.steps.overheard import Heard

EMPTY_IS_200 = "RFC7644-3.4.2-11"
LIST_RESPONSE = "RFC7644-3.4.2-05"
ONLY_MATCHES = "RFC7644-3.4.2.2-03"
HAS_AN_ID = "RFC7643-3.1-02"
FILTER = "ENTRA-498"
MADE = "ENTRA-117"
CREATES = "ENTRA-495"
READ_BY_ID = "ENTRA-497"
AS_RECEIVED = "ENTRA-506"
SOFT_DELETE = "ENTRA-501"
GONE = "RFC7644-3.6-02"
BARE_MANAGER = "ENTRA-191"

NOT_TOLD = (401, 429, 503)
"""Answers about the caller or the moment, not about what was asked for."""
NOT_COMPARED = frozenset({"schemas", "password", "meta", "id", "members"})


@dataclass(frozen=True)
class Cause:
    requirement: str
    action: str
    expected: Any
    actual: Any
    exchange: int


def cause_of(heard: Sequence[Heard]) -> Cause | None:
    """The first answer in `heard` that is at fault by itself or contradicts what was said before it."""
    for position, each in enumerate(heard):
        for rule in RULES:
            if (cause := rule(each, heard[:position])) is not None:
                return cause
    return None


def _refused_look_up(each: Heard, _before: Sequence[Heard]) -> Cause | None:
    if not each.looked_up or each.status in (None, 200, *NOT_TOLD):
        return None
    requirement = EMPTY_IS_200 if each.status in (403, 404) else FILTER
    return Cause(requirement, each.asked, 200, f"{each.status} {_beginning(each.answer)}".strip(), each.exchange)


def _misshapen_list(each: Heard, _before: Sequence[Heard]) -> Cause | None:
    if not each.looked_up or each.status != 200 or each.resources is not None:
        return None
    expected = {"schemas": [expect.LIST_RESPONSE], "totalResults": "a number", "Resources": "a list of resources"}
    return Cause(
        LIST_RESPONSE,
        each.asked,
        expected,
        each.answer if isinstance(each.answer, dict) else _beginning(each.answer) or "nothing",
        each.exchange,
    )


def _others_found(each: Heard, _before: Sequence[Heard]) -> Cause | None:
    if not each.looked_up or not each.resources:
        return None
    attribute, value = each.looked_up
    others = [one for one in each.resources if str(one.get(attribute)).casefold() != value.casefold()]
    found = f"{len(others)} others among {len(each.resources)}"
    wanted = f"only resources whose {attribute} is {value}"
    return Cause(ONLY_MATCHES, each.asked, wanted, found, each.exchange) if others else None


def _no_id(each: Heard, _before: Sequence[Heard]) -> Cause | None:
    shown = [one.get("id") for one in each.shown if each.method != "POST" or "id" in one]
    if all(isinstance(one, str) and one for one in shown):
        return None
    return Cause(HAS_AN_ID, each.asked, "an id, as text, on each", shown, each.exchange)


def _nothing_made(each: Heard, _before: Sequence[Heard]) -> Cause | None:
    """Entra ID learns the id from the answer to its create, and from nowhere else (ENTRA-088)."""
    if each.method != "POST" or each.status is None or not 200 <= each.status < 300:
        return None
    if isinstance(each.answer, dict) and "id" in each.answer:
        return None
    found = f"{each.status} {_beginning(each.answer)}".strip()
    return Cause(MADE, each.asked, "201 with the resource and its id", found, each.exchange)


def _altered(each: Heard, before: Sequence[Heard]) -> Cause | None:
    """A resource that nobody changed since is shown otherwise than it was sent."""
    if "attributes" in each.query or "excludedAttributes" in each.query or each.method not in ("GET", "POST"):
        return None
    for shown in each.shown:
        created = each if each.method == "POST" else _creation_of(shown.get("id"), before)
        if created is None or _written(created.created_id, before):
            continue
        sent = {name: value for name, value in created.body.items() if name not in NOT_COMPARED}
        if created is each:
            # The answer to a create may leave attributes out (RFC 7644 §3.3).
            sent = {name: value for name, value in sent.items() if name in shown}
        differing = expect.differences(sent, shown)
        if not isinstance(shown.get("active"), bool):
            differing.pop("active", None)
        if differing:
            named = {name: shown.get(name) for name in ("userName",) if name in sent}
            return Cause(
                AS_RECEIVED,
                each.asked if created is each else f"{each.asked} after {created.asked}",
                {**named, **{path: wanted for path, (wanted, _) in differing.items()}},
                {**named, **{path: found for path, (_, found) in differing.items()}},
                each.exchange,
            )
    return None


def _no_state(each: Heard, before: Sequence[Heard]) -> Cause | None:
    """Who sees no `active` cannot tell who is disabled, and asks for it in every cycle."""
    if "excludedAttributes" in each.query or "attributes" in each.query or each.method != "GET":
        return None
    for shown in each.shown:
        created = _creation_of(shown.get("id"), before)
        asked_for = created is not None and "active" in created.body
        if created is not None and asked_for and not isinstance(shown.get("active"), bool):
            named = {"userName": created.body.get("userName")}
            wanted, found = {**named, "active": "true or false"}, {**named, "active": shown.get("active")}
            return Cause(SOFT_DELETE, each.asked, wanted, found, each.exchange)
    return None


def _lost(each: Heard, before: Sequence[Heard]) -> Cause | None:
    """A user or group that was created and not deleted is not there any more, by its id or by its name."""
    if each.method != "GET" or each.status in (None, *NOT_TOLD):
        return None
    created = _sought(each, before)
    if created is None or _deleted(created.created_id, before):
        return None
    disabled = any(one.disables and one.id == created.created_id for one in before)
    requirement = SOFT_DELETE if disabled else FILTER if each.looked_up else READ_BY_ID
    wanted = "the user, who was disabled and not deleted" if disabled else "the resource that was created before"
    found = "nobody" if each.status == 200 else f"{each.status} {_beginning(each.answer)}".strip()
    return Cause(requirement, each.asked, wanted, found, each.exchange)


def _kept(each: Heard, before: Sequence[Heard]) -> Cause | None:
    """What was deleted, as the endpoint said, is still shown."""
    if each.method != "GET":
        return None
    removed = {one.id for one in before if one.method == "DELETE" and one.status is not None and one.status < 300}
    still = [one.get("id") for one in each.shown if one.get("id") in removed]
    return Cause(GONE, each.asked, "404, or nobody: it was deleted", still, each.exchange) if still else None


def _manager_refused(each: Heard, _before: Sequence[Heard]) -> Cause | None:
    """The form in which Entra ID refers to a manager is refused, and with it all else in the log of that user."""
    if not each.refers_to_a_manager or each.status is None or not 400 <= each.status < 500 or each.status in NOT_TOLD:
        return None
    found = f"{each.status} {_beginning(each.answer)}".strip()
    return Cause(BARE_MANAGER, each.asked, "the manager's id is taken for manager.value", found, each.exchange)


def _sought(each: Heard, before: Sequence[Heard]) -> Heard | None:
    """The creation of what `each` asked for and did not get."""
    if each.looked_up and each.resources == []:
        attribute, value = each.looked_up
        kept = (one for one in _creations(before) if not _renamed(one, attribute, before))
        return next((one for one in kept if str(one.body.get(attribute)).casefold() == value.casefold()), None)
    if each.id and each.status is not None and each.status >= 400:
        return _creation_of(each.id, before)
    return None


def _creations(heard: Sequence[Heard]) -> Iterator[Heard]:
    return (one for one in heard if one.created_id)


def _creation_of(identifier: Any, before: Sequence[Heard]) -> Heard | None:
    return next((one for one in _creations(before) if one.created_id == identifier), None)


def _renamed(created: Heard, attribute: str, before: Sequence[Heard]) -> bool:
    return any(one.method == "PATCH" and one.id == created.created_id and attribute in repr(one.body) for one in before)


def _written(identifier: str, before: Sequence[Heard]) -> bool:
    return any(one.method in ("PATCH", "PUT") and one.id == identifier for one in before)


def _deleted(identifier: str, before: Sequence[Heard]) -> bool:
    return any(one.method == "DELETE" and one.id == identifier for one in before)


def _beginning(answer: Any) -> str:
    return "" if answer is None else shown_text(answer)[:300]


Rule = Callable[[Heard, Sequence[Heard]], Cause | None]
RULES: tuple[Rule, ...] = (
    _refused_look_up,
    _misshapen_list,
    _others_found,
    _no_id,
    _nothing_made,
    _altered,
    _no_state,
    _lost,
    _kept,
    _manager_refused,
)
