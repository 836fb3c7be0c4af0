"""`scimulate run` on an endpoint that is not ours: every finding is true and argued, and nothing is left behind."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from scimulate.cli import main
from tests.ended_run import START, wait_for_the_processes_of_the_run
from tests.foreign import Environment, Foreign, Wsgi, foreign_endpoint

# Why each finding on scim2-server is no false alarm. All three are forms of Entra's that RFC 7644 does not ask of a
# server: a profile for Entra has to name them, one for the RFCs alone has not.
ARGUED = {
    "ENTRA-130": "An add through a value filter that matches nothing is answered 400 noTarget. RFC 7644 §3.5.2.3 asks"
    " that of replace only; Entra expects the entry to be created.",
    "ENTRA-153": "A remove of members with a value array is answered 400. RFC 7644 §3.5.2.2 defines no value for"
    " remove; the default dialect sends one.",
    "ENTRA-191": "The manager as a bare string is refused. RFC 7643 §4.3 makes it complex; Entra sends the string.",
}

# The same for the documented rules of the MDM, which a plain SCIM server does not have: each is broken by what the page
# says, and none stands in for another. ENTRA-191 is no more than told there, since the pages list no manager.
ARGUED_FOR_IVANTI = {
    "IVANTI-031": "The printed names are aliases on the page; here they change nothing.",
    "IVANTI-033": "A title is changed, which the list of what an update changes does not have.",
    "IVANTI-036": "A cost center is kept; of the enterprise extension the page keeps the department.",
    "IVANTI-040": "A user without an address is created.",
    "IVANTI-043": "A user who is not active is created.",
    "IVANTI-046": "A second group of one name is created; RFC 7643 §4.2 allows it, and is not what is broken.",
    "IVANTI-052": "A blank value takes the place of the former one.",
    "IVANTI-054": "A user with neither first nor last name is created.",
    "IVANTI-087": "A user name without an @ is taken.",
}
IVANTI_FEATURES = ("ivanti_rules", "attributes", "assigned_user")


pytestmark = pytest.mark.usefixtures("own_folder")


def judged(endpoint: Foreign, *more: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the result of a run of its own."""
    Path("token").write_text(endpoint.token)
    code = main.run(["run", "--url", endpoint.url, "--token-file", "token", "--out", "out", "-q", *more])
    return code, json.loads(Path("out/result.json").read_text())


def test_what_is_found_on_scim2_server_is_argued_and_nothing_is_left(tmp_path: Path) -> None:
    with foreign_endpoint() as endpoint:
        code, result = judged(endpoint)
        left = endpoint.resources()

    assert {finding["requirement"]: finding["verdict"] for finding in result["findings"]} == dict.fromkeys(
        ARGUED, "failed"
    )
    assert (code, result["counts"]["harness_error"], left) == (1, 0, [])
    assert result["cleanup"]["created"] == result["cleanup"]["removed"] > 0
    assert result["cleanup"]["left"] == []
    assert list((tmp_path / "state" / "journals").iterdir()) == []


def test_what_breaks_the_rules_of_the_mdm_is_named_by_them() -> None:
    selected = [part for name in IVANTI_FEATURES for part in ("--select", f"features/provisioning/{name}.feature")]
    with foreign_endpoint() as endpoint:
        code, result = judged(endpoint, "--profile", "ivanti-r119", *selected)
        left = endpoint.resources()

    found = {finding["requirement"]: finding["verdict"] for finding in result["findings"]}
    assert found == {**dict.fromkeys(ARGUED_FOR_IVANTI, "failed"), "ENTRA-191": "info"}
    assert (code, result["counts"]["harness_error"], left) == (1, 0, [])


def test_portal_features_do_not_apply_to_a_foreign_endpoint() -> None:
    with foreign_endpoint() as endpoint:
        code, result = judged(endpoint, "--select", "features/portal", "--select", "RFC7644-3.3-09")

    rows = {row["requirement"]: (row["verdict"], row["reason"]) for row in result["requirements"]}
    assert code == 0
    assert rows["RFC7644-3.3-09"] == ("passed", "")
    reason = "the endpoint under test has no administrator portal that this judge can drive"
    assert rows["SEED-027"] == ("not_applicable", reason)


def without_filters(application: Wsgi) -> Wsgi:
    """The defect of D-041: whatever is asked for, everybody is listed."""

    def served(environ: Environment, start_response: Any) -> Iterable[bytes]:
        environ["QUERY_STRING"] = ""
        return application(environ, start_response)

    return served


def test_on_an_endpoint_that_ignores_filters_the_guard_is_the_first_finding(tmp_path: Path) -> None:
    with foreign_endpoint(without_filters) as endpoint:
        employee = endpoint.add_user("real.employee@company.example", "Real Employee")
        code, result = judged(endpoint, "--select", "features/provisioning/assigned_user.feature")
        assert endpoint.resources() == [employee]

    first = result["findings"][0]
    assert (code, first["requirement"], first["verdict"]) == (1, "ENTRA-498", "failed")
    assert "did not create" in first["title"]
    assert first["actual"] == "a record that this run did not create; the write was not sent"
    written = (tmp_path / "out" / "result.json").read_text() + (tmp_path / "out" / "report.html").read_text()
    assert "real.employee@company.example" not in written
    assert "Real Employee" not in written


def test_what_a_killed_run_left_at_scim2_server_is_removed_by_cleanup(tmp_path: Path) -> None:
    runs: list[subprocess.Popen[bytes]] = []
    started = threading.Event()
    seen: list[str] = []

    def killing(application: Wsgi) -> Wsgi:
        """The sixth creation is carried out, and its answer comes to nobody."""

        def served(environ: Environment, start_response: Any) -> Iterable[bytes]:
            answer = application(environ, start_response)
            seen.extend(["creation"] if environ["REQUEST_METHOD"] == "POST" else [])
            if len(seen) == 6 and started.wait(60):
                runs[0].kill()
            return answer

        return served

    with foreign_endpoint(killing) as endpoint:
        Path("token").write_text(endpoint.token)
        arguments = ["--url", endpoint.url, "--token-file", "token"]
        command = [sys.executable, "-P", "-c", START, "run", *arguments, "--select", "features/provisioning"]
        with open("output", "wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as run:
            runs.append(run)
            started.set()
        wait_for_the_processes_of_the_run(tmp_path / "state")
        assert (run.returncode, len(endpoint.resources()) > 0) == (-signal.SIGKILL, True)
        assert main.run(["cleanup", *arguments]) == 0
        assert endpoint.resources() == []
    assert [path for path in (tmp_path / "state").rglob("*") if path.is_file()] == []
