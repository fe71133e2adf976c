# make mnist   the main experiment: ARGS='--output_dir=runs' are added to its command
# make test    the tests: ARGS='-k masks' are added to pytest's
# make lint    ruff, and mypy on the public modules
# make site    the documents and the API reference as a site, into site/; fails at a broken link
# make clean   removes what these made; runs are kept

VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
# Tried and not just looked up: a version manager's python3.11 may be there and not run.
PYTHON := $(shell for p in python3.11 python3; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

.PHONY: mnist test lint site clean

mnist: $(VENV)/run.stamp
	$(BIN)/python run.py --gin_file=gin/mnist_lt.gin $(ARGS)

test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/mypy

site: $(VENV)/docs.stamp
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

# Stamps inside the environment: who deletes it deletes them too.
$(VENV)/run.stamp: requirements.txt constraints.txt | $(VENV)/bin/pip
	@echo "installing into $(VENV), once: about 3 GB, some minutes"
	$(PIP) -r requirements.txt
	touch $@

$(VENV)/dev.stamp: requirements-dev.txt requirements-cluster.txt requirements-export.txt \
    $(VENV)/run.stamp
	$(PIP) -r requirements.txt -r requirements-dev.txt -r requirements-cluster.txt \
	  -r requirements-export.txt
	touch $@

$(VENV)/docs.stamp: requirements-docs.txt | $(VENV)/bin/pip
	$(PIP) -r requirements-docs.txt
	touch $@

# An environment of the user's own is used as it is, and not removed by `make clean`.
$(VENV)/bin/pip:
	@test -n "$(PYTHON)" || { echo "no Python 3.11 or later found: install it first" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	touch $(VENV)/made.stamp

clean:
	if [ -e $(VENV)/made.stamp ]; then rm -rf $(VENV); fi
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist site lth_keras.egg-info __pycache__
	find lth_keras tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
