"""Filters: the grammar of RFC 7644 §3.4.2.2 and what it finds."""

import sys
from collections.abc import Callable, Iterator
from types import FrameType

import pytest

from scimulate.mock_servers.scim.errors import ScimError
from scimulate.mock_servers.scim.filter import And, Compare, Filter, Not, Or, Present, ValuePath, parse
from scimulate.mock_servers.scim.matching import predicate
from scimulate.mock_servers.scim.policy import POLICIES
from scimulate.mock_servers.scim.schema import USER as USER_TYPE
from tests.scim_tenant import ENTERPRISE, ScimTenant, scim_tenant


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('userName eq "ada"', Compare("userName", "eq", "ada")),
        ('USERNAME EQ "ada"', Compare("USERNAME", "eq", "ada")),
        ("active eq true", Compare("active", "eq", True)),
        ("active ne null", Compare("active", "ne", None)),
        ("title pr", Present("title")),
        ("n gt -1.5e2", Compare("n", "gt", -150.0)),
        ('displayName eq "a b) \\"c\\" \\\\ \\u00e9"', Compare("displayName", "eq", 'a b) "c" \\ é')),
        ("a pr or b pr and c pr", Or((Present("a"), And((Present("b"), Present("c")))))),
        ("not(a pr) and b pr", And((Not(Present("a")), Present("b")))),
        ("not (a pr or b pr)", Not(Or((Present("a"), Present("b"))))),
        ('emails[type eq "work"]', ValuePath("emails", Compare("type", "eq", "work"))),
        (
            'emails[type eq "work" and (primary eq true)].value sw "a"',
            ValuePath(
                "emails",
                And((Compare("type", "eq", "work"), Compare("primary", "eq", True))),
                Compare("value", "sw", "a"),
            ),
        ),
        (f'{ENTERPRISE}:manager.value eq "1"', Compare(f"{ENTERPRISE}:manager.value", "eq", "1")),
        ('not eq "x"', Compare("not", "eq", "x")),
    ],
)
def test_a_filter_is_read_as(text: str, tree: Filter) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    "text",
    [
        "",
        "userName",
        "userName eq",
        "userName eq ada",
        "userName eq 'ada'",
        'userName eq "ada',
        'userName regex "a.*"',
        'userName eq "a" and',
        'userName eq "a" userName eq "b"',
        '(userName eq "a"',
        'userName eq "a")',
        "emails[type pr",
        'emails[addresses[type eq "a"]]',
        "not title pr",
        'a..b eq "x"',
        'userName eq "\\x"',
        'userName eq "\\ud800"',
        'a eq"b"',
        'a eq "b"and c pr',
        'a eq "b""c"',
        "a eq 01",
        "a eq NaN",
        "(" * 21 + "a pr" + ")" * 21,
        " and ".join(["a pr"] * 51),
        'a eq "' + "x" * 8200 + '"',
    ],
    ids=lambda text: text[:30],
)
def test_a_bad_filter_is_refused(text: str) -> None:
    with pytest.raises(ScimError) as refused:
        parse(text)
    assert (refused.value.status, refused.value.scim_type) == (400, "invalidFilter")
    assert "ada" not in refused.value.detail


_ABYSSES = {
    "parentheses": "(" * 100_000 + "a pr" + ")" * 100_000,
    "negations": "not (" * 100_000 + "a pr" + ")" * 100_000,
    "brackets": "a[" * 100_000 + "a pr" + "]" * 100_000,
    "alternatives": " or ".join(["a pr"] * 131_072),
    "a string without end": 'a eq "' + "\\" * 1_048_576,
    "a name without end": "urn:" + "a:" * 524_288 + "b..",
    "spaces": " " * 1_048_576 + "\x01",
}


@pytest.mark.parametrize("text", _ABYSSES.values(), ids=_ABYSSES)
def test_a_bottomless_filter_is_refused(text: str) -> None:
    """By its length where it is too long, and the part of it that is short enough by its depth or its form."""
    for given in (text, text[:8192]):
        with pytest.raises(ScimError) as refused:
            parse(given)
        assert (refused.value.status, refused.value.scim_type) == (400, "invalidFilter")


class _Steps:
    """Counts the lines of ours that run: work, and not time."""

    def __init__(self) -> None:
        self.taken = 0

    def __call__(self, frame: FrameType, event: str, arg: object) -> "_Steps":
        self.taken += event == "line"
        return self


def _steps_of(text: str) -> int:
    steps = _Steps()
    before = sys.gettrace()
    sys.settrace(steps)
    try:
        parse(text)
    except ScimError:
        pass
    finally:
        sys.settrace(before)
    return steps.taken


def test_what_is_too_deep_is_left_where_it_becomes_so() -> None:
    """The depth is counted on the way: what comes after the limit is not looked into."""
    assert _steps_of("(" * 8000) < 1.1 * _steps_of("(" * 4000)
    assert _steps_of(" or ".join(["a pr"] * 1000)) < 1.1 * _steps_of(" or ".join(["a pr"] * 500))


_TWICE: dict[str, Callable[[int], str]] = {
    "terms": lambda times: " or ".join(["a pr"] * times),
    "tokens": lambda times: "a pr " + "and " * times,
    "escapes": lambda times: 'a eq "' + "\\n" * times,
}


def test_the_work_grows_with_the_length_alone() -> None:
    for form in _TWICE.values():
        assert _steps_of(form(40)) < 2.2 * _steps_of(form(20)) + 50


def test_the_limits_themselves_are_allowed() -> None:
    assert parse("(" * 20 + "a pr" + ")" * 20) == Present("a")
    assert parse(" or ".join(["a pr"] * 50)) == Or((Present("a"),) * 50)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[ScimTenant]:
    with scim_tenant() as tenant:
        work, home = {"type": "work", "value": "Ada@x"}, {"type": "home", "value": "ada@Y", "primary": True}
        manager = tenant.create_user("boss@contoso.test", title="Head")
        tenant.create_user(
            "Ada@contoso.test",
            externalId="EX-1",
            displayName="Ada Lovelace",
            emails=[work, home],
            **{ENTERPRISE: {"department": "Maths", "manager": manager["id"]}},
        )
        tenant.create_user("grace+o'neil@contoso.test", active=False, displayName='The "Amazing" \\ Grace')
        yield tenant


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('userName eq "ADA@CONTOSO.TEST"', ["ada"]),
        ('username EQ "ada@contoso.test"', ["ada"]),
        ('userName eq "ada"', []),
        ('userName eq "ada*"', []),
        ('userName eq "grace+o\'neil@contoso.test"', ["grace"]),
        ('urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ada@contoso.test"', ["ada"]),
        ('externalId eq "EX-1"', ["ada"]),
        ('externalId eq "ex-1"', []),
        ('displayName eq "the \\"amazing\\" \\\\ grace"', ["grace"]),
        ('userName eq "ADA@contoso.test" and active eq true', ["ada"]),
        ('userName eq "ada@contoso.test" and active eq false', []),
        ('userName ne "ada@contoso.test"', ["boss", "grace"]),
        ('userName sw "AD" or title pr', ["boss", "ada"]),
        ('userName co "NEIL"', ["grace"]),
        ('userName ew ".test" and not (title pr)', ["ada", "grace"]),
        ('title ne "x"', ["boss", "ada", "grace"]),
        ("title eq null", ["ada", "grace"]),
        ('active eq "False"', ["grace"]),
        ('emails eq "ada@x"', ["ada"]),
        ('emails.value eq "ADA@X"', ["ada"]),
        ('emails[type eq "work" and value ew "@y"]', []),
        ('emails[type eq "home" and value ew "@y"]', ["ada"]),
        ('emails[type eq "work"].value eq "ada@x"', ["ada"]),
        ('emails[type eq "work"].value eq "ada@y"', []),
        ('emails[primary eq "True"].value eq "ada@y"', ["ada"]),
        ("emails pr", ["ada"]),
        (f'{ENTERPRISE}:department eq "maths"', ["ada"]),
        (f"{ENTERPRISE}:manager pr", ["ada"]),
        ('meta.created ge "2026-01-05T10:00:00+01:00"', ["boss", "ada", "grace"]),
        ('meta.created lt "2026-01-05T09:00:00Z"', []),
        ('schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"', ["ada"]),
        ('userName gt "b" and userName lt "c"', ["boss"]),
    ],
)
def test_a_filter_finds(endpoint: ScimTenant, text: str, found: list[str]) -> None:
    names = [name.lower().split("@")[0].split("+")[0] for name in endpoint.user_names(filter=text)]
    assert names == found


@pytest.mark.parametrize(
    "text",
    [
        'shoeSize eq "9"',
        'active gt "true"',
        "active co true",
        "active eq 1",
        'name eq "Ada"',
        "userName eq 1",
        'x509Certificates.value gt "TQ=="',
        'meta.created gt "yesterday"',
        "title gt null",
        'userName[type eq "x"]',
        " ",
    ],
)
def test_a_filter_without_meaning_is_refused_on_any_server(endpoint: ScimTenant, text: str) -> None:
    assert endpoint.send("GET", "/Users", filter=text).error == (400, "invalidFilter")


def test_a_manager_is_found_by_its_id(endpoint: ScimTenant) -> None:
    boss = endpoint.send("GET", "/Users", filter='userName eq "boss@contoso.test"').body["Resources"][0]
    text = f'{ENTERPRISE}:manager eq "{boss["id"]}"'
    assert endpoint.user_names(filter=text) == ["Ada@contoso.test"]


def test_a_quoted_boolean_is_refused_by_the_strict_policy() -> None:
    with scim_tenant("strict") as tenant:
        assert tenant.send("GET", "/Users", filter='active eq "True"').error == (400, "invalidFilter")


@pytest.mark.parametrize(
    ("document", "text", "is_found"),
    [
        ({"title": ""}, "title pr", False),
        ({"title": None}, "title pr", False),
        ({"title": "x"}, "title pr", True),
        ({"emails": [{"value": ""}, {"value": None}, {}]}, "emails pr", False),
        ({"emails": [{"value": ""}, {"type": "work"}]}, "emails pr", True),
        ({"name": {"givenName": ""}}, "name pr", False),
        ({"name": {"givenName": ""}}, "name eq null", True),
        ({"name": {"givenName": "Ada"}}, "name eq null", False),
        ({"name": {"givenName": "Ada"}}, "name ne null", True),
        ({"active": False}, "active pr", True),
        ({}, "addresses eq null", True),
    ],
    ids=str,
)
def test_a_value_is_present_by_what_is_in_it(document: dict[str, object], text: str, is_found: bool) -> None:
    """RFC 7644 Table 3; a complex attribute has no value to compare with, but it may be compared with none."""
    assert predicate(parse(text), [USER_TYPE], POLICIES["entra"])(document) is is_found
