"""Judges what is seen from outside after a When: users, groups and tokens at the endpoint, and what was overheard.

A difference is a `TargetFault`. It names the requirement whose breach was seen: that of the answer that explains it
(`diagnosis.py`) when there is one, that of the read itself when the read is at fault, else the one that the scenario is
about.
"""

import json
from typing import Any
from urllib.parse import urljoin, urlsplit

from scimulate.harness import expect
from scimulate.harness.scim_values import value_at
from scimulate.steps.diagnosis import AS_RECEIVED, EMPTY_IS_200, SOFT_DELETE, Cause, cause_of
from scimulate.steps.endpoint_reader import EndpointReader, Resource, changes, member_ids, place
from scimulate.steps.names import Names
from scimulate.steps.overheard import Heard, Overheard
from scimulate.steps.scim_messages import ScimClient

RANDOM = '"{random}"'
"""In a table of requests: a GUID that is another one each time (ENTRA-070)."""

LETS_IN = "ENTRA-503"
ONE_AT_MOST = "ENTRA-106"
RESTORES = "ENTRA-144"
AS_ASKED = "ENTRA-122"
JOINS = "RFC7644-3.5.2.1-07"
LEAVES = "ENTRA-153"
LAST_WRITES = 3


class Judge:
    """`requirement` is the id that the scenario is about."""

    def __init__(
        self, requirement: str, names: Names, endpoint: EndpointReader, overheard: Overheard, client: ScimClient
    ) -> None:
        self.requirement = requirement
        self._names = names
        self._endpoint = endpoint
        self._overheard = overheard
        self._client = client
        self._before: dict[str, Resource] = {}
        self.provisions_groups = True

    def check(self, *, expected: Any, actual: Any, action: str, requirement: str | None = None) -> None:
        """Whole values must be equal. A difference is put down to the answer that explains it, or shown with what was
        refused to the provisioning service, or else with what was written and then read."""
        requirement = requirement or self.requirement
        if expected == actual:
            expect.equal(requirement, action, expected, actual)
            return
        cause = cause_of(self._overheard.everything) or self._seen_again()
        if cause is not None:
            expect.true(cause.requirement, cause.action, cause.expected, cause.actual, False, (cause.exchange,))
        refused = self._overheard.refused()
        told = "; ".join(heard.describes() for heard in refused[:3])
        shown = refused or self._overheard.last_writes(LAST_WRITES)
        evidence = tuple(heard.exchange for heard in shown if heard.exchange)
        expect.equal(requirement, f"{action} ({told})" if told else action, expected, actual, evidence)

    def _seen_again(self) -> Cause | None:
        """What was made or changed and not read since is read now, so that the evidence shows what became of it."""
        for path in self._overheard.unread():
            self._client.get(path)
        return cause_of(self._overheard.everything)

    # Users

    def find_user(self, user_name: str) -> Resource:
        """The one user of this name, found by filter and read by id."""
        name = self._names.real(user_name)
        found = self._endpoint.users_named(name)
        several = ONE_AT_MOST if len(found) > 1 else None
        self.check(expected=1, actual=len(found), action=f"looking up the user {name}", requirement=several)
        return self._endpoint.by_id("/Users", found[0]["id"])

    def one_user(self, user_name: str, *, active: bool) -> None:
        """There is one user of this name, and `active` is that boolean."""
        user = self.find_user(user_name)
        self.check(
            expected={"active": active},
            actual={"active": user.get("active")},
            action=f"reading {self._names.real(user_name)}",
            requirement=RESTORES if active and user.get("active") is False else SOFT_DELETE,
        )

    def no_user(self, user_name: str) -> None:
        name = self._names.real(user_name)
        found = self._endpoint.users_named(name)
        self.check(expected=0, actual=len(found), action=f"looking up the user {name}")
        if before := self._before.get(user_name):
            answer = self._client.get(place("/Users", before))
            self.check(expected=404, actual=answer.status_code, action=f"reading {name} by its former id")

    def nobody_but(self, user_names: list[str]) -> None:
        """These users and nobody else, at an endpoint that is this scenario's own."""
        self.check(
            expected=sorted(map(self._names.real, user_names)),
            actual=self._endpoint.all_user_names(),
            action="listing all users",
        )

    def remember(self, user_names: list[str]) -> None:
        """Keep what these users are now, to see later what has changed."""
        self._before.update({user_name: self.find_user(user_name) for user_name in user_names})

    def remembered(self, user_name: str) -> Resource:
        return self._before[user_name]

    def with_ids(self, operations: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The operations with the ids of remembered users in place of their names, as a filter writes them."""
        ids = {name: str(resource["id"]) for name, resource in self._before.items()}
        for operation in operations:
            for name, identifier in ids.items():
                quoted = json.dumps(identifier, ensure_ascii=False)
                operation["path"] = operation["path"].replace(f'"{name}"', quoted)
            for member in operation.get("value", []):
                member["value"] = ids.get(member["value"], member["value"])
        return operations

    def has(self, user_name: str, expected: dict[str, Any]) -> None:
        """The user has these values, by attribute path."""
        user = self.find_user(user_name)
        actual = {path: value_at(user, path) for path in expected}
        differing = [path for path in expected if expected[path] != actual[path]]
        named = {"userName": user.get("userName")}
        self.check(
            expected={**named, **{path: expected[path] for path in differing}},
            actual={**named, **{path: actual[path] for path in differing}},
            action=f"reading the attributes of {self._names.real(user_name)}",
        )

    def changed(self, user_name: str, expected: dict[str, Any]) -> None:
        """Since it was remembered, just these attributes of the user have changed, to these values."""
        user = self.find_user(user_name)
        actual = changes(self._before[user_name], user)
        named = {} if "userName" in actual else {"userName": user.get("userName")}
        self.check(
            expected={**named, **expected},
            actual={**named, **actual},
            action=f"comparing {self._names.real(user_name)} with what it was",
            requirement=self._broken_by(expected, actual),
        )

    def renamed(self, user_name: str, new_name: str) -> None:
        """The user is found by the new name alone, and is the one who was remembered by the old name."""
        old, new = self._names.real(user_name), self._names.real(new_name)
        found = {name: [one.get("id") for one in self._endpoint.users_named(name)] for name in (old, new)}
        self.check(
            expected={old: [], new: [self._before[user_name]["id"]]},
            actual=found,
            action=f"looking up {old} and {new}",
            requirement=AS_ASKED if found[new] == [] and found[old] else None,
        )

    def _broken_by(self, expected: dict[str, Any], actual: dict[str, Any]) -> str:
        if "active" in expected and actual.get("active") != expected["active"]:
            return RESTORES if expected["active"] else SOFT_DELETE
        if expected and _alike(expected) == _alike(actual):
            return AS_RECEIVED
        # Where a standard or a product says itself what stays, what does not stay breaks that very promise.
        beside = expected.items() <= actual.items() and not self.requirement.startswith(("RFC", "IVANTI"))
        return AS_ASKED if beside else self.requirement

    # Groups

    def group_lists(self, group: str, members: list[str]) -> None:
        """The one group of this name lists these users and nobody else, each once."""
        name = self._names.group(group)
        identifier = self.one_group(group)["id"]
        listed = member_ids(self._endpoint.by_id("/Groups", identifier))
        wanted = sorted(self.find_user(member)["id"] for member in members)
        joined = self._overheard.joined(identifier)
        lost = joined and any(one not in listed for one in wanted if one not in joined)
        stays = not self.requirement.startswith(("ENTRA", "RFC")) and any(
            one in listed and one not in wanted for one in self._overheard.removed(identifier)
        )
        self.check(
            expected=wanted,
            actual=listed,
            action=f"reading the members of {name}",
            requirement=JOINS if lost else LEAVES if stays else None,
        )

    def group_lists_everybody_created(self, group: str) -> None:
        """The group lists each user whom the provisioning service made since the When, once, and nobody else."""
        listed = member_ids(self._endpoint.by_id("/Groups", self.one_group(group)["id"]))
        made = [heard.created_id for heard in self._overheard.requests if heard.path == "/Users" and heard.created_id]
        self.check(
            expected={"members": len(made), "missing": [], "others": []},
            actual={
                "members": len(listed),
                "missing": sorted(set(made).difference(listed)),
                "others": sorted(set(listed).difference(made)),
            },
            action=f"reading the members of {self._names.group(group)}",
        )

    def located(self, user_name: str, base_url: str) -> None:
        """The location that the user shows leads below the Tenant URL, whatever path that has (SEED-005)."""
        user = self.find_user(user_name)
        location = value_at(user, "meta.location")
        shown = urlsplit(urljoin(f"{base_url}/", location)).path if isinstance(location, str) else location
        self.check(
            expected=f"{urlsplit(base_url).path}{place('/Users', user)}",
            actual=shown,
            action=f"reading the location of {self._names.real(user_name)}",
        )

    def one_group(self, group: str) -> Resource:
        """The one group of this name, as a look-up shows it."""
        name = self._names.group(group)
        found = self._endpoint.groups_named(name)
        self.check(expected=1, actual=len(found), action=f"looking up the group {name}")
        return found[0]

    def remember_group(self, group: str, made: Resource) -> None:
        """What a client made of `group`."""
        self._before[group] = made

    def no_group(self, group: str) -> None:
        name = self._names.group(group)
        self.check(expected=[], actual=self._endpoint.groups_named(name), action=f"looking up the group {name}")

    # Tokens and events

    def announces_no_events(self) -> None:
        """Neither the configuration nor a path of the endpoint offers to notify anybody (IVANTI-044)."""
        config = expect.json_of(self._client.get("/ServiceProviderConfig"))
        announced = config.get("securityEvents") if isinstance(config, dict) else None
        feed = self._client.get("/SecurityEvents")
        self.check(
            expected={"securityEvents": None, "/SecurityEvents is there": False},
            actual={"securityEvents": announced, "/SecurityEvents is there": feed.is_success},
            action="looking for event notification",
        )

    def let_in(self, tokens: list[str]) -> None:
        answers = [self._client.with_token(token).get("/Users", count="1") for token in tokens]
        codes = [answer.status_code for answer in answers]
        self.check(
            expected=[200] * len(tokens),
            actual=codes,
            action="listing users with the token",
            requirement=EMPTY_IS_200 if 404 in codes else LETS_IN,
        )

    def kept_out(self, token: str) -> None:
        answer = self._client.with_token(token).get("/Users", count="1")
        self.check(expected=401, actual=answer.status_code, action="listing users with a token that is not in force")

    # What the provisioning service said

    def heard(self, expected: list[dict[str, str]], heard: list[Heard]) -> None:
        """The requests are these, in this order, as far as the table says: method, path and query parameters."""
        asked = [row for row in expected if self.provisions_groups or not row["path"].startswith("/Groups")]
        wanted = [{column: self._real(value) for column, value in row.items()} for row in asked]
        columns = list(expected[0])
        self.check(
            expected=wanted,
            actual=[_row(each, columns) for each in heard],
            action="listening to the provisioning service",
        )

    def _real(self, text: str) -> str:
        """A cell of a table of requests: user names and group names become this scenario's own."""
        attribute, equals, literal = text.partition(" eq ")
        if equals and attribute == "displayName" and literal != RANDOM:
            return f'{attribute} eq "{self._names.group(literal.strip(chr(34)))}"'
        return self._names.real(text)


def _alike(values: dict[str, Any]) -> dict[str, str]:
    """Two sets of values that look alike differ in form only: letter case, white space, text for a number."""
    return {name: str(value).strip().casefold() for name, value in values.items()}


def _row(heard: Heard, columns: list[str]) -> dict[str, str]:
    known = {"method": heard.method, "path": _path(heard.path), **heard.query}
    return {column: _without_random(known.get(column, "")) for column in columns}


def _path(path: str) -> str:
    collection, _, identifier = path.lstrip("/").partition("/")
    return f"/{collection}/{{id}}" if identifier else f"/{collection}"


def _without_random(text: str) -> str:
    """A look-up of what cannot exist asks for another GUID each time (ENTRA-070)."""
    attribute, equals, literal = text.partition(" eq ")
    is_guid = equals and len(literal) == 38 and literal.count("-") == 4
    return f"{attribute} eq {RANDOM}" if is_guid else text
