# Two commands on a machine that has only python3 (with venv), git and make:
#   make features   the main job: every feature against the bundled servers, one page of results
#   make test       everything that belongs to every change
# With Chromium installed as well:
#   make browser    the features of the portal once more, through its pages
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2

.PHONY: setup features test browser soak bench check format lock clean

setup: .venv/.ready

.venv/.ready: pyproject.toml constraints.txt .links/.ready
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[browser,dev]'
	touch $@

# mypy reads packages by folder name: a folder of links shows it ./harness as scimulate/harness.
.links/.ready: pyproject.toml
	rm -rf .links
	mkdir -p .links/scimulate
	ln -s ../../__init__.py .links/scimulate/__init__.py
	for folder in cli features harness load mock_servers reports scim_schemas steps; do ln -s ../../$$folder .links/scimulate/$$folder; done
	touch $@

features: setup
	$(BIN)/pytest features

test: setup
	$(BIN)/pytest -n $(WORKERS) -m "not slow" tests features

browser: setup
	$(BIN)/pytest -n $(WORKERS) features/portal --portal=browser

# The long proofs, of which `test` runs a fixed sample.
soak: setup
	$(BIN)/pytest -n $(WORKERS) -m slow tests

# Ratios against a peer, side by side in one run; the figures of docs/performance.md.
bench: setup
	$(BIN)/python -m scimulate.load.benchmarks

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy -p scimulate -p tests

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: setup
	$(BIN)/uv lock
	$(BIN)/uv export --frozen --no-hashes --no-emit-project --all-extras --no-annotate --no-header --quiet --output-file constraints.txt

clean:
	rm -rf .venv .links build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
