"""Runs what was collected in an order drawn from a seed: a pytest plug-in. SCIMULATE_TEST_ORDER is the seed."""

import os
import random

import pytest

VARIABLE = "SCIMULATE_TEST_ORDER"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    random.Random(f"order {os.environ[VARIABLE]}").shuffle(items)
