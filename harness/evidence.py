"""Evidence: what was sent and what came back, as it may be shown to anyone.

An `Exchange` is already redacted and masked when it is made; the raw answer goes to the caller and is never kept.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Exchange:
    """One request and its answer. `number` is unique in a run, over all its processes."""

    number: int
    actor: str
    scenario: str
    started_at: datetime
    seconds: float
    method: str
    url: str
    request_headers: Headers
    request_body: str
    status: int | None = None
    response_headers: Headers = ()
    response_body: str = ""
    failure: str | None = None
    """Why there is no answer ("refused before sending", "timed out after 30 s", …); None when there is one."""
    attempt: int = 1

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "started_at": self.started_at.isoformat()}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Self:
        return cls(
            **{
                **row,
                "started_at": datetime.fromisoformat(row["started_at"]),
                "request_headers": tuple((name, value) for name, value in row["request_headers"]),
                "response_headers": tuple((name, value) for name, value in row["response_headers"]),
            }
        )

    def to_line(self) -> str:
        return json.dumps(self.to_json(), ensure_ascii=False, separators=(",", ":")) + "\n"
