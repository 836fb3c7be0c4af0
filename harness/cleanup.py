"""Removes what a run created, and only that: the last first, each after its mark was read in the record itself.

A filter is used to look for what a lost answer may have created, and never believed: an endpoint that ignores filters
would otherwise have strangers' records deleted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from scimulate.harness.faults import HarnessError, TargetFault
from scimulate.harness.guard import MARKS, document_of
from scimulate.harness.journal import Intent, Journal, Resource

PAGE = 100
MOST_PAGES = 50


@dataclass(frozen=True)
class CleanupReport:
    created: int
    """All that the run created, as far as is known."""
    removed: int
    """Of these, what is gone."""
    left: tuple[dict[str, str], ...] = ()
    """`{"url", "reason"}` for each that is still there, or may be."""

    def to_json(self) -> dict[str, Any]:
        return {"created": self.created, "removed": self.removed, "left": list(self.left)}


class _Left(Exception):
    """Why something stays where it is."""


def clean_up(journal: Journal, client: httpx.Client) -> CleanupReport:
    """Removes what the journal holds. May be called again at any time: what is gone is not asked for twice."""
    run_id = journal.header.run_id
    resources, intents = journal.pending()
    left: list[dict[str, str]] = []
    for intent in intents:
        try:
            _settle(journal, client, run_id, intent)
        except (httpx.HTTPError, HarnessError, _Left) as problem:
            left.append({"url": intent.collection, "reason": f"a creation without an answer: {problem}"})
    # What a settled intent turned out to have created is among the pending now.
    resources = journal.pending()[0]
    for resource in resources:
        try:
            _remove(journal, client, run_id, resource)
        except (httpx.HTTPError, HarnessError, TargetFault, _Left) as problem:
            left.append({"url": _url(resource), "reason": str(problem)})
    created, removed = journal.counts()
    return CleanupReport(created, removed, tuple(left))


def _remove(journal: Journal, client: httpx.Client, run_id: str, resource: Resource) -> None:
    url = _url(resource)
    if _read(client, url, run_id):
        answer = client.delete(url)
        if answer.status_code != 404 and not answer.is_success:
            raise _Left(f"the endpoint answered DELETE with {answer.status_code}")
        if answer.is_success and _read(client, url, run_id):
            raise _Left(f"the endpoint answered DELETE with {answer.status_code}, but the resource is still there")
    journal.removed(resource.collection, resource.id)


def _read(client: httpx.Client, url: str, run_id: str) -> bool:
    """True when the record is there and bears the mark of the run; False when it is not there."""
    answer = client.get(url)
    if answer.status_code in (404, 410):
        return False
    if answer.status_code != 200:
        raise _Left(f"the endpoint answered GET with {answer.status_code}")
    if not bears(run_id, document_of(answer.content)):
        raise _Left("the record does not bear the mark of the run; it may be somebody else's")
    return True


def bears(run_id: str, document: Any) -> bool:
    """True when the run id stands in a name or an e-mail address of the resource."""
    if not isinstance(document, dict):
        return False
    emails = document.get("emails")
    values = [document.get(name) for name in MARKS]
    values += [email.get("value") for email in emails if isinstance(email, dict)] if isinstance(emails, list) else []
    return any(isinstance(value, str) and run_id.lower() in value.lower() for value in values)


def _settle(journal: Journal, client: httpx.Client, run_id: str, intent: Intent) -> None:
    """Finds out what became of a creation whose answer was lost."""
    marks = [(name, value) for name, value in intent.marks.items() if run_id.lower() in value.lower()]
    if not marks:
        raise _Left("it bore no mark of the run by which it could be found")
    name, value = marks[0]
    found = dict.fromkeys(id for id in _candidates(client, intent.collection, name, value))
    ours = [id for id in found if _read_candidate(client, Resource(intent.collection, id), name, value)]
    if not ours:
        journal.refused(intent.key)
    for id in ours:
        journal.created(intent.key, intent.collection, id)


def _read_candidate(client: httpx.Client, resource: Resource, name: str, value: str) -> bool:
    """True when the record itself, read by its id, has the name that was sent."""
    answer = client.get(_url(resource))
    document = document_of(answer.content)
    shown = document.get(name) if isinstance(document, dict) and answer.status_code == 200 else None
    return isinstance(shown, str) and shown.lower() == value.lower()


def _candidates(client: httpx.Client, collection: str, name: str, value: str) -> Iterator[str]:
    """Ids that a filter finds; of an endpoint that ignores it, those in the list that have the name."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    start = 1
    for _ in range(MOST_PAGES):
        page = _page(
            client, collection, {"filter": f'{name} eq "{escaped}"', "startIndex": str(start), "count": str(PAGE)}
        )
        resources = [each for each in page["Resources"] if isinstance(each, dict)]
        named = [each for each in resources if str(each.get(name, value)).lower() == value.lower()]
        yield from (str(each["id"]) for each in named if each.get("id"))
        start += len(page["Resources"])
        if (
            len(named) == len(resources)
            or not isinstance(page.get("totalResults"), int)
            or start > page["totalResults"]
        ):
            return
    raise _Left(f"the endpoint ignores the filter, and its list has more than {MOST_PAGES * PAGE} resources")


def _page(client: httpx.Client, collection: str, query: dict[str, str]) -> dict[str, Any]:
    answer = client.get(collection, params=query)
    document = document_of(answer.content)
    if answer.status_code != 200 or not isinstance(document, dict):
        raise _Left(f"the endpoint answered the search for it with {answer.status_code}")
    if not isinstance(document.get("Resources"), list):
        # RFC 7644 §3.4.2: the member may be left out when nothing was found.
        if document.get("totalResults") != 0:
            raise _Left("the endpoint's answer to the search for it is not a list")
        return {"Resources": [], "totalResults": 0}
    return document


def _url(resource: Resource) -> str:
    return f"{resource.collection}/{quote(resource.id, safe='', errors='replace')}"
