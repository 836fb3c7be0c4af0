"""The MDM tenant itself: which rules it follows where products, or readings of one product's pages, differ."""

from pytest_bdd import given, parsers

from scimulate.steps.world import World

RULE_VALUES = {"on": True, "off": False}


@given(parsers.re(r'the rule "(?P<rule>\w+)" of the MDM is (?P<value>on|off)$'))
def rule_is(world: World, rule: str, value: str) -> None:
    world.the_tenant().control("PUT", "/policy", {rule: RULE_VALUES[value]})
