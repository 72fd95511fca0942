# `make help` lists what there is. `make demo` and `make test` need nothing beforehand.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON := .venv/bin/python
READY := .venv/ready
ARGS ?=

.PHONY: help
help: ## List the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

$(READY): requirements.txt tools/setup.sh
	tools/setup.sh
	touch $@

.PHONY: demo
demo: $(READY) ## Run the main job on the sample data; the results are in build/demo
	QT_QPA_PLATFORM=offscreen $(PYTHON) tools/demo.py $(ARGS)

.PHONY: test
test: $(READY) ## Run all tests; ARGS="-k name" picks some
	QT_QPA_PLATFORM=offscreen $(PYTHON) -m pytest tests/unit tests/qgis tests/e2e $(ARGS)

.PHONY: lint
lint: $(READY) ## Check style, format and types
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy

.PHONY: bench
bench: $(READY) ## Compare speeds side by side
	$(PYTHON) -m benchmarks $(ARGS)

.PHONY: run
run: $(READY) ## Open QGIS with the plugin and the demo project; your own profile stays untouched
	compgen -G 'build/demo/*.qgz' > /dev/null || $(MAKE) demo
	$(PYTHON) tools/run_qgis.py $(ARGS)

.PHONY: deploy
deploy: $(READY) ## Install the plugin into your QGIS profile; QGIS_PROFILE_ROOT names another
	$(PYTHON) tools/deploy.py

.PHONY: zip
zip: $(READY) ## Make the plugin package, build/planetary_qgis-<version>.zip
	$(PYTHON) tools/package.py

.PHONY: clean
clean: ## Remove what was built, not .venv
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis .qgis-settings
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
