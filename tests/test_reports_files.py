"""report.html, junit.xml, summary.md and evidence.har: whole, and harmless whatever an endpoint said."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from scimulate.harness.findings import Summary, sum_up
from scimulate.harness.profile import load_profile
from scimulate.harness.verdict import ScenarioRecord
from scimulate.reports.artifacts import ARTIFACTS, append_step_summary, write_all
from scimulate.reports.har import har
from scimulate.reports.html import report_html
from scimulate.reports.junit import junit_xml
from scimulate.reports.result import Cleanup
from scimulate.reports.summary import literal, summary_markdown
from tests.observed_run import CATALOGUE, HOSTILE, exchange, fault, record, run

STEERING = ("\x1b", "\x9b", "\u202e", "\x00", "\ud800")


def summed(*records: ScenarioRecord) -> Summary:
    return sum_up(records, CATALOGUE, load_profile("entra"), False, [exchange(7)])


EVERYTHING = (
    fault("Nobody", "ENTRA-105", broke="ENTRA-105"),
    fault("Case", "ENTRA-107", broke="ENTRA-107"),
    fault("Grace", "SEED-054", broke="ENTRA-105", outcome="blocked"),
    record("Ada", "SEED-049"),
    record("Again", "SEED-049", retried=True),
    record("Token", "SEED-066", outcome="not_applicable", reason="no portal"),
    record("Oops", "ENTRA-498", outcome="harness_error", reason="KeyError: 'x'"),
)


def hostile_summary() -> Summary:
    scenario = fault(HOSTILE, "SEED-049", broke="SEED-049", actual=HOSTILE, expected={HOSTILE: HOSTILE}, step=HOSTILE)
    others = [
        record(HOSTILE + "2", "SEED-054", outcome="not_applicable", reason=HOSTILE),
        record(HOSTILE + "3", "ENTRA-105", outcome="harness_error", reason=HOSTILE),
        fault(HOSTILE + "4", "ENTRA-107", broke="ENTRA-107", actual=HOSTILE, readings={HOSTILE: HOSTILE}),
    ]
    return summed(scenario, *others)


HOSTILE_RUN = run(url=f"https://scim.example.com/{HOSTILE}", cleanup=Cleanup(1, 0, (HOSTILE,)))
HOSTILE_EXCHANGE = exchange(
    7,
    url=f"https://scim.example.com/{HOSTILE}",
    request_body=HOSTILE,
    response_headers=((HOSTILE, HOSTILE), ("Content-Type", HOSTILE)),
    response_body=HOSTILE,
)


class Elements(HTMLParser):
    """What a browser would make of a page: its elements, their attributes, and the text of scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_asks_the_network_for_nothing() -> None:
    elements = Elements(report_html(run(), summed(*EVERYTHING), [exchange(7)], CATALOGUE))
    asking = {"src", "srcset", "action", "poster", "data", "style", "onclick", "onload", "onerror"}
    assert [
        tag for tag, attributes in elements.tags if asking & set(attributes) or tag in ("link", "img", "iframe")
    ] == []
    assert {str(attributes["href"])[0] for _, attributes in elements.tags if "href" in attributes} == {"#"}
    (policy,) = [a["content"] for tag, a in elements.tags if tag == "meta" and "http-equiv" in a]
    assert policy is not None
    assert re.sub("sha256-[A-Za-z0-9+/=]{44}", "…", policy) == (
        "default-src 'none'; script-src '…'; style-src '…'; base-uri 'none'; form-action 'none'"
    )


def test_the_page_tells_findings_and_requirements() -> None:
    page = report_html(run(), summed(*EVERYTHING), [exchange(7)], CATALOGUE)
    elements = Elements(page)
    rows = {
        attributes["id"]: attributes["data-verdict"] for tag, attributes in elements.tags if tag == "tr" and attributes
    }
    assert rows == {
        "ENTRA-105": "failed",
        "ENTRA-107": "warning",
        "ENTRA-498": "harness_error",
        "SEED-049": "passed",
        "SEED-054": "not_tested",
        "SEED-066": "not_applicable",
    }
    links = [str(attributes["href"])[1:] for tag, attributes in elements.tags if tag == "a"]
    assert [link for link in links if link not in rows] == []
    for text in ("why ENTRA-105", "fix ENTRA-105", "source of ENTRA-105", "Exchange 7: GET", "$SCIMULATE_TOKEN"):
        assert text in page
    assert page.count("<article") == 2


def test_a_page_without_findings_says_so() -> None:
    assert "Every requirement that was tested holds." in report_html(
        run(), summed(record("a", "SEED-049")), [], CATALOGUE
    )
    assert "Nothing was tested, so there is nothing to report." in report_html(run(), summed(), [], CATALOGUE)


def test_what_an_endpoint_says_is_text_on_the_page() -> None:
    page = report_html(HOSTILE_RUN, hostile_summary(), [HOSTILE_EXCHANGE], CATALOGUE)
    elements = Elements(page)
    assert [tag for tag, _ in elements.tags].count("script") == 1
    assert not any(sign in page for sign in STEERING)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\\u001b[31mred" in page


def test_a_long_answer_is_cut_and_the_har_has_it_all() -> None:
    page = report_html(run(), summed(*EVERYTHING), [exchange(7, response_body="x" * 100_000)], CATALOGUE)
    assert "… (evidence.har holds all 100,000 characters)" in page
    assert len(page) < 60_000


JUNIT = """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name="scimulate">
 <testsuite name="features/a.feature" tests="7" failures="1" errors="1" skipped="2" time="1.750" \
timestamp="2026-11-24T09:00:00+00:00">
  <testcase {0} name="Nobody" {1}>
   <failure type="ENTRA-105" message="ENTRA-105: expected 200, got 404">requirement: ENTRA-105
step: Then x
expected: 200
got: 404
exchanges: 7</failure>
  </testcase>
  <testcase {0} name="Case" {1}>
   <system-out>warning: requirement: ENTRA-107
step: Then x
expected: 200
got: 404
exchanges: 7</system-out>
  </testcase>
  <testcase {0} name="Grace" {1}>
   <skipped message="blocked by finding 1: ENTRA-105" />
  </testcase>
  <testcase {0} name="Ada" {1} />
  <testcase {0} name="Again" {1}>
   <system-out>passed on the second try</system-out>
  </testcase>
  <testcase {0} name="Token" {1}>
   <skipped message="no portal" />
  </testcase>
  <testcase {0} name="Oops" {1}>
   <error message="KeyError: 'x'">KeyError: 'x'</error>
  </testcase>
 </testsuite>
</testsuites>
"""


def test_junit_in_full() -> None:
    expected = JUNIT.format('classname="features/a.feature"', 'file="features/a.feature" line="3" time="0.250"')
    assert junit_xml(run(), summed(*EVERYTHING)) == expected


def test_junit_is_well_formed_whatever_an_endpoint_said() -> None:
    every = "".join(map(chr, [*range(0x100), 0xD800, 0xFFFE, 0xFFFF, 0x1F600]))
    text = junit_xml(HOSTILE_RUN, summed(fault(every + "]]>", "SEED-049", broke="SEED-049", actual=every)))
    (case,) = ElementTree.fromstring(text.encode("utf-8")).iter("testcase")
    assert case.attrib["name"].startswith("\\u0000\\u0001")
    ElementTree.fromstring(junit_xml(HOSTILE_RUN, hostile_summary()).encode("utf-8"))


SUMMARY = """\
## scimulate: No: 1 requirement failed, from 1 cause.

Will it work? Profile `entra`, target https&#58;//scim.example.com/scim/v2.

| Verdict | Requirements |
| --- | ---: |
| failed | 1 |
| passed | 1 |

| | Requirement | Expected | Got | To fix |
| --- | --- | --- | --- | --- |
| 🔴 failed | **ENTRA&#45;105** ENTRA&#45;105 holds. | 200 | 404 | fix ENTRA&#45;105 |

2 scenarios, 12 requests, 1.2 s, run `k3f7x2ab`, seed 1; 3 resources created, 3 removed, 0 left.
"""


def test_the_summary_for_a_reviewer() -> None:
    assert summary_markdown(run(), summed(EVERYTHING[0], EVERYTHING[3])) == SUMMARY


def test_text_in_the_summary_is_never_markup() -> None:
    assert literal("a_b*c <img src=x> | [x](http://y) www.x.org") == (
        "a&#95;b&#42;c &#60;img src=x&#62; &#124; &#91;x&#93;&#40;http&#58;//y&#41; www&#46;x.org"
    )
    assert literal("@you `z` #1") == "&#64;you &#96;z&#96; &#35;1"
    page = summary_markdown(HOSTILE_RUN, hostile_summary())
    assert not any(sign in page for sign in (*STEERING, "<script", "@everyone", "`x`"))
    assert all(line.count("|") == 6 for line in page.splitlines() if line.startswith("| 🔴"))


def test_the_evidence_as_har() -> None:
    sent = exchange(
        8,
        method="POST",
        url="https://scim.example.com/scim/v2/Users?a=1",
        request_headers=(("Content-Type", "application/scim+json"),),
        request_body='{"userName":"ö"}',
        status=None,
        response_headers=(),
        response_body="",
        failure="timed out after 30 s",
        attempt=2,
    )
    assert har(run(), [sent]) == {
        "log": {
            "version": "1.2",
            "creator": {"name": "scimulate", "version": "0.1.0"},
            "comment": "run k3f7x2ab, seed 1, profile entra",
            "entries": [
                {
                    "startedDateTime": "2026-11-24T09:00:00+00:00",
                    "time": 12.0,
                    "request": {
                        "method": "POST",
                        "url": "https://scim.example.com/scim/v2/Users?a=1",
                        "httpVersion": "HTTP/1.1",
                        "cookies": [],
                        "headers": [{"name": "Content-Type", "value": "application/scim+json"}],
                        "queryString": [{"name": "a", "value": "1"}],
                        "headersSize": -1,
                        "bodySize": 17,
                        "postData": {"mimeType": "application/scim+json", "text": '{"userName":"ö"}'},
                    },
                    "response": {
                        "status": 0,
                        "statusText": "",
                        "httpVersion": "",
                        "cookies": [],
                        "headers": [],
                        "content": {"size": 0, "mimeType": "", "text": ""},
                        "redirectURL": "",
                        "headersSize": -1,
                        "bodySize": 0,
                        "_error": "timed out after 30 s",
                    },
                    "cache": {},
                    "timings": {"send": 0, "wait": 12.0, "receive": 0},
                    "comment": "exchange 8: judge, features/a.feature::Nobody",
                    "_number": 8,
                    "_attempt": 2,
                }
            ],
        }
    }


def test_every_file_is_written_whole_and_cannot_steer_a_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "deep"
    written = write_all(folder, HOSTILE_RUN, hostile_summary(), [HOSTILE_EXCHANGE], CATALOGUE)
    assert written == [folder / name for name in ARTIFACTS]
    assert sorted(path.name for path in folder.iterdir()) == sorted(ARTIFACTS)
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert not any(sign in text for sign in STEERING), path.name
    assert (
        json.loads((folder / "evidence.har").read_text())["log"]["entries"][0]["response"]["content"]["text"] == HOSTILE
    )


def test_a_second_run_replaces_the_files_of_the_first(tmp_path: Path) -> None:
    write_all(tmp_path, run(), summed(*EVERYTHING), [], CATALOGUE)
    write_all(tmp_path, run(run_id="aaaaaaaa"), summed(), [], CATALOGUE)
    assert json.loads((tmp_path / "result.json").read_text())["run_id"] == "aaaaaaaa"


def test_the_page_of_a_job_is_appended_to(tmp_path: Path) -> None:
    page = tmp_path / "summary"
    page.write_text("before\n")
    append_step_summary({"GITHUB_STEP_SUMMARY": str(page)}, "after\n")
    append_step_summary({}, "nowhere\n")
    assert page.read_text() == "before\nafter\n"


def test_what_a_bundled_run_made_is_thrown_away_with_its_tenants() -> None:
    thrown = "each scenario had a tenant of its own, thrown away whole"
    bundled = report_html(run(bundled=True, cleanup=Cleanup()), summed(*EVERYTHING), [], CATALOGUE)
    foreign = report_html(run(cleanup=Cleanup()), summed(*EVERYTHING), [], CATALOGUE)
    assert (thrown in bundled, "resources created" in bundled) == (True, False)
    assert (thrown in foreign, "0 resources created, 0 removed, 0 left" in foreign) == (False, True)
    assert summary_markdown(run(bundled=True, cleanup=Cleanup()), summed(*EVERYTHING)).endswith(f"; {thrown}.\n")


@pytest.mark.parametrize("name", ["report.html", "report.css", "report.js"])
def test_the_parts_of_the_page_name_no_other_host(name: str) -> None:
    import scimulate.reports

    text = (Path(scimulate.reports.__file__).parent / name).read_text(encoding="utf-8")
    assert re.findall(r"https?:|//[a-z]", text) == []
