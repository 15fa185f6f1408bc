# make run     start Yinling on this machine            make check   everything that must hold before a commit
# make test    run the tests                            make bench   measure us against other libraries
# make pin     renew the pinned requirements            make clean   remove what make made (never data/)
#
# Needs Python 3.11 or later and its venv module. Another Python than `python3`: make PYTHON=python3.12 run

PYTHON ?= python3
INSTALL = bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check lint bench pin clean

help:
	@sed -n '/^$$/q; s/^# \{0,1\}//p' Makefile

run: .venv/run.stamp
	.venv/bin/python -m bot run

test: .venv/dev.stamp
	.venv/bin/python -m pytest

check: lint test

lint: .venv/dev.stamp
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo

bench: .venv-bench/bench.stamp
	.venv-bench/bin/python -m bench

# A stamp is older than its requirements file when there is something new to install, and only then. requirements-dev.txt
# holds all of requirements.txt as well; so what is in .venv can always run the bot.
.venv/run.stamp: requirements.txt | .venv/bin/python
	@echo "installing $< into .venv, once"
	@.venv/$(INSTALL) $<
	@touch $@

.venv/dev.stamp: requirements-dev.txt | .venv/bin/python
	@echo "installing $< into .venv, once"
	@.venv/$(INSTALL) $<
	@touch $@

.venv-bench/bench.stamp: bench/requirements.txt | .venv-bench/bin/python
	@echo "installing $< into .venv-bench, once"
	@.venv-bench/$(INSTALL) $<
	@touch $@

# Half an environment would look like a whole one the next time, so it is removed at once.
.venv/bin/python .venv-bench/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Python 3.11 or later is needed, '$(PYTHON)' is not that. Name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(firstword $(subst /, ,$@)) || { rm -rf $(firstword $(subst /, ,$@)); \
	    echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

# Writes the three lists with the newest versions that the .in files and the present pins allow, for all systems and
# Pythons that we serve. Which index is asked is the machine's own setting and must not get into the files.
pin:
	@command -v uv >/dev/null || { echo "make pin needs uv, which you install yourself (any recent version)" >&2; exit 1; }
	for list in requirements requirements-dev bench/requirements; do \
	    uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	        --no-emit-find-links --quiet -o $$list.txt $$list.in || exit 1; \
	done

clean:
	rm -rf .venv .venv-bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find bot handlers storage tests bench -name __pycache__ -prune -exec rm -rf {} +
