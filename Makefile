# `make serve` and `make test` are all that most people need; `make help` lists the rest.
# Paths are relative, so that the folder's own name may hold spaces.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 2
ARGS ?=
UV ?= uv
UPGRADE ?=
export HOST PORT WORKERS

BIN = .venv/bin
TEMPLATES = find . \( -name '.venv*' -o -path ./var \) -prune -o -path '*/templates/*.html' -exec
# Settings that a deployment would have, and a database that leaves no file behind.
SAFE = DJANGO_DEBUG=false DJANGO_SECRET_KEY=for-the-check-of-the-settings-only-0123456789-abcdefghij DJANGO_ALLOWED_HOSTS=example.org \
	DJANGO_SECURE_COOKIES=true DJANGO_SSL_REDIRECT=true DJANGO_HSTS_SECONDS=3600 DATABASE_URL=sqlite://:memory: CACHE_URL=locmemcache://
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate $(UPGRADE)
LTS = -c requirements/lts.in -p 3.11
SERVICES = --extra postgres --extra redis --extra s3 --extra observability --extra backup --extra sso

.PHONY: messages screenshots help serve test test-next check bench soak torture audit sbom lint fix lock clean python environment
.NOTPARALLEL:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

serve: python ## run the site on this machine: HOST=127.0.0.1 PORT=8000 WORKERS=2
	@$(PYTHON) -m scripts.serve

test: environment ## run all tests on SQLite, then on PostgreSQL and Redis: ARGS="-k words"
	@$(BIN)/python -m scripts.run_tests $(ARGS)

test-next: python ## run the tests on SQLite with the newest Django, in .venv-next; needs Python 3.12 or newer: ARGS="-k words"
	@$(PYTHON) -m scripts.environment next
	@.venv-next/bin/python -m scripts.run_tests next $(ARGS)

check: lint ## all that must pass before a change is merged; CI then runs on PostgreSQL what this leaves out there
	@$(BIN)/python -m scripts.run_tests check

lint: environment ## the part of `check` that runs no tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@$(TEMPLATES) $(BIN)/djade --check --target-version 5.2 {} +
	$(BIN)/lint-imports --no-logo
	@$(SAFE) $(BIN)/python manage.py makemigrations --check --dry-run
	@$(SAFE) $(BIN)/python manage.py check --deploy --fail-level WARNING

fuzz: environment ## try what property tests try fifty times as often, then what atheris finds in five minutes each: ARGS="-k importing"
	FUZZ=50 $(BIN)/pytest -q -n 2 -m hypothesis $(ARGS)
	$(BIN)/python -m fuzz

bench: environment ## measure libraries of up to 100,000 entries against what is promised: ARGS="--database SQLite"
	@$(BIN)/python -m benchmarks $(ARGS)

soak: environment ## read mixed pages for ten minutes while an entry is published each second: ARGS="--seconds 60"
	@$(BIN)/python -m benchmarks.soak $(ARGS)

torture: environment ## kill the server 100 times while editors save, then have 20 work at once: ARGS="--kills 10"
	@$(BIN)/python -m torture $(ARGS)

audit: environment ## look for known vulnerabilities in the locked libraries; needs the network
	@$(BIN)/python -m scripts.audit

sbom: environment ## write var/sbom.json, a bill of materials (CycloneDX) of what a server installs
	@mkdir -p var
	@$(BIN)/cyclonedx-py requirements requirements/prod.txt --pyproject pyproject.toml --output-reproducible --output-format JSON --output-file var/sbom.json
	@echo "var/sbom.json is written."

fix: environment ## format, and mend what can be mended by itself
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	@$(TEMPLATES) $(BIN)/djade --target-version 5.2 {} + || true

lock: ## resolve requirements/*.txt anew, with uv: UPGRADE=--upgrade takes new versions
	@command -v $(UV) >/dev/null || { echo "make lock needs uv. Install it (pip install uv), then run make lock again."; exit 1; }
	$(COMPILE) $(LTS) pyproject.toml -o requirements/base.txt
	$(COMPILE) $(LTS) $(SERVICES) pyproject.toml -o requirements/prod.txt
	$(COMPILE) $(LTS) $(SERVICES) --group test --group lint pyproject.toml -o requirements/dev.txt
	$(COMPILE) -c requirements/next.in -p 3.12 $(SERVICES) --group test pyproject.toml -o requirements/next.txt

messages: environment ## collect the interface's texts anew and compile their translations
	@$(BIN)/python -m scripts.messages

screenshots: environment ## make the pictures of docs/editing.md anew, by the test that plays its story
	SCREENSHOTS=docs/screenshots $(BIN)/pytest -q defcoop_site/tests/test_desk_story.py

clean: ## remove what can be made again; the database and .env stay
	rm -rf .venv .venv-next staticfiles var .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: no $(PYTHON) found. Install Python 3.11 or newer, then run the same command again." >&2; exit 1; }

environment: python
	@$(PYTHON) -m scripts.environment dev
