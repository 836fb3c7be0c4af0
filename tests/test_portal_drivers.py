"""The two drivers of the portal: each knows every area whole, and the browser finds what the pages hold."""

import inspect
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import httpx
import pytest

from scimulate.steps.browser import Chromium, why_there_is_no_browser
from scimulate.steps.browser_tab import PortalTab
from scimulate.steps.portal import Portal, portal_by_calls, portal_in_browser
from scimulate.steps.portal_calls import Account, PortalCalls

ROOT = Path(__file__).parent.parent
URL, ACCOUNT = "http://127.0.0.1:1/portal", Account("admin", "its password")
CALLS = PortalCalls(httpx.Client(trust_env=False), URL, ACCOUNT, "en")
DRIVERS = {"json": portal_by_calls(CALLS), "browser": portal_in_browser(PortalTab(Chromium(), URL, ACCOUNT, CALLS))}
AREAS = [area.name for area in fields(Portal)]

FEW_SCENARIOS = (
    "features/portal/token_generation.feature",
    "features/portal/token_limit.feature",
    "-k",
    "(shown and both) or (third and stay)",
)
BREAKS_A_PAGE = """
import jinja2
import scimulate.mock_servers.html_pages as html_pages

made = html_pages.page_environment

def with_a_style_of_its_own(folder):
    environment = made(folder)
    layout = environment.loader.get_source(environment, "provisioning.html")[0]
    changed = layout.replace("<h1>", "<h1 style='color: red'>")
    environment.loader = jinja2.ChoiceLoader([jinja2.DictLoader({"provisioning.html": changed}), environment.loader])
    return environment

import scimulate.mock_servers.portal.portal as portal
portal.page_environment = with_a_style_of_its_own
"""

needs_browser = pytest.mark.skipif(why_there_is_no_browser() is not None, reason=str(why_there_is_no_browser()))


def in_browser(*arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environ = os.environ if path is None else {**os.environ, "PATH": path}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--portal=browser", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=100)


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("driver", DRIVERS)
def test_a_driver_carries_out_all_that_its_area_promises(driver: str, area: str) -> None:
    promised = get_type_hints(Portal)[area]
    actual = getattr(DRIVERS[driver], area)
    signatures = {
        name: inspect.signature(act)
        for name, act in vars(promised).items()
        if inspect.isfunction(act) and name[0] != "_"
    }
    assert {name: inspect.signature(getattr(type(actual), name)) for name in signatures} == signatures
    assert [name for name in get_type_hints(promised) if not hasattr(actual, name)] == []


def test_each_area_has_a_driver_of_its_own_in_the_browser() -> None:
    shared = [area for area in AREAS if type(getattr(DRIVERS["json"], area)) is type(getattr(DRIVERS["browser"], area))]
    assert shared == []


@needs_browser
def test_scenarios_run_through_the_pages() -> None:
    ended = in_browser(*FEW_SCENARIOS)
    assert ended.returncode == 0, ended.stdout
    assert "2 passed" in ended.stdout.splitlines()[-1]


@needs_browser
def test_a_page_that_its_own_policy_forbids_ends_the_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "breaks_a_page.py").write_text(BREAKS_A_PAGE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    ended = in_browser("-p", "breaks_a_page", *FEW_SCENARIOS)
    assert ended.returncode == 1, ended.stdout
    assert "PageComplains: Applying inline style violates the following Content Security Policy" in ended.stdout


def test_without_a_chromium_it_is_said_what_to_install(tmp_path: Path) -> None:
    pytest.importorskip("playwright")
    ended = in_browser(*FEW_SCENARIOS, path=str(tmp_path))
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert ended.stderr.strip().splitlines() == [
        "ERROR: --portal=browser needs Chromium on the PATH, as chromium, chromium-browser, google-chrome,"
        " google-chrome-stable: apt install chromium"
    ]
