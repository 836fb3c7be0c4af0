"""Users over SCIM: create, replace, modify, delete, each as one change of the database with its audit row."""

import sqlite3
from collections.abc import Callable

from scimulate.mock_servers.portal.audit import AuditTrail
from scimulate.mock_servers.scim.document import Document, check_required, filtered_for_policy, read_document
from scimulate.mock_servers.scim.errors import ScimError, invalid_value, not_found, read_only, taken
from scimulate.mock_servers.scim.limits import parse_object
from scimulate.mock_servers.scim.messages import Change, Request, Response
from scimulate.mock_servers.scim.patch import apply, steps_of
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.preconditions import check_version
from scimulate.mock_servers.scim.projection import Projection
from scimulate.mock_servers.scim.representation import current_version, links_of, resource_response
from scimulate.mock_servers.scim.resources import LOCAL_SOURCE, Resources
from scimulate.mock_servers.scim.rows import Row
from scimulate.mock_servers.scim.schema import USER
from scimulate.mock_servers.scim.store import Connection


class Users:
    """The users of one tenant."""

    def __init__(self, resources: Resources, audit: AuditTrail, policy: Policy) -> None:
        self._resources = resources
        self._audit = audit
        self._policy = policy

    def create(self, request: Request, projection: Projection, vendor: str) -> Change:
        document = self._read(request)
        document.setdefault("active", True)  # D-089: who is not said to be inactive is active
        if self._policy.active_required and document["active"] is False:
            raise invalid_value("active is false: an inactive user cannot be provisioned")

        def change(connection: Connection) -> Response:
            row = self._insert(connection, document)
            self._record(connection, "User Created", row.document, vendor)
            links = links_of(self._resources, connection, row, projection)
            return resource_response(201, row, links, request.base_url, projection)

        return Change(change)

    def replace(self, user_id: str, request: Request, projection: Projection, vendor: str) -> Change:
        document = self._read(request)

        def replaced(row: Row) -> Document:
            # RFC 7644 §3.5.1 lets an omitted attribute keep its default: a disabled user is not enabled by silence.
            return {"active": row.document.get("active", True), **document}

        return self._modify(user_id, request, projection, vendor, replaced)

    def modify(self, user_id: str, request: Request, projection: Projection, vendor: str) -> Change:
        steps = steps_of(parse_object(request.body), USER, self._policy)

        def modified(row: Row) -> Document:
            document = filtered_for_policy(apply(row.document, steps, self._policy), self._policy)
            if "active" in row.document:
                document.setdefault("active", True)  # Taken away, it has its default again, and is shown: D-089.
            if self._is_complete(row.document):
                check_required(document, USER, self._policy)
            return document

        return self._modify(user_id, request, projection, vendor, modified)

    def delete(self, user_id: str, request: Request, vendor: str) -> Change:
        def change(connection: Connection) -> Response:
            row = self._find(connection, user_id, request)
            if self._policy.delete_disables:
                self._resources.update(connection, row, {**row.document, "active": False}, hidden=True)
                self._record(connection, "User Disabled", row.document, vendor)
            else:
                self._resources.delete(connection, row)
                self._record(connection, "User Deleted", row.document, vendor)
            return Response(204)

        return Change(change)

    def _read(self, request: Request) -> Document:
        document = read_document(parse_object(request.body), USER, self._policy)
        check_required(document, USER, self._policy)
        return filtered_for_policy(document, self._policy)

    def _is_complete(self, document: Document) -> bool:
        """A user made in the portal may lack what SCIM requires; it can still be disabled."""
        try:
            check_required(document, USER, self._policy)
        except ScimError:
            return False
        return True

    def _insert(self, connection: Connection, document: Document) -> Row:
        try:
            return self._resources.insert(connection, "User", document, source=self._policy.source)
        except sqlite3.IntegrityError as error:
            held = self._resources.find_user_by_name(connection, str(document["userName"]))
            if held is None:
                raise
            adopts = self._policy.adopts_local_users and held.source == LOCAL_SOURCE
            if not (held.hidden or adopts):
                raise taken("userName") from error
            return self._resources.update(connection, held, document, source=self._policy.source)

    def _modify(
        self,
        user_id: str,
        request: Request,
        projection: Projection,
        vendor: str,
        new_document: Callable[[Row], Document],
    ) -> Change:
        def change(connection: Connection) -> Response:
            row = self._find(connection, user_id, request)
            document = new_document(row)
            if document != row.document:
                self._check_user_name(row.document, document)
                row, before = self._update(connection, row, document), row.document
                self._record(connection, "User Edited", row.document, vendor, before)
            links = links_of(self._resources, connection, row, projection)
            return resource_response(200, row, links, request.base_url, projection)

        return Change(change)

    def _update(self, connection: Connection, row: Row, document: Document) -> Row:
        try:
            return self._resources.update(connection, row, document)
        except sqlite3.IntegrityError as error:
            raise taken("userName") from error

    def _check_user_name(self, before: Document, after: Document) -> None:
        if self._policy.user_name_fixed and before.get("userName") != after.get("userName"):
            raise read_only("userName")

    def _find(self, connection: Connection, user_id: str, request: Request) -> Row:
        row = self._resources.find(connection, "User", user_id)
        if row is None:
            raise not_found()
        check_version(request, lambda: current_version(self._resources, connection, row))
        return row

    def _record(
        self, connection: Connection, activity: str, after: Document, vendor: str, before: Document | None = None
    ) -> None:
        self._audit.append(
            connection,
            activity,
            subject=str(after.get("userName", "")),
            subject_type="User",
            performed_by=vendor,
            changes=changes_between(before, after) if before is not None else {},
        )


def changes_between(before: Document, after: Document) -> dict[str, tuple[object, object]]:
    """Each attribute that differs, with its value before and after (IVANTI-017)."""
    names = [*after, *(name for name in before if name not in after)]
    return {
        name: (before.get(name), after.get(name))
        for name in names
        if name != "schemas" and before.get(name) != after.get(name)
    }
