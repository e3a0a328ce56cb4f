# Each target makes the environment that it needs. Another Python: make test PYTHON=python3.12
PYTHON ?= python3
VENV ?= .venv
MERMAID ?= build/mermaid
FHIR ?= build/fhir
BIN = $(VENV)/bin

help:
	@echo "assess     assess an example patient"
	@echo "test       run the tests, without the slow ones"
	@echo "slow       run the slow tests, and the laws with ten times the examples or more"
	@echo "mutants    ask mypy and the quick tests about small mistakes in language, record and inference; an hour"
	@echo "mutants-elsewhere  ask the same about a sample of 200 in the rest of the code; half an hour"
	@echo "mutants-of-content  ask the scenarios about every small mistake in rules/ and pathways/"
	@echo "lint       ruff: rules and format"
	@echo "types      mypy"
	@echo "check      check rules/ and pathways/"
	@echo "notebooks  run the notebooks of examples/"
	@echo "mermaid    ask Mermaid's own parser about the drawings; needs npm"
	@echo "fhir       ask programs of others about the FHIR that is written; needs npm"
	@echo "bench      measure: times, ratios, targets; beside CLIPS and zen-engine"
	@echo "docs       write the generated pages and build docs/ in build/docs"
	@echo "dev        install the package and the tools of development in $(VENV)"
	@echo "clean      remove $(VENV), caches and builds"

assess: $(VENV)/.installed
	$(BIN)/carepath assess examples/low_back_pain_wpn4.yaml

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto

slow: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto -m slow
	$(BIN)/python -m pytest -n auto tests/laws --hypothesis-profile=thorough

# Writes in mutants/ only; what is tried and with which tests stands in pyproject.toml under [tool.mutmut]. Survivors: `mutmut
# results`, and one of them: `mutmut show NAME`.
mutants: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet 'mutmut==3.8.*'
	PATH="$(abspath $(BIN)):$$PATH" mutmut run
	PATH="$(abspath $(BIN)):$$PATH" mutmut results | grep -v 'caught by type check' || true

# Writes in build/mutants only. What is tried and with which tests stands in tests/repo/mutants/elsewhere.toml.
.PHONY: mutants-elsewhere
mutants-elsewhere: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet 'mutmut==3.8.*'
	$(BIN)/python -m tests.repo.mutants.sample

mutants-of-content: $(VENV)/.installed
	$(BIN)/python -m carepath.testing.mutation_run tests/scenarios --equivalent tests/unit/testing/equivalent_mutants.yaml

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.installed-dev
	$(BIN)/mypy

check: $(VENV)/.installed
	$(BIN)/carepath check

notebooks: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto -m slow -k clean_kernel tests/repo/test_notebooks.py

# npm writes in $(MERMAID) only.
mermaid: $(VENV)/.installed
	mkdir -p $(MERMAID)
	cp tests/repo/mermaid/package.json tests/repo/mermaid/check.mjs $(MERMAID)
	npm install --prefix $(MERMAID) --no-audit --no-fund --ignore-scripts --loglevel=error \
		--fetch-retries=1 --fetch-timeout=60000
	$(BIN)/python -m tests.repo.mermaid.drawings > $(MERMAID)/drawings.json
	node $(MERMAID)/check.mjs $(MERMAID)/drawings.json

# npm writes in $(FHIR) only. Validates bundles, evaluates the conditions of the plans for 1,000 patients, applies the plans.
.PHONY: fhir
fhir: $(VENV)/.installed-dev
	mkdir -p $(FHIR)
	cp tests/repo/fhir/package.json tests/repo/fhir/check.mjs $(FHIR)
	npm install --prefix $(FHIR) --no-audit --no-fund --ignore-scripts --loglevel=error \
		--fetch-retries=1 --fetch-timeout=60000
	$(BIN)/python -m tests.repo.fhir.material > $(FHIR)/material.json
	node $(FHIR)/check.mjs $(FHIR)/material.json

bench: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks

docs: $(VENV)/.installed-docs
	$(BIN)/python -m docs.generate
	$(BIN)/python -m sphinx -q -W --keep-going docs build/docs

dev: $(VENV)/.installed-dev

clean:
	rm -rf $(VENV) build dist mutants .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find src tests benchmarks docs examples -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# Installed from the checkout, so that a change in rules/, pathways/ or src/ counts at once.
$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.installed-dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $(VENV)/.installed $@

$(VENV)/.installed-docs: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[docs]'
	touch $(VENV)/.installed $@

.PHONY: help assess test slow mutants mutants-of-content lint types check notebooks mermaid docs dev clean
