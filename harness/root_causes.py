"""What an endpoint never does at all: the cause behind many faults, found in the evidence of the whole run. Pure.

An endpoint that refuses every PATCH breaks each promise about changes, one by one; one cause can be acted on.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from scimulate.harness.evidence import Exchange
from scimulate.harness.printable import one_line
from scimulate.harness.verdict import ScenarioRecord

ENOUGH = 3
"""A kind of request that was refused fewer times says nothing of its kind."""
_RESOURCE = re.compile(r"/(?P<type>Users|Groups)(?P<id>/[^/]+)?/?$")
_CAPITALISED = re.compile(r'"op"\s*:\s*"(?:Add|Replace|Remove)"')


@dataclass(frozen=True)
class Kind:
    """A kind of request, and the requirement that asks an endpoint to carry it out."""

    name: str
    requirement: str


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
            kinds = [Kind(name, "ENTRA-496")]
            if _CAPITALISED.search(exchange.request_body):
                kinds.append(Kind("PATCH with a capitalised op (Add, Replace, Remove)", "ENTRA-507"))
            return kinds
    return []


def traced(
    records: Iterable[ScenarioRecord], exchanges: Mapping[int, Exchange], judges: Callable[[str], bool]
) -> list[ScenarioRecord]:
    """The records; a fault whose evidence is a kind of request that never once succeeded is put down to that."""
    refused = {kind: all_of for kind, all_of in _never_done(exchanges.values()).items() if judges(kind.requirement)}
    return [_put_down(record, exchanges, refused) for record in records]


def _never_done(exchanges: Iterable[Exchange]) -> dict[Kind, list[Exchange]]:
    by_kind: dict[Kind, list[Exchange]] = {}
    for exchange in exchanges:
        for kind in kinds_of(exchange):
            by_kind.setdefault(kind, []).append(exchange)
    return {kind: sent for kind, sent in by_kind.items() if len(sent) >= ENOUGH and all(map(_is_refused, sent))}


def _is_refused(exchange: Exchange) -> bool:
    """An answer that refuses; no answer at all tells nothing of the kind of request."""
    return exchange.status is not None and exchange.status >= 400


def _put_down(
    record: ScenarioRecord, exchanges: Mapping[int, Exchange], refused: Mapping[Kind, Sequence[Exchange]]
) -> ScenarioRecord:
    if record.outcome not in ("fault", "blocked") or record.stranger:
        return record
    for exchange in _evidence_of(record, exchanges):
        for kind in kinds_of(exchange):
            if kind in refused and kind.requirement != record.broke:
                return replace(
                    record,
                    broke=kind.requirement,
                    expected=f"{kind.name} is carried out",
                    actual=f"all {len(refused[kind])} were refused, this one with {exchange.status}{_detail(exchange)}",
                    exchanges=(exchange.number,),
                )
    return record


def _evidence_of(record: ScenarioRecord, exchanges: Mapping[int, Exchange]) -> list[Exchange]:
    """What the fault cites. When it is about the scenario's own subject, what was sent before it in the scenario too:
    what a read shows is then due to the write, and a read that is itself at fault names another requirement."""
    cited = [exchanges[number] for number in record.exchanges if number in exchanges]
    if record.broke not in record.requirements or not record.node:
        return cited
    last = max(record.exchanges, default=0)
    return cited + [sent for sent in exchanges.values() if sent.scenario == record.node and sent.number < last]


def _detail(exchange: Exchange) -> str:
    try:
        detail = json.loads(exchange.response_body).get("detail")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return f": {one_line(detail)}" if isinstance(detail, str) and detail else ""
