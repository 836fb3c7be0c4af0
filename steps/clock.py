"""The clock of the rehearsal. Time is virtual: nothing waits."""

from datetime import datetime, time

from pytest_bdd import parsers, when

from scimulate.steps.world import World


def time_of_day(text: str) -> time:
    """ "09:40" or "09:39:59"."""
    return time.fromisoformat(text)


def on_the_day(world: World, text: str) -> datetime:
    """The time `text` on the day of the rehearsal, UTC."""
    return datetime.combine(world.clock.now().date(), time_of_day(text), world.clock.now().tzinfo)


@when(parsers.parse("the clock reaches {moment}"))
def clock_reaches(world: World, moment: str) -> None:
    world.clock.advance_to(on_the_day(world, moment))
