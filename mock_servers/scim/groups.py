"""Groups over SCIM. Memberships live in a table of their own, so one member more costs one row, whatever the size."""

from dataclasses import dataclass

from scimulate.mock_servers.portal.audit import AuditTrail
from scimulate.mock_servers.scim.document import (
    Document,
    check_own_id,
    check_required,
    coerce,
    read_document,
    with_omitted,
)
from scimulate.mock_servers.scim.errors import not_found, taken
from scimulate.mock_servers.scim.former_members import keep_as_former
from scimulate.mock_servers.scim.letter_case import without_case
from scimulate.mock_servers.scim.limits import parse_object
from scimulate.mock_servers.scim.links import users_in_no_other_group
from scimulate.mock_servers.scim.membership import Membership, member_ids
from scimulate.mock_servers.scim.messages import Change, Request, Response
from scimulate.mock_servers.scim.patch import Step, apply, steps_of
from scimulate.mock_servers.scim.preconditions import check_version
from scimulate.mock_servers.scim.projection import Projection
from scimulate.mock_servers.scim.representation import current_version, links_of, resource_headers, resource_response
from scimulate.mock_servers.scim.resources import FORMER_SOURCES, LOCAL_SOURCE, Resources, source_of
from scimulate.mock_servers.scim.rows import Row
from scimulate.mock_servers.scim.rules import Rules
from scimulate.mock_servers.scim.schema import GROUP
from scimulate.mock_servers.scim.store import Connection
from scimulate.mock_servers.scim.uniqueness import check_external_id, taken_by_update
from scimulate.mock_servers.scim.users import changes_between


@dataclass(frozen=True)
class _Given:
    """A group as it was sent."""

    body: dict[str, object]
    document: Document
    members: list[str] | None
    """None when nothing was said of them."""


class Groups:
    """The groups of one tenant."""

    def __init__(self, resources: Resources, audit: AuditTrail, rules: Rules) -> None:
        self._resources = resources
        self._audit = audit
        self._rules = rules
        self._policy = rules.policy

    def create(self, request: Request, projection: Projection, vendor: str) -> Change:
        given = self._read(request)

        def change(connection: Connection) -> Response:
            self._check_name(connection, None, given.document)
            check_external_id(self._resources, connection, "Group", None, given.document, self._policy)
            row = self._resources.insert(connection, "Group", given.document, source=source_of(vendor))
            Membership(self._resources, connection, row, self._policy).add(given.members or [])
            self._record(connection, "Group Created", row, vendor)
            links = links_of(connection, row, projection, self._policy)
            return resource_response(201, row, links, request.base_url, self._rules, projection)

        return Change(change)

    def replace(self, group_id: str, request: Request, projection: Projection, vendor: str) -> Change:
        given = self._read(request)
        check_own_id(given.body, group_id, self._policy)
        keeps = self._policy.readings.omitted_in_put == "kept"

        def change(connection: Connection) -> Response:
            row = self._find(connection, group_id, request)
            membership = Membership(self._resources, connection, row, self._policy)
            if given.members is not None or not keeps:
                membership.replace(given.members or [])
            document = with_omitted(row.document, given.body, given.document, GROUP) if keeps else given.document
            row = self._keep(connection, row, document, membership, vendor)
            links = links_of(connection, row, projection, self._policy)
            return resource_response(200, row, links, request.base_url, self._rules, projection)

        return Change(change)

    def modify(self, group_id: str, request: Request, projection: Projection, vendor: str) -> Change:
        steps = steps_of(parse_object(request.body), GROUP, self._policy, group_id)
        of_members = [step for step in steps if _is_of_members(step)]
        of_document = [step for step in steps if not _is_of_members(step)]

        def change(connection: Connection) -> Response:
            row = self._find(connection, group_id, request)
            document = apply(row.document, of_document, self._policy)
            membership = Membership(self._resources, connection, row, self._policy)
            for step in of_members:
                membership.apply(step)
            row = self._keep(connection, row, document, membership, vendor)
            if projection.is_default:
                # ENTRA-180, D-179: the answer does not grow with the group.
                return Response(204, b"", resource_headers(row, (), request.base_url, self._rules))
            links = links_of(connection, row, projection, self._policy)
            return resource_response(200, row, links, request.base_url, self._rules, projection)

        return Change(change)

    def delete(self, group_id: str, request: Request, vendor: str) -> Change:
        def change(connection: Connection) -> Response:
            row = self._find(connection, group_id, request)
            if self._policy.cascade_group_delete:
                self._disable_members(connection, row, vendor)
            if self._policy.readings.deleted_members_stay:
                keep_as_former(connection, row)
            self._resources.delete(connection, row)
            self._record(connection, "Group Deleted", row, vendor)
            return Response(204)

        return Change(change)

    def _read(self, request: Request) -> _Given:
        body = parse_object(request.body)
        members = [value for key, value in body.items() if key.lower() == "members"]
        rest = {key: value for key, value in body.items() if key.lower() != "members"}
        document = read_document(rest, GROUP, self._policy)
        check_required(document, GROUP, self._policy)
        if members and self._policy.readings.unknown_in_body_refused:
            coerce(GROUP.attributes["members"], members[-1], self._policy)
        return _Given(body, document, member_ids(members[-1]) if members else None)

    def _keep(self, connection: Connection, row: Row, document: Document, membership: Membership, vendor: str) -> Row:
        """The row after the change; nothing is written where nothing differs."""
        changes = changes_between(row.document, document)
        adopted = self._policy.adopts_local_users and row.source in FORMER_SOURCES
        source = source_of(vendor) if adopted else row.source
        if source != row.source:
            changes["source"] = (row.source, source)
        if not changes and not membership.changed:
            return row
        check_external_id(self._resources, connection, "Group", row, document, self._policy)
        if "displayName" in changes:
            self._check_name(connection, row, document)
        if membership.changed:
            changes["members"] = (None, f"{membership.added} added, {membership.removed} removed")
        kept = self._resources.update(connection, row, document, source=source)
        self._record(connection, "Group Edited", kept, vendor, changes)
        return kept

    def _check_name(self, connection: Connection, own: Row | None, document: Document) -> None:
        """Refuse a name that another group has, whatever its source."""
        if not self._policy.duplicate_group_names_refused:
            return
        name = without_case(str(document["displayName"]))
        held = self._resources.find_equal(connection, "Group", "display_name", name)
        if any(own is None or group.number != own.number for group in held):
            raise taken("displayName") if own is None else taken_by_update("displayName", self._policy)

    def _disable_members(self, connection: Connection, group: Row, vendor: str) -> None:
        for user in users_in_no_other_group(connection, group):
            if user.active:
                self._resources.update(connection, user, {**user.document, "active": False})
                self._audit.append(
                    connection,
                    "User Disabled",
                    subject=str(user.document.get("userName", "")),
                    subject_type="User",
                    performed_by=vendor,
                )

    def _find(self, connection: Connection, group_id: str, request: Request) -> Row:
        row = self._resources.find(connection, "Group", group_id)
        if row is None:
            raise not_found()
        if self._policy.duplicate_group_names_refused and row.source == LOCAL_SOURCE:
            raise taken("displayName")
        check_version(request, lambda: current_version(connection, row), self._policy)
        return row

    def _record(
        self,
        connection: Connection,
        activity: str,
        row: Row,
        vendor: str,
        changes: dict[str, tuple[object, object]] | None = None,
    ) -> None:
        self._audit.append(
            connection,
            activity,
            subject=str(row.document.get("displayName", "")),
            subject_type="Group",
            performed_by=vendor,
            changes=changes or {},
        )


def _is_of_members(step: Step) -> bool:
    return step.path.attribute is not None and step.path.attribute.name == "members"
