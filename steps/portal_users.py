"""The pages Users and User Groups: what an administrator reads there."""

from typing import Any, Protocol

from scimulate.steps.portal_calls import PortalCalls


class UserArea(Protocol):
    def find(self, search: str) -> list[dict[str, Any]]: ...

    def count(self) -> int: ...


class UsersByCalls:
    """The area through the JSON surface."""

    def __init__(self, calls: PortalCalls) -> None:
        self._calls = calls

    def find(self, search: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._calls.read("/users", search=search)["users"]
        return rows

    def count(self) -> int:
        total: int = self._calls.read("/users")["total"]
        return total


class GroupArea(Protocol):
    def find(self, search: str) -> list[dict[str, Any]]: ...


class GroupsByCalls:
    """The area through the JSON surface."""

    def __init__(self, calls: PortalCalls) -> None:
        self._calls = calls

    def find(self, search: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._calls.read("/groups", search=search)["groups"]
        return rows
