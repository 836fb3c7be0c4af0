"""Whose fault it is. Every error of the judge belongs to one of two families.

AssertionError
└── TargetFault            the endpoint broke a requirement
    └── StrangerWrite      the endpoint led us to a record that is not ours; the write was not sent
Exception
├── HarnessError           our mistake, bad settings, or an endpoint that cannot be reached
│   ├── SettingsError      a setting has a value that cannot work
│   └── TargetUnreachable  nobody answers, or the token is refused
└── NotApplicable          the endpoint says, or shows, that it lacks the capability
"""

import json
from typing import Any


def shown(value: Any) -> str:
    """A value as a failure shows it: text as it is, data as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


class TargetFault(AssertionError):
    """The endpoint broke `requirement`. `expected` and `actual` are data or a sentence; `exchanges` are numbers."""

    def __init__(
        self, requirement: str, action: str, *, expected: Any, actual: Any, exchanges: tuple[int, ...] = ()
    ) -> None:
        self.requirement = requirement
        self.action = action
        self.expected = expected
        self.actual = actual
        self.exchanges = exchanges
        super().__init__(str(self))

    def __str__(self) -> str:
        where = f" (exchange {', '.join(map(str, self.exchanges))})" if self.exchanges else ""
        return f"{self.requirement}: {self.action}: expected {shown(self.expected)}, got {shown(self.actual)}{where}"


class StrangerWrite(TargetFault):
    """A PUT, PATCH or DELETE was about to hit a resource that this run did not create. It was never sent."""


class HarnessError(Exception):
    """Not the endpoint's fault."""


class SettingsError(HarnessError):
    """A setting, by its one name, has a value that cannot work; the message says why and what is accepted."""

    def __init__(self, setting: str, problem: str) -> None:
        self.setting = setting
        self.problem = problem
        super().__init__(f"{setting}: {problem}")


class TargetUnreachable(HarnessError):
    """The endpoint does not answer as a SCIM endpoint for this token; nothing was judged."""


class NotApplicable(Exception):
    """The endpoint lacks the capability; `exchanges` are the numbers of those that proved it."""

    def __init__(self, reason: str, exchanges: tuple[int, ...] = ()) -> None:
        self.reason = reason
        self.exchanges = exchanges
        super().__init__(reason)
