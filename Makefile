# make demo and make test work in a fresh clone; both install first.
#
#   PYTHON=python3.12              another interpreter (3.11 or newer; the first that works is taken)
#   TORCH_INDEX=https://download.pytorch.org/whl/cpu    where to take torch from
#   DEMO_ARGS=--quick              passed to `aleator demo`
#   PYTEST_ARGS='-n 0 -x'          passed to pytest

WORKS = -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
PYTHON ?= $(shell for p in python3.11 python3.12 python3; do \
	"$$p" $(WORKS) && { echo "$$p"; break; }; done)
TORCH_INDEX ?=
DEMO_ARGS ?=
PYTEST_ARGS ?= -n 2 --dist loadfile --no-loadscope-reorder

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Waiting threads that spin steal the second core from the one that works.
export OMP_WAIT_POLICY := PASSIVE
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: install demo readme compare test lint format bench clean

install: $(STAMP)

# torch first and pinned: left to the resolver, a later package may choose another build of it.
$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "no Python 3.11 or newer with venv found; set PYTHON=" >&2; exit 2; }
	test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	$(BIN)/pip install --quiet "$$(grep '^torch==' constraints.txt)" \
		-c constraints.txt $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX))
	$(BIN)/pip install --quiet -c constraints.txt -e '.[test,lint]'
	touch $(STAMP)

demo: install
	$(BIN)/aleator demo --out runs/demo $(DEMO_ARGS)

readme: demo
	$(BIN)/python docs/readme_figures.py runs/demo

# Nine trainings and their evaluations; about ten minutes on two cores.
compare: install
	$(BIN)/aleator compare sandbox --out runs/compare
	$(BIN)/python docs/readme_compare.py runs/compare/comparison.json

test: lint
	$(BIN)/pytest $(PYTEST_ARGS)

lint: install
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright

format: install
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: install
	@set -e; for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

clean:
	rm -rf $(VENV) build dist runs .pytest_cache .ruff_cache .hypothesis
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
