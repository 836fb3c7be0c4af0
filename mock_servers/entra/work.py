"""What the state of an object asks for: a pure table, before anything is said."""

from enum import Enum, auto
from typing import Final

from scimulate.mock_servers.entra.links import Link
from scimulate.mock_servers.entra.log import Action
from scimulate.mock_servers.entra.principals import User


class Work(Enum):
    """What a user's or group's state asks for."""

    NOTHING = auto()
    SKIP = auto()
    BRING_IN = auto()
    UPDATE = auto()
    DISABLE = auto()
    DELETE = auto()
    FORGET = auto()


def work_for_user(user: User | None, entitled: bool, link: Link | None) -> Work:
    """The deprovisioning matrix and its opposite (ENTRA-101, ENTRA-138…147, ENTRA-251…255)."""
    if user is None:
        return Work.NOTHING if link is None else Work.DELETE if link.managed else Work.FORGET
    if entitled and user.is_active:
        return Work.BRING_IN if link is None else Work.UPDATE
    if link is None:
        return Work.SKIP if entitled else Work.NOTHING
    return Work.DISABLE if link.managed else Work.NOTHING


def work_on_demand(user: User | None, work: Work) -> Work:
    """Who is disabled or deleted in the directory is left to the cycles (ENTRA-267); nothing to do is said."""
    if user is None or not user.is_active or work is Work.NOTHING:
        return Work.SKIP
    return work


ACTIONS: Final = {
    Work.SKIP: Action.OTHER,
    Work.FORGET: Action.OTHER,
    Work.BRING_IN: Action.CREATE,
    Work.UPDATE: Action.UPDATE,
    Work.DISABLE: Action.DISABLE,
    Work.DELETE: Action.DELETE,
}
