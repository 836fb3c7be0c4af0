"""What one worker measured in one phase, and how the figures of several workers become one.

Everything here is additive, of bounded size, and travels between processes as plain lists and numbers.
"""

from dataclasses import dataclass, field
from typing import Any, Self

from scimulate.load.latency import Histogram

EXAMPLES = 100


@dataclass
class Tally:
    """How often something happened, and to which objects ("user 734512"), as far as there is room."""

    count: int = 0
    subjects: list[str] = field(default_factory=list)

    def note(self, subject: str, count: int = 1) -> None:
        self.count += count
        if len(self.subjects) < EXAMPLES:
            self.subjects.append(subject)

    def add(self, other: Self) -> None:
        self.count += other.count
        self.subjects = [*self.subjects, *other.subjects][:EXAMPLES]

    def to_json(self) -> dict[str, Any]:
        return {"count": self.count, "subjects": self.subjects}


@dataclass
class Second:
    """What ended within one second of the wall clock."""

    requests: int = 0
    errors: int = 0
    service: Histogram = field(default_factory=Histogram)

    def add(self, other: Self) -> None:
        self.requests += other.requests
        self.errors += other.errors
        self.service.add(other.service)


@dataclass
class Figures:
    """Times are in microseconds; `seconds` is keyed by the second of the epoch."""

    objects: int = 0
    """Worked on, whatever came of it."""
    provisioned: int = 0
    """At the endpoint now, under a known id."""
    created: int = 0
    """Of those, the ones that were not there before."""
    requests: int = 0
    service: Histogram = field(default_factory=Histogram)
    from_planned_start: Histogram = field(default_factory=Histogram)
    seconds: dict[int, Second] = field(default_factory=dict)
    errors: dict[str, Tally] = field(default_factory=dict)
    discrepancies: dict[str, Tally] = field(default_factory=dict)
    planned_seconds: float = 0.0
    taken_seconds: float = 0.0

    def record(self, second: int, service: int, from_planned_start: int | None, failed: bool) -> None:
        """One request that has ended; without a schedule there is no planned start."""
        self.requests += 1
        self.service.record(service)
        if from_planned_start is not None:
            self.from_planned_start.record(from_planned_start)
        slot = self.seconds.setdefault(second, Second())
        slot.requests += 1
        slot.errors += failed
        slot.service.record(service)

    def note_error(self, kind: str, subject: str) -> None:
        self.errors.setdefault(kind, Tally()).note(subject)

    def note_discrepancy(self, kind: str, subject: str, count: int = 1) -> None:
        self.discrepancies.setdefault(kind, Tally()).note(subject, count)

    def add(self, other: Self) -> None:
        self.objects += other.objects
        self.provisioned += other.provisioned
        self.created += other.created
        self.requests += other.requests
        self.service.add(other.service)
        self.from_planned_start.add(other.from_planned_start)
        self.planned_seconds += other.planned_seconds
        self.taken_seconds += other.taken_seconds
        for second, slot in other.seconds.items():
            self.seconds.setdefault(second, Second()).add(slot)
        for kind, tally in other.errors.items():
            self.errors.setdefault(kind, Tally()).add(tally)
        for kind, tally in other.discrepancies.items():
            self.discrepancies.setdefault(kind, Tally()).add(tally)

    def to_message(self) -> dict[str, Any]:
        return {
            "objects": self.objects,
            "provisioned": self.provisioned,
            "created": self.created,
            "requests": self.requests,
            "service": self.service.to_pairs(),
            "from_planned_start": self.from_planned_start.to_pairs(),
            "seconds": [[at, slot.requests, slot.errors, slot.service.to_pairs()] for at, slot in self.seconds.items()],
            "errors": {kind: [tally.count, tally.subjects] for kind, tally in self.errors.items()},
            "discrepancies": {kind: [tally.count, tally.subjects] for kind, tally in self.discrepancies.items()},
            "planned_seconds": self.planned_seconds,
            "taken_seconds": self.taken_seconds,
        }

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Self:
        return cls(
            objects=message["objects"],
            provisioned=message["provisioned"],
            created=message["created"],
            requests=message["requests"],
            service=Histogram.from_pairs(message["service"]),
            from_planned_start=Histogram.from_pairs(message["from_planned_start"]),
            seconds={
                at: Second(requests, errors, Histogram.from_pairs(pairs))
                for at, requests, errors, pairs in message["seconds"]
            },
            errors={kind: Tally(count, subjects) for kind, (count, subjects) in message["errors"].items()},
            discrepancies={
                kind: Tally(count, subjects) for kind, (count, subjects) in message["discrepancies"].items()
            },
            planned_seconds=message["planned_seconds"],
            taken_seconds=message["taken_seconds"],
        )
