"""Faults of the SCIM endpoint, as the control surface is told them and tells them."""

from dataclasses import asdict

from scimulate.mock_servers.control_messages import ControlRefused, check_keys
from scimulate.mock_servers.scim.traffic import FAULT_NAMES, LONGEST_DELAY_SECONDS, Fault

_KEYS = ("match", "fault", "after", "times", "probability", "seed", "retry_after", "seconds")


def read_faults(value: object) -> list[Fault]:
    """The faults of a PUT body."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ControlRefused(400, "faults are a list of objects")
    return [_read_fault(one) for one in value]


def _read_fault(value: dict[str, object]) -> Fault:
    match = value.get("match", {})
    if not isinstance(match, dict):
        raise ControlRefused(400, "match is an object with method and path")
    check_keys(value, _KEYS)
    check_keys(match, ("method", "path"))
    name = value.get("fault")
    if not isinstance(name, str) or name not in FAULT_NAMES:
        raise ControlRefused(400, f"fault is one of {', '.join(FAULT_NAMES)}")
    return Fault(
        name,
        _string(match.get("method"), "method"),
        _string(match.get("path"), "path"),
        after=_whole(value.get("after", 0), "after"),
        times=None if value.get("times") is None else _whole(value["times"], "times"),
        probability=_number(value.get("probability", 1), "probability", 1),
        seed=_whole(value.get("seed", 0), "seed"),
        retry_after=None if value.get("retry_after") is None else _whole(value["retry_after"], "retry_after"),
        seconds=_number(value.get("seconds", 1), "seconds", LONGEST_DELAY_SECONDS),
    )


def shown_fault(fault: Fault) -> dict[str, object]:
    shown = asdict(fault)
    match = {"method": shown.pop("method"), "path": shown.pop("path")}
    return {"match": match, "fault": shown.pop("name"), **shown}


def _string(value: object, name: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ControlRefused(400, f"{name} is a string")
    return value


def _whole(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ControlRefused(400, f"{name} is a whole number, 0 or more")
    return value


def _number(value: object, name: str, largest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= largest:
        raise ControlRefused(400, f"{name} is a number from 0 to {largest:g}")
    return float(value)
