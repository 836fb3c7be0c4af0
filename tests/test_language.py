"""The words of both portals: one table, every label in use and in every language, and no word beside the table."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from scimulate.mock_servers import language
from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.language import Language, language_for, load_labels
from scimulate.mock_servers.portal.permissions import Role
from scimulate.mock_servers.scim.store import Database
from scimulate.mock_servers.tenants import Tenants
from tests.portal_routes import portal_of, routes
from tests.portal_site import Mdm

SERVERS = Path(language.__file__).parent
TEMPLATES = sorted(SERVERS.glob("**/*.html"))
SOURCES = [*sorted(SERVERS.glob("**/*.py")), *TEMPLATES]
WORDS_ALLOWED = frozenset({"SCIM", "URL", "JSON", "CSV", "CEF", "GUID", "ID"})
WORDED_ATTRIBUTES = ("placeholder", "aria-label", "title", "alt", "label")

LITERAL = re.compile(r"""["']([a-z][a-z_0-9]*(?:\.[a-z_0-9]+)+)["']""")
SAID = re.compile(r"""\b(?:t|say)\(\s*["']([a-z][a-z_0-9.]*[a-z0-9])["']\s*[,)]""")
PREFIX = re.compile(r"""["']((?:[a-z][a-z_0-9]*\.)+)["']\s*~|\bf["']((?:[a-z][a-z_0-9]*\.)+)\{""")
PAGE_ID = re.compile(r"\{% block page %\}.*?\{% endblock %\}")
ADDRESS = re.compile(r"\b(?:https://|urn:)[^\s\"<]+")
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


NAMES = frozenset(
    [
        *("SCIM", "URL", "JSON", "CSV", "CEF", "GUID", "ID", "IDP", "IdP", "LDAP", "MDM", "SAML", "SRE", "UTC"),
        *("Apple", "Azure", "Entra", "Microsoft", "Okta", "Roster", "Salesforce", "appleid", "json", "cef", "Generic"),
        *("English", "default", "admin", "Token", "Ada", "Grace", "Engineering", "badge"),
    ]
)
"""What a Japanese page shows in Latin letters: names of products, formats, people and tenants."""
DATA = re.compile(
    r"<code.*?</code>|<option[^>]*value=\"[^\"]+\"[^>]*>[^<]*</option>|\S+@\S+|https?://\S+|\$\{\w+\}|[0-9a-f-]{20,}",
    re.DOTALL,
)
PORTAL = portal_of(Tenants(Database(":memory:"), lambda _: VirtualClock()))


class Words(HTMLParser):
    """The words that a template says by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name in WORDED_ATTRIBUTES:
                self.handle_data(value or "")

    def handle_data(self, data: str) -> None:
        words = re.findall(r"[^\W\d_]+", data)
        if not WORDS_ALLOWED.issuperset(words):
            self.found.append(" ".join(data.split()))


class Text(Words):
    """The words of a page that was rendered."""

    def handle_data(self, data: str) -> None:
        self.found += [word for word in re.findall(r"[A-Za-z]+", DATA.sub("", data)) if word not in NAMES]


@pytest.fixture(scope="module")
def mdm() -> Iterator[Mdm]:
    """A tenant whose administrator has every role."""
    mdm = Mdm()
    mdm.sign_in(mdm.tenant, "admin", tuple(Role))
    yield mdm
    mdm.database.close()


@pytest.fixture(scope="module")
def known(mdm: Mdm) -> dict[str, str]:
    """Something for every list to show, and the id of it, by the place of that list."""
    ada, grace = mdm.provision("Ada"), mdm.provision("Grace", active=False)
    mdm.tenant.attributes.add("badge")
    return {
        "users": grace,
        "groups": mdm.provision_group("Engineering", [ada, grace]),
        "tokens": mdm.generate()["id"],
        "attributes": "badge",
        "audit": "1",
    }


def words_of(template: str) -> list[str]:
    reader = Words()
    reader.feed(ADDRESS.sub("", JINJA.sub("", PAGE_ID.sub("", template))))
    reader.close()
    return reader.found


def texts() -> Iterator[str]:
    return (source.read_text(encoding="utf-8") for source in SOURCES)


def test_every_label_that_is_said_exists() -> None:
    labels = load_labels()
    said = {label for text in texts() for label in SAID.findall(text)}
    assert said - {*labels} == set()
    assert len(said) > 50


def test_every_label_is_said() -> None:
    """By its id, or by an id or a prefix that the code completes with what it knows."""
    whole = "\n".join(texts())
    literal = set(LITERAL.findall(whole))
    prefixes = tuple({in_template or in_code for in_template, in_code in PREFIX.findall(whole)})
    refusals = {f"refused.{code}" for code in re.findall(r"""["']([a-z_]+)["']""", whole)}
    unused = [
        label
        for label in load_labels()
        if {label, label.rpartition(".")[0]}.isdisjoint(literal | refusals)
        and (label.startswith("refused.") or not label.startswith(prefixes))
    ]
    assert unused == []


def test_whatever_the_audit_trail_tells_has_a_label() -> None:
    """What is done there is kept in English, and worded for the reader."""
    done = "Created|Edited|Disabled|Enabled|Deleted|Renewed|Expired|Soon|Changed|Failed|Invited|Retired|Filed|Approved"
    acts = re.compile(rf'"([A-Z][A-Za-z ]+ (?:{done}|Locked|On|Off))"')
    told = {act for source in (SERVERS / "portal").glob("*.py") for act in acts.findall(source.read_text())}
    told -= {"Not Invited"}
    assert len(told) > 20
    assert {act for act in told if f"audit.activity.{act.lower().replace(' ', '_')}" not in load_labels()} == set()


def test_a_label_has_a_text_in_every_language() -> None:
    assert {
        label: sorted(each.texts) for label, each in load_labels().items() if len(each.texts) != len(Language)
    } == {}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: f"{template.parent.parent.name}/{template.name}")
def test_a_template_says_nothing_beside_the_labels(template: Path) -> None:
    assert words_of(template.read_text(encoding="utf-8")) == []


def test_words_in_a_template_are_seen() -> None:
    said = '<p title="Hello" class="card">{{ t("a.b") }} there<br>{% if x %}SCIM{% endif %}</p><b>削除</b>'
    assert words_of(said) == ["Hello", "there", "削除"]


@pytest.mark.parametrize(
    "entry",
    [
        '[a.b]\nen = "one"',
        '[a.b]\nen = "one"\nja = ""',
        '[a.b]\nen = "{count} of {all}"\nja = "{count}"',
        '[a.b]\nen = "one"\nja = "一"\nfr = "un"',
        '[a.b]\nen = "one"\nja = "一"\n[a.b.c]\nen = "two"',
    ],
)
def test_a_table_that_lacks_something_is_refused(tmp_path: Path, entry: str) -> None:
    (tmp_path / "words.toml").write_text(entry, encoding="utf-8")
    with pytest.raises(ValueError, match=r"words\.toml: a\.b"):
        load_labels(tmp_path)


def test_a_label_that_stands_twice_is_refused(tmp_path: Path) -> None:
    for name in ("one.toml", "two.toml"):
        (tmp_path / name).write_text('[a.b]\nen = "one"\nja = "一"', encoding="utf-8")
    with pytest.raises(ValueError, match=r"two\.toml: a\.b stands twice"):
        load_labels(tmp_path)


@pytest.mark.parametrize(
    ("chosen", "accepted", "spoken"),
    [
        (None, None, "en"),
        (None, "ja", "ja"),
        (None, "ja-JP,ja;q=0.9,en-US;q=0.8", "ja"),
        (None, "en-GB,ja;q=0.9", "en"),
        (None, "fr, ja;q=0.5, en;q=0.6", "en"),
        (None, "ja;q=0, en;q=0.1", "en"),
        (None, "de, fr", "en"),
        (None, "ja;q=high", "en"),
        (None, ";;;,=,ja;q", "en"),
        ("ja", "en", "ja"),
        ("en", "ja", "en"),
        ("klingon", "ja", "ja"),
        ("", "", "en"),
    ],
)
def test_the_choice_comes_before_the_browser_and_both_before_english(
    chosen: str | None, accepted: str | None, spoken: str
) -> None:
    assert language_for(chosen, accepted) == spoken


SEED_WORDS = {
    "nav.admin": "管理",
    "page.custom_attributes": "カスタム属性",
    "nav.azure_section": "Microsoft Azure",
    "nav.provisioning": "Entra IDユーザプロビジョニング",
    "token.generate": "生成",
    "token.copy": "コピー",
    "token.select": "選択",
    "token.activate": "アクティブに設定",
    "token.deactivate": "非アクティブに設定",
    "token.renew": "更新",
    "token.remove": "削除",
    "entra.provisioning": "プロビジョニング",
    "entra.tenant_url": "テナントURL",
    "entra.secret": "シークレットトークン",
    "entra.save": "保存",
    "nav.users": "ユーザ",
    "nav.groups": "ユーザグループ",
}


@pytest.mark.parametrize(("label", "japanese"), SEED_WORDS.items())
def test_the_words_of_the_documentation_are_used(label: str, japanese: str) -> None:
    assert load_labels().text(label, Language.JAPANESE) == japanese


@pytest.mark.parametrize("path", [path for method, path in routes(PORTAL) if method == "GET" and "/api/" not in path])
def test_a_japanese_page_speaks_japanese(mdm: Mdm, known: dict[str, str], path: str) -> None:
    address = re.sub(
        r"(\w+)/\{[a-z]+\}", lambda place: f"{place[1]}/{known[place[1]]}", path.replace("{action}", "renew")
    )
    page = mdm.client.send("GET", address, headers={"Accept-Language": "ja"})
    assert page.status_code in (200, 303, 400)
    if "html" in page.headers.get("content-type", ""):
        reader = Text()
        reader.feed(DATA.sub("", page.text.replace("<!doctype html>", "")))
        assert reader.found == []
