"""What an endpoint never does at all: the cause behind many faults, found in the evidence of the whole run. Pure.

An endpoint that refuses every PATCH, or says yes to each and changes nothing, breaks every promise about changes one
by one; one cause can be acted on.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from scimulate.harness.evidence import Exchange
from scimulate.harness.printable import one_line
from scimulate.harness.verdict import ScenarioRecord

ENOUGH = 3
"""A kind of request that was seen fewer times says nothing of its kind."""
END = 20
"""So many requests in a row, up to the last, that failed whatever they asked for."""
READABLE = "ENTRA-063"
LET_IN = "ENTRA-503"
_RESOURCE = re.compile(r"/(?P<type>Users|Groups)(?P<id>/[^/]+)?/?$")


@dataclass(frozen=True)
class Kind:
    """A kind of request, and the requirement that asks an endpoint to carry it out."""

    name: str
    requirement: str
    enough: int = ENOUGH


Operation = Mapping[str, Any]

FORMS: tuple[tuple[Kind, Callable[[Operation], bool]], ...] = (
    (
        Kind("PATCH with a capitalised op (Add, Replace, Remove)", "ENTRA-507"),
        lambda one: one.get("op") in ("Add", "Replace", "Remove"),
    ),
    (
        Kind("PATCH with an op in lower case (add, replace, remove)", "ENTRA-132"),
        lambda one: one.get("op") in ("add", "replace", "remove"),
    ),
    (
        Kind('PATCH of active with a string ("True", "False")', "ENTRA-125"),
        lambda one: one.get("path") == "active" and isinstance(one.get("value"), str),
    ),
    (
        Kind("PATCH with op remove", "RFC7644-3.5.2.2-04"),
        lambda one: str(one.get("op")).lower() == "remove",
    ),
    (
        Kind("PATCH without a path", "RFC7644-3.5.2.3-01", enough=2),
        lambda one: "path" not in one,
    ),
    (
        Kind("PATCH of a path with a value filter", "RFC7644-3.5.2-12", enough=2),
        lambda one: "[" in str(one.get("path")),
    ),
    (
        Kind("PATCH of a path that begins with the URN of an extension", "ENTRA-127"),
        lambda one: str(one.get("path")).startswith("urn:"),
    ),
)
"""Forms of an operation that an endpoint can be deaf to, the widest first."""


def kinds_of(exchange: Exchange) -> list[Kind]:
    """The kinds that `exchange` belongs to, the widest first."""
    place = _RESOURCE.search(urlsplit(exchange.url).path)
    if place is None:
        return []
    name = f"{exchange.method} /{place['type']}{'/{id}' if place['id'] else ''}"
    match exchange.method, bool(place["id"]):
        case "POST", False:
            return [Kind(name, "ENTRA-495")]
        case "GET", True:
            return [Kind(name, "ENTRA-497")]
        case "DELETE", True:
            return [Kind(name, "ENTRA-146" if place["type"] == "Users" else "ENTRA-173")]
        case "PATCH", True:
            operations = _operations_of(exchange)
            return [Kind(name, "ENTRA-496"), *(kind for kind, fits in FORMS if any(map(fits, operations)))]
    return []


def _proves(exchange: Exchange, kind: Kind) -> bool:
    """One operation of another form can be the reason for a refusal, or for an effect."""
    fits = next((fits for form, fits in FORMS if form == kind), None)
    return fits is None or all(map(fits, _operations_of(exchange)))


def _operations_of(exchange: Exchange) -> list[Operation]:
    document = _document(exchange.request_body)
    operations = document.get("Operations") if isinstance(document, dict) else None
    listed = operations if isinstance(operations, list) else []
    return [one for one in listed if isinstance(one, dict)]


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def traced(
    records: Iterable[ScenarioRecord], exchanges: Mapping[int, Exchange], judges: Callable[[str], bool]
) -> list[ScenarioRecord]:
    """The records; a fault whose evidence is a kind of request that never once succeeded is put down to that."""
    records = _after_the_end(list(records), exchanges.values(), judges)
    never = {kind: seen for kind, seen in _never_done(exchanges.values()).items() if judges(kind.requirement)}
    return [_put_down(record, exchanges, never) for record in records]


def _after_the_end(
    records: list[ScenarioRecord], exchanges: Iterable[Exchange], judges: Callable[[str], bool]
) -> list[ScenarioRecord]:
    """An endpoint that stops working half-way has one fault: whatever is asked from then on shows it."""
    sent = sorted((one for one in exchanges if one.scenario), key=lambda one: (one.started_at, one.number))
    last_good = max((place for place, one in enumerate(sent) if not _tells_nothing(one)), default=-1)
    dead = sent[last_good + 1 :]
    if last_good < 0 or len(dead) < END:
        return records
    requirement = LET_IN if all(one.status == 401 for one in dead) else READABLE
    if not judges(requirement):
        return records
    answer = "not answered" if dead[0].status is None else f"answered {dead[0].status}{_detail(dead[0])}"
    numbers = {one.number for one in dead}
    return [
        replace(
            record,
            broke=requirement,
            expected="an answer that tells something, as before",
            actual=f"all {len(dead)} requests to the end of the run failed; the first of them was {answer}",
            exchanges=(dead[0].number,),
        )
        if record.outcome in ("fault", "blocked") and not record.stranger and numbers & set(record.exchanges)
        else record
        for record in records
    ]


def _tells_nothing(exchange: Exchange) -> bool:
    """No answer, no access, a failure of the server's, or a page for people, such as that of a sign-in."""
    kinds = [value for name, value in exchange.response_headers if name.lower() == "content-type"]
    failed = exchange.status is None or exchange.status == 401 or exchange.status >= 500
    return failed or any("html" in kind.lower() for kind in kinds)


def _never_done(exchanges: Iterable[Exchange]) -> dict[Kind, list[Exchange]]:
    """The kinds of which all that is known was refused or had no effect."""
    sent = list(exchanges)
    had_effect = effects_of(sent)
    by_kind: dict[Kind, list[Exchange]] = {}
    for exchange in sent:
        # No answer at all tells nothing of the kind of request.
        for kind in kinds_of(exchange) if exchange.status is not None else []:
            if _proves(exchange, kind):
                by_kind.setdefault(kind, []).append(exchange)
    return {kind: seen for kind, seen in by_kind.items() if _is_enough(kind, seen) and _is_never(seen, had_effect)}


def _is_enough(kind: Kind, seen: Sequence[Exchange]) -> bool:
    """A manager as a bare string is a form of its own (ENTRA-191): that it fails says nothing of its path."""
    return sum(not any(map(_is_bare_manager, _operations_of(exchange))) for exchange in seen) >= kind.enough


def _is_bare_manager(operation: Operation) -> bool:
    return str(operation.get("path")).endswith(":manager") and isinstance(operation.get("value"), str)


def _is_never(seen: Sequence[Exchange], had_effect: Mapping[int, bool]) -> bool:
    """A success whose effect nobody looked for counts as one, unless at least as many others were seen to have none."""
    taken = [had_effect.get(exchange.number) for exchange in seen if not _is_refused(exchange)]
    return True not in taken and taken.count(None) <= taken.count(False)


def _is_refused(exchange: Exchange) -> bool:
    return exchange.status is not None and exchange.status >= 400


def effects_of(exchanges: Iterable[Exchange]) -> dict[int, bool]:
    """PATCH requests answered with success, where the resource was read before and after: is it another now?"""
    known: dict[str, Any] = {}
    waiting: dict[str, list[int]] = {}
    effects: dict[int, bool] = {}
    for exchange in sorted(exchanges, key=lambda each: each.number):
        place, document = exchange.url, _document(exchange.response_body)
        if exchange.method == "PATCH" and exchange.status in (200, 204) and place in known:
            waiting.setdefault(place, []).append(exchange.number)
        elif exchange.method == "POST" and exchange.status == 201 and isinstance(document, dict):
            known[f"{place}/{document.get('id')}"] = _own_state(document)
        elif exchange.method == "GET" and exchange.status == 200 and "?" not in place:
            shown = _own_state(document)
            match waiting.pop(place, []):
                case [alone]:
                    # Of several, one may have undone another.
                    effects[alone] = shown != known[place]
            known[place] = shown
    return effects


def _own_state(document: Any) -> Any:
    """Without what follows from elsewhere: the groups of a user change with the groups."""
    if not isinstance(document, dict):
        return document
    return {name: value for name, value in document.items() if name not in ("meta", "groups")}


def _put_down(
    record: ScenarioRecord, exchanges: Mapping[int, Exchange], never: Mapping[Kind, Sequence[Exchange]]
) -> ScenarioRecord:
    if record.outcome not in ("fault", "blocked") or record.stranger:
        return record
    for exchange in _evidence_of(record, exchanges):
        for kind in kinds_of(exchange):
            if kind in never and kind.requirement != record.broke:
                return replace(
                    record,
                    broke=kind.requirement,
                    expected=f"{kind.name} is carried out",
                    actual=_told(exchange, len(never[kind])),
                    exchanges=(exchange.number,),
                )
    return record


def _told(exchange: Exchange, count: int) -> str:
    if _is_refused(exchange):
        return f"all {count} were refused, this one with {exchange.status}{_detail(exchange)}"
    return f"none of {count} had an effect; this one was answered {exchange.status} and changed nothing"


def _evidence_of(record: ScenarioRecord, exchanges: Mapping[int, Exchange]) -> list[Exchange]:
    """What the fault cites. When it is about the scenario's own subject, what was sent before it in the scenario too:
    what a read shows is then due to the write, and a read that is itself at fault names another requirement."""
    cited = [exchanges[number] for number in record.exchanges if number in exchanges]
    if record.broke not in record.requirements or not record.node:
        return cited
    last = max(record.exchanges, default=0)
    return cited + [sent for sent in exchanges.values() if sent.scenario == record.node and sent.number < last]


def _detail(exchange: Exchange) -> str:
    document = _document(exchange.response_body)
    detail = document.get("detail") if isinstance(document, dict) else None
    return f": {one_line(detail)}" if isinstance(detail, str) and detail else ""
