"""The words of both portals: one table, every label in use and in every language, and no word beside the table."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from scimulate.mock_servers import language
from scimulate.mock_servers.language import Language, language_for, load_labels

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
