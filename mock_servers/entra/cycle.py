"""One provisioning cycle, from the probe to the watermark, as one conversation (ENTRA-218…228).

The order of work is the documented one: probe, users, their references, groups, memberships. It works on a snapshot;
what it learns goes into `Links` object by object, so a cycle that is broken off loses nothing it has done.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from scimulate.mock_servers.entra import provisioning
from scimulate.mock_servers.entra.answers import ExportFailed, Resource
from scimulate.mock_servers.entra.connection import probe
from scimulate.mock_servers.entra.conversation import Conversation
from scimulate.mock_servers.entra.dialect import Dialect
from scimulate.mock_servers.entra.links import Link, Links
from scimulate.mock_servers.entra.log import Identity
from scimulate.mock_servers.entra.mapping import MANAGER, USER_MAPPING, AttributeMapping, mapped_group, mapped_user
from scimulate.mock_servers.entra.principals import Group, Snapshot, User
from scimulate.mock_servers.entra.provisioning import Exported, Kind
from scimulate.mock_servers.entra.scope import Entitled
from scimulate.mock_servers.entra.treatment import Treatment
from scimulate.mock_servers.entra.trouble import Told
from scimulate.mock_servers.entra.work import ACTIONS, Work, work_for_user, work_on_demand

UNRESOLVED = "UnableToResolveReferenceAttributeValue"


class CycleKind(StrEnum):
    """All objects, or those that changed since the watermark."""

    INITIAL = "Initial"
    INCREMENTAL = "Incremental"


@dataclass(frozen=True)
class CyclePlan:
    """What one cycle works from; nothing of it changes while the cycle runs."""

    kind: CycleKind
    began_at: datetime
    directory: Snapshot
    changed: frozenset[str]
    entitled: Entitled
    dialect: Dialect
    probe_names: tuple[str, str]
    provisions_groups: bool
    mapping: tuple[AttributeMapping, ...] = USER_MAPPING
    only: frozenset[str] | None = None
    """Provision on demand: these objects and no others. Nothing is remembered of how far the cycle looked."""

    def maps(self, target: str) -> bool:
        return any(row.target == target for row in self.mapping)


@dataclass(frozen=True)
class Quarantine:
    """Why the job has to be put in quarantine (ENTRA-271)."""

    code: str
    message: str
    reason: str = "EncounteredQuarantineException"
    told: Told | None = None
    """The class of what is wrong with the connection, whose label says it in other languages."""


@dataclass
class Cycle:
    """A cycle in progress. `record` receives a treatment once nothing more will be done to its object."""

    plan: CyclePlan
    links: Links
    record: Callable[[Treatment], None]
    _open: dict[str, Treatment] = field(default_factory=dict)
    _exported: dict[str, Resource] = field(default_factory=dict)
    _linked_ids: set[str] = field(default_factory=set)
    _escrowed: set[str] = field(default_factory=set)

    def talk(self) -> Conversation[Quarantine | None]:
        """Everything the cycle says; ends with the quarantine it leads to, or `None`."""
        probed = yield from probe(*self.plan.probe_names, groups=self.plan.provisions_groups)
        if not probed.succeeded:
            return Quarantine(probed.inner_code or probed.code, probed.message, told=probed.told)
        covered = self._covered()
        candidates = self._candidates(covered)
        try:
            yield from self._users(candidates)
            yield from self._references()
            self._close()
            yield from self._groups(candidates)
            yield from self._memberships()
        except ExportFailed as failure:
            message = str(failure.told) if failure.told else failure.reason
            return Quarantine(failure.code, message, told=failure.told)
        finally:
            self._close()
        if self.plan.only is None:
            self.links.watermark = self.plan.directory.sequence
            self.links.covered = covered
        return None

    def _covered(self) -> frozenset[tuple[str, bool]]:
        users = self.plan.directory.users
        return frozenset(
            {(user_id, users[user_id].is_active) for user_id in self.plan.entitled.users}
            | {(group_id, True) for group_id in self.plan.entitled.groups}
        )

    def _candidates(self, covered: frozenset[tuple[str, bool]]) -> Callable[[str], bool]:
        """Changed objects, objects whose scope changed, and due failures; in an initial cycle all (ENTRA-227)."""
        if self.plan.only is not None:
            return self.plan.only.__contains__
        if self.plan.kind is CycleKind.INITIAL:
            return lambda _: True
        moved = {principal_id for principal_id, _ in covered ^ self.links.covered}
        looked_at = self.plan.changed | moved | self.links.due(self.plan.began_at)
        return looked_at.__contains__

    @staticmethod
    def _in_order(known: Iterator[str], linked: dict[str, Link], wanted: Callable[[str], bool]) -> list[str]:
        """In the order of the directory; those that are only linked, because they are purged, after them."""
        return [principal_id for principal_id in dict.fromkeys((*known, *linked)) if wanted(principal_id)]

    def _users(self, candidates: Callable[[str], bool]) -> Conversation[None]:
        users = self.plan.directory.users
        self._linked_ids = {link.target_id for link in self.links.users.values()}
        for user_id in self._in_order(iter(users), self.links.users, candidates):
            user, link = users.get(user_id), self.links.users.get(user_id)
            work = work_for_user(user, user_id in self.plan.entitled.users, link)
            if self.plan.only is not None:
                work = work_on_demand(user, work)
            identity = _identity_of_user(user) if user else link.identity if link else None
            if work is Work.NOTHING or identity is None:
                self.links.escrows.pop(user_id, None)
                continue
            yield from self._treat(identity, work, self._user_treatment(user_id, user, work))

    def _groups(self, candidates: Callable[[str], bool]) -> Conversation[None]:
        groups = self.plan.directory.groups
        self._linked_ids = {link.target_id for link in self.links.groups.values()}
        for group_id in self._in_order(iter(groups), self.links.groups, candidates):
            link = self.links.groups.get(group_id)
            if group_id in self.plan.entitled.groups:
                group = groups[group_id]
                work = Work.BRING_IN if link is None else Work.UPDATE
                yield from self._treat(_identity_of_group(group), work, self._export_group(group, link))
            elif link is not None:
                yield from self._treat(link.identity, Work.DELETE, self._delete_group(group_id, link))
            elif self.plan.only is not None and group_id in groups:
                yield from self._treat(_identity_of_group(groups[group_id]), Work.SKIP, _nothing())

    def _references(self) -> Conversation[None]:
        """Managers, once everybody stands in the target (ENTRA-190), whose state is known from the first read."""
        if not self.plan.maps(MANAGER):
            self._exported.clear()
        for user_id, resource in self._exported.items():
            user, link = self.plan.directory.users[user_id], self.links.users[user_id]
            manager = self.links.users.get(user.manager_id) if user.manager_id else None
            if user.manager_id and manager is None:
                self._leave_unresolved(user_id, [user.manager_id], "manager")
                continue
            wanted = manager.target_id if manager else None
            change = provisioning.manager_change(resource, wanted, link.manager_sent is not None)
            if change is not None:
                try:
                    yield from provisioning.refer(link.target_id, change, self.plan.dialect)
                except ExportFailed as failure:
                    self._fail(self._open[user_id], failure)
                    continue
                self._open[user_id].wrote([change])
            link.manager_sent = wanted
        self._exported.clear()

    def _memberships(self) -> Conversation[None]:
        """Direct members that are users (ENTRA-184, ENTRA-616), after users and groups exist (ENTRA-222)."""
        users = self.plan.directory.users
        for group_id in self._exported:
            link = self.links.groups[group_id]
            members = [member for member in self.plan.directory.groups[group_id].members if member in users]
            if self.plan.only is not None:
                members = [member for member in members if member in self.plan.only]
            wanted = [self.links.users[member].target_id for member in members if member in self.links.users]
            sent = frozenset(link.members_sent)
            if self.plan.only is not None:
                # The members that were not asked for stay as they are (ENTRA-264).
                sent &= frozenset(wanted)
            try:
                for change in provisioning.member_changes(sent, wanted):
                    yield from provisioning.change_members(link.target_id, change, self.plan.dialect)
                    self._open[group_id].wrote_members(change.target_ids, change.added)
                    update = link.members_sent.update if change.added else link.members_sent.difference_update
                    update(change.target_ids)
            except ExportFailed as failure:
                self._fail(self._open[group_id], failure)
                continue
            missing = [member for member in members if member not in self.links.users]
            if missing:
                self._leave_unresolved(group_id, missing, "members")
        self._exported.clear()

    def _treat(self, identity: Identity, work: Work, talk: Conversation[Exported | None]) -> Conversation[None]:
        treatment = Treatment(identity, ACTIONS[work])
        self._open[identity.id] = treatment
        try:
            exported = yield from talk
        except ExportFailed as failure:
            self._fail(treatment, failure)
            if failure.quarantines:
                raise
            return
        treatment.ended(exported)

    def _user_treatment(self, user_id: str, user: User | None, work: Work) -> Conversation[Exported | None]:
        link = self.links.users.get(user_id)
        if user is not None and work in (Work.BRING_IN, Work.UPDATE):
            return (yield from self._export_user(user, link))
        if link is not None and work is Work.DISABLE:
            return (yield from self._disable(user_id, link))
        if link is not None and work is Work.DELETE:
            yield from provisioning.delete(Kind.USER, link.target_id)
            self.links.drop_user(user_id)
        if work is Work.FORGET:
            self.links.drop_user(user_id)
        return None

    def _export_user(self, user: User, link: Link | None) -> Conversation[Exported]:
        exported = yield from self._export(
            Kind.USER, mapped_user(user, self.plan.mapping), link, lambda: self.links.drop_user(user.id)
        )
        identity = _identity_of_user(user)
        known = self.links.users.get(user.id)
        if known is None:
            self.links.users[user.id] = Link(identity, exported.resource.id)
        else:
            known.identity, known.managed = identity, True
        self._exported[user.id] = exported.resource
        return exported

    def _export_group(self, group: Group, link: Link | None) -> Conversation[Exported]:
        exported = yield from self._export(
            Kind.GROUP, mapped_group(group), link, lambda: self.links.groups.pop(group.id, None)
        )
        known = self.links.groups.setdefault(group.id, Link(_identity_of_group(group), exported.resource.id))
        known.identity = _identity_of_group(group)
        self._exported[group.id] = exported.resource
        return exported

    def _export(
        self, kind: Kind, values: dict[str, str | bool], link: Link | None, unlink: Callable[[], object]
    ) -> Conversation[Exported]:
        if link is not None:
            try:
                return (yield from provisioning.bring_up_to_date(kind, link.target_id, values, self.plan.dialect))
            except ExportFailed as failure:
                if not self._is_lost(failure):
                    raise
            unlink()
            self._linked_ids.discard(link.target_id)
        exported = yield from provisioning.bring_in(kind, values, self._linked_ids, self.plan.dialect)
        self._linked_ids.add(exported.resource.id)
        return exported

    def _is_lost(self, failure: ExportFailed) -> bool:
        """After a restart a lost anchor is forgotten; before, it is a failure that advises one (ENTRA-055)."""
        return failure.code == "InvalidAnchor" and self.plan.kind is CycleKind.INITIAL

    def _disable(self, user_id: str, link: Link) -> Conversation[Exported | None]:
        if not self.plan.maps("active"):
            # Without the mapping nothing is sent (ENTRA-252).
            link.managed = user_id in self.plan.entitled.users
            return None
        disabled: dict[str, str | bool] = {"active": False}
        try:
            exported = yield from provisioning.bring_up_to_date(Kind.USER, link.target_id, disabled, self.plan.dialect)
        except ExportFailed as failure:
            if not self._is_lost(failure):
                raise
            self.links.drop_user(user_id)
            return None
        link.managed = user_id in self.plan.entitled.users
        return exported

    def _delete_group(self, group_id: str, link: Link) -> Conversation[None]:
        yield from provisioning.delete(Kind.GROUP, link.target_id)
        del self.links.groups[group_id]

    def _fail(self, treatment: Treatment, failure: ExportFailed) -> None:
        treatment.failed(failure.code, failure.reason)
        self._escrow(treatment.identity.id, failure.code)

    def _leave_unresolved(self, source_id: str, referred: list[str], attribute: str) -> None:
        """Somebody out of scope is left out for good (ENTRA-185, ENTRA-196); after a failure it is retried."""
        users = self.plan.directory.users
        treatment = self._open[source_id]
        names = ", ".join(users[user_id].display_name for user_id in referred)
        treatment.warned(UNRESOLVED, f"{attribute}: {names} cannot be referred to: not provisioned")
        if any(user_id in self.plan.entitled.users and users[user_id].is_active for user_id in referred):
            self._escrow(source_id, UNRESOLVED)

    def _escrow(self, source_id: str, code: str) -> None:
        self._escrowed.add(source_id)
        self.links.escrow(source_id, code, self.plan.began_at)

    def _close(self) -> None:
        for treatment in self._open.values():
            if treatment.status is None:
                continue
            if treatment.identity.id not in self._escrowed:
                self.links.escrows.pop(treatment.identity.id, None)
            self.record(treatment)
        self._open.clear()


def _nothing() -> Conversation[Exported | None]:
    return None
    yield


def _identity_of_user(user: User) -> Identity:
    return Identity(user.id, user.display_name, "User", user.user_principal_name)


def _identity_of_group(group: Group) -> Identity:
    return Identity(group.id, group.display_name, "Group")
