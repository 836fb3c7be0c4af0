"""The clock of the rehearsal. Time is virtual: nothing waits."""

from datetime import datetime, time, timedelta

from pytest_bdd import given, parsers, when

from scimulate.steps.world import World


def time_of_day(text: str) -> time:
    """ "09:40" or "09:39:59"."""
    return time.fromisoformat(text)


def on_the_day(world: World, text: str) -> datetime:
    """The time `text` on the day of the rehearsal, UTC."""
    return datetime.combine(world.clock.now().date(), time_of_day(text), world.clock.now().tzinfo)


@given(parsers.parse("each request of the provisioning service takes {minutes:d} minutes"))
def each_request_takes(world: World, minutes: int) -> None:
    world.overheard.takes_time = lambda: world.clock.advance(timedelta(minutes=minutes))


@given(parsers.parse("provisioning will be stopped at {moment}"))
def will_be_stopped(world: World, moment: str) -> None:
    world.clock.call_at(on_the_day(world, moment), world.application.stop)


@when(parsers.parse("the clock reaches {moment}"))
def clock_reaches(world: World, moment: str) -> None:
    world.clock.advance_to(on_the_day(world, moment))


@given(parsers.re(r"(?P<count>\d+) (?P<unit>seconds?|days?) (?:has|have) passed$"), converters={"count": int})
@when(parsers.re(r"(?P<count>\d+) (?P<unit>seconds?|days?) (?:passes|pass)$"), converters={"count": int})
def time_passes(world: World, count: int, unit: str) -> None:
    world.clock.advance(timedelta(**{f"{unit.rstrip('s')}s": count}))
