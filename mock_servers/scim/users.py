"""Users over SCIM: create, replace, modify, delete, each as one change of the database with its audit row."""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace

from scimulate.mock_servers.portal.arrivals import Arrivals
from scimulate.mock_servers.portal.audit import AuditTrail
from scimulate.mock_servers.scim.document import (
    Document,
    check_own_id,
    check_required,
    filtered_for_policy,
    only_updatable,
    read_document,
    with_omitted,
    without_blanks,
)
from scimulate.mock_servers.scim.errors import ScimError, invalid_value, not_found, read_only, taken
from scimulate.mock_servers.scim.former_members import keep_as_former
from scimulate.mock_servers.scim.limits import parse_object
from scimulate.mock_servers.scim.messages import Change, Request, Response
from scimulate.mock_servers.scim.passwords import check_password, has_password, is_password, set_password
from scimulate.mock_servers.scim.patch import apply, steps_of
from scimulate.mock_servers.scim.preconditions import check_version
from scimulate.mock_servers.scim.projection import Projection
from scimulate.mock_servers.scim.representation import current_version, links_of, resource_response
from scimulate.mock_servers.scim.resources import FORMER_SOURCES, Resources, source_of
from scimulate.mock_servers.scim.rows import Row
from scimulate.mock_servers.scim.rules import Rules
from scimulate.mock_servers.scim.store import Connection
from scimulate.mock_servers.scim.uniqueness import check_external_id, taken_by_update

Changes = dict[str, tuple[object, object]]

_HELD = object()
"""Stands for the password that a user has."""

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


class Users:
    """The users of one tenant."""

    def __init__(self, resources: Resources, audit: AuditTrail, arrivals: Arrivals, rules: Rules) -> None:
        self._resources = resources
        self._audit = audit
        self._arrivals = arrivals
        self._type = rules.user
        self._rules = rules
        self._policy = rules.policy

    def create(self, request: Request, projection: Projection, vendor: str) -> Change:
        document = self._read(parse_object(request.body))
        password = check_password(document.pop("password", None))
        document.setdefault("active", True)  # D-089: who is not said to be inactive is active
        if self._policy.active_required and document["active"] is False:
            raise invalid_value("active is false: an inactive user cannot be provisioned")

        def change(connection: Connection) -> Response:
            self._check_user_name(connection, {}, document)
            check_external_id(self._resources, connection, "User", None, document, self._policy)
            status, row = self._insert(connection, document, vendor)
            if password is not None or row.version > 1:
                set_password(connection, row, password)
            links = links_of(connection, row, projection, self._policy)
            return resource_response(status, row, links, request.base_url, self._rules, projection)

        return Change(change)

    def replace(self, user_id: str, request: Request, projection: Projection, vendor: str) -> Change:
        body = parse_object(request.body)
        document = self._read(body)
        check_own_id(body, user_id, self._policy)

        def replaced(row: Row) -> Document:
            given = without_blanks(row.document, document) if self._policy.blank_updates_ignored else document
            if self._policy.readings.omitted_in_put == "kept":
                given = with_omitted(row.document, body, given, self._type)
            # RFC 7644 §3.5.1 lets an omitted attribute keep its default: a disabled user is not enabled by silence.
            return {"active": row.document.get("active", True), **given}

        # §3.5.1 clears what is readWrite and omitted. A password is writeOnly: one that is not named stays.
        sets_password = any(key.lower() == "password" for key in body)
        return self._modify(user_id, request, projection, vendor, replaced, sets_password=sets_password)

    def modify(self, user_id: str, request: Request, projection: Projection, vendor: str) -> Change:
        steps = steps_of(parse_object(request.body), self._type, self._policy, user_id)

        def modified(row: Row) -> Document:
            document = filtered_for_policy(apply(row.document, steps, self._policy), self._policy)
            if self._policy.active_restored and "active" in row.document:
                document.setdefault("active", True)
            if self._is_complete(row.document):
                check_required(document, self._type, self._policy)
            return document

        sets_password = any(
            step.path.attribute is not None and step.path.attribute.name == "password" for step in steps
        )
        return self._modify(user_id, request, projection, vendor, modified, sets_password=sets_password)

    def delete(self, user_id: str, request: Request, vendor: str) -> Change:
        def change(connection: Connection) -> Response:
            row = self._find(connection, user_id, request)
            if self._policy.delete_disables:
                hidden = not self._policy.deleted_users_readable
                self._resources.update(connection, row, {**row.document, "active": False}, hidden=hidden)
                self._record(connection, "User Disabled", row.document, vendor)
            else:
                if self._policy.readings.deleted_members_stay:
                    keep_as_former(connection, row)
                self._resources.delete(connection, row)
                self._record(connection, "User Deleted", row.document, vendor)
            return Response(204)

        return Change(change)

    def _read(self, body: dict[str, object]) -> Document:
        document = read_document(body, self._type, self._policy)
        check_required(document, self._type, self._policy)
        return filtered_for_policy(document, self._policy)

    def _is_complete(self, document: Document) -> bool:
        """A user made in the portal may lack what SCIM requires; it can still be disabled."""
        try:
            check_required(document, self._type, self._policy)
        except ScimError:
            return False
        return True

    def _insert(self, connection: Connection, document: Document, vendor: str) -> tuple[int, Row]:
        """The new row, or the one of that name which it takes over, and what to answer."""
        source = source_of(vendor)
        try:
            row = self._resources.insert(connection, "User", document, source=source)
        except sqlite3.IntegrityError as error:
            held = self._resources.find_user_by_name(connection, str(document["userName"]))
            if held is None:
                raise
            if not (self._was_deleted(held) or self._is_to_be_taken_over(held)):
                raise taken("userName") from error
            row = self._resources.update(connection, held, document, source=source)
            if not self._was_deleted(held):
                self._record(connection, "User Edited", document, vendor, _changes(held, row))
                self._arrivals.user_updated(connection, row)
                return self._policy.adoption_status, row
        self._record(connection, "User Created", document, vendor)
        self._arrivals.user_created(connection, row)
        return 201, row

    def _was_deleted(self, row: Row) -> bool:
        """Where deleted users stay readable, one is told from a disabled one by nothing: either may be created anew."""
        return row.hidden or (self._policy.deleted_users_readable and not row.active)

    def _is_to_be_taken_over(self, row: Row) -> bool:
        return self._policy.adopts_local_users and row.source in FORMER_SOURCES

    def _modify(
        self,
        user_id: str,
        request: Request,
        projection: Projection,
        vendor: str,
        new_document: Callable[[Row], Document],
        *,
        sets_password: bool,
    ) -> Change:
        def change(connection: Connection) -> Response:
            row = self._find(connection, user_id, request)
            held = _with_password(connection, row) if sets_password else row
            document = only_updatable(held.document, new_document(held), self._policy)
            given = document.pop("password", None) if sets_password else _HELD
            password = check_password(given)
            renewed = given is not _HELD and not is_password(connection, row, password)
            source = source_of(vendor) if self._is_to_be_taken_over(row) else row.source
            if document != row.document or source != row.source or renewed:
                self._check_user_name(connection, row.document, document)
                check_external_id(self._resources, connection, "User", row, document, self._policy)
                before, row = row, self._update(connection, row, document, source)
                changes = _changes(before, row)
                if renewed:
                    set_password(connection, row, password)
                    changes["password"] = (None, None)
                self._record(connection, "User Edited", row.document, vendor, changes)
                self._arrivals.user_updated(connection, row)
            links = links_of(connection, row, projection, self._policy)
            return resource_response(200, row, links, request.base_url, self._rules, projection)

        return Change(change)

    def _update(self, connection: Connection, row: Row, document: Document, source: str) -> Row:
        try:
            return self._resources.update(connection, row, document, source=source)
        except sqlite3.IntegrityError as error:
            raise taken_by_update("userName", self._policy) from error

    def _check_user_name(self, connection: Connection, before: Document, after: Document) -> None:
        name = str(after.get("userName"))
        if name == before.get("userName"):
            return
        if before and self._policy.user_name_fixed:
            raise read_only("userName")
        if self._policy.user_names_are_addresses and not _ADDRESS.fullmatch(name):
            raise invalid_value("userName has the form of an e-mail address")
        if self._policy.user_names_unique_over_tenants and self._resources.is_name_elsewhere(connection, name):
            raise taken_by_update("userName", self._policy) if before else taken("userName")

    def _find(self, connection: Connection, user_id: str, request: Request) -> Row:
        row = self._resources.find(connection, "User", user_id)
        if row is None:
            raise not_found()
        check_version(request, lambda: current_version(connection, row), self._policy)
        return row

    def _record(
        self,
        connection: Connection,
        activity: str,
        after: Document,
        vendor: str,
        changes: Changes | None = None,
    ) -> None:
        self._audit.append(
            connection,
            activity,
            subject=str(after.get("userName", "")),
            subject_type="User",
            performed_by=vendor,
            changes=changes or {},
        )


def _with_password(connection: Connection, row: Row) -> Row:
    """The user with a mark where her password is, if she has one: what a change can see of it."""
    return replace(row, document={**row.document, "password": _HELD}) if has_password(connection, row) else row


def _changes(before: Row, after: Row) -> Changes:
    moved: Changes = {} if before.source == after.source else {"source": (before.source, after.source)}
    return {**changes_between(before.document, after.document), **moved}


def changes_between(before: Document, after: Document) -> Changes:
    """Each attribute that differs, with its value before and after (IVANTI-017)."""
    names = [*after, *(name for name in before if name not in after)]
    return {
        name: (before.get(name), after.get(name))
        for name in names
        if name != "schemas" and before.get(name) != after.get(name)
    }
