# Every command of the project. All of them work from a fresh clone: the first one makes .venv/.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: chat slim test test-fast eval race check test-llm test-long fuzz lock clean release-check
.PHONY: reader-data reader-train reader-evaluate reader-export

chat: $(VENV)/ready
	$(BIN)/rag chat

test: $(VENV)/ready-dev
	$(BIN)/pytest -n auto --maxprocesses 4
	$(BIN)/pytest -m ray

# The tests of language and of pure functions: no model, no browser, under a minute.
test-fast: $(VENV)/ready-dev
	$(BIN)/pytest -n auto --maxprocesses 4 tests/text tests/ingest tests/eval tests/test_types.py tests/test_config.py

eval: $(VENV)/ready-dev
	$(BIN)/python -m eval run seeds

# LlamaIndex, Haystack and txtai beside this project, on the test collections in SETS=FOLDER; they
# have an environment of their own. Answers too where RAG_MODEL is set. RACE=FOLDER keeps results.
race: $(VENV)/ready-dev $(VENV)/peers/ready
	$(BIN)/python benchmarks/race.py $(SETS) --peers $(VENV)/peers/bin/python --out $(or $(RACE),$(VENV)/race)

$(VENV)/peers/ready: benchmarks/peers/requirements.txt
	$(PYTHON) -m venv $(VENV)/peers
	$(VENV)/peers/bin/pip install --quiet -r $<
	@touch $@

# Style, types and the direction of imports.
check: $(VENV)/ready-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy benchmarks docs
	$(BIN)/lint-imports

# What needs a running chat model: RAG_MODEL, OPENAI_BASE_URL.
test-llm: $(VENV)/ready-dev
	$(BIN)/pytest -m llm

# What takes minutes: hundreds of kills.
test-long: $(VENV)/ready-dev
	$(BIN)/pytest -m long -s

# The reader: its data of the public sets in DATA=FOLDER, a stage of training (STEPS, START=WEIGHTS
# of the stage before, STAGE names its folder), figures on what was held out, and the 8-bit model
# that the package ships. WORK=FOLDER keeps all that is made.
WORK ?= $(VENV)/reader
STAGE ?= stage1
STEPS ?= 1200

reader-data: $(VENV)/ready-dev
	$(BIN)/python -m training build $(DATA) $(WORK)/data

reader-train: $(VENV)/ready-dev
	$(BIN)/python -m training train $(WORK)/data $(WORK)/$(STAGE) --steps $(STEPS) $(if $(START),--start $(START))

reader-evaluate: $(VENV)/ready-dev
	$(BIN)/python -m training evaluate $(WORK)/data $(WORK)/$(STAGE)/reader.safetensors

reader-export: $(VENV)/ready-dev
	$(BIN)/python -m training export $(WORK)/$(STAGE)/reader.safetensors rag/models/bundled/reader $(if $(DATA),--data $(DATA))

# Coverage-guided fuzzing of the loader and chunker, for ten minutes.
fuzz: $(VENV)/ready-dev
	$(BIN)/pip install --quiet 'atheris>=3,<4'
	mkdir -p $(VENV)/fuzz
	$(BIN)/python tests/fuzz/fuzz_corpus.py -max_total_time=600 -timeout=20 $(VENV)/fuzz seeds

# The lock has hashes for everything but torch, whose builds (CPU, CUDA) have different ones. Torch
# comes last, so that it finds what it needs already there in the locked versions.
$(VENV)/ready: requirements.lock requirements-torch.txt pyproject.toml
	@$(OLD_ENOUGH)
	@echo "Installing about 2.0 GB of packages into $(VENV)/, once (make slim needs 0.6 GB):"
	@$(PYTHON) -m venv $(VENV)
	@$(PYTHON) tools/install.py $(BIN)/python --no-deps --require-hashes -r requirements.lock
	@$(PYTHON) tools/install.py $(BIN)/python -r requirements-torch.txt
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

# What tests and checks need besides: a browser's driver, generators of cases, checkers of types.
$(VENV)/ready-dev: $(VENV)/ready requirements-dev.lock
	@echo "Adding the tools of development to $(VENV)/, once:"
	@$(PYTHON) tools/install.py $(BIN)/python --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

# Everything but torch and what stands on it, without files that are never loaded.
SLIM ?= .venv-slim
slim: $(SLIM)/ready
	@echo "Ready: start with $(SLIM)/bin/rag chat"

$(SLIM)/ready: requirements-slim.lock pyproject.toml tools/prune.py
	@$(OLD_ENOUGH)
	@echo "Installing about 0.5 GB of packages into $(SLIM)/, once:"
	@$(PYTHON) -m venv $(SLIM)
	@$(PYTHON) tools/install.py $(SLIM)/bin/python --no-compile --no-deps --require-hashes -r requirements-slim.lock
	@$(SLIM)/bin/pip install --quiet --no-compile --no-deps .
	@$(PYTHON) tools/prune.py $(SLIM)
	@touch $@

OLD_ENOUGH = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
  { echo "Python 3.11 or newer is needed: run make PYTHON=/path/to/python3.11"; exit 1; }

# Resolve anew within the ranges of pyproject.toml, for every Python from 3.11: what `make chat`
# installs, the same with what tests need, and the slim install.
LOCK := $(VENV)/uv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes \
  --no-emit-package torch --no-emit-index-url --no-emit-find-links --no-header --quiet
lock:
	$(PYTHON) -m venv $(VENV)/uv
	$(VENV)/uv/bin/pip install --quiet uv
	$(LOCK) pyproject.toml --extra all -c requirements-torch.txt -o requirements.lock
	$(LOCK) pyproject.toml --extra all --extra haystack --extra langchain --extra llama-index --extra milvus --extra ray \
	  --group dev -c requirements-torch.txt -c requirements.lock -o requirements-dev.lock
	$(PYTHON) tools/slim_requirements.py | $(LOCK) - -c requirements.lock -o requirements-slim.lock

# Builds the package, installs the wheel in an empty environment, and asks the README's question.
release-check: $(VENV)/ready-dev
	PYTHON=$(PYTHON) BIN=$(BIN) tools/release_check.sh

clean:
	rm -rf $(VENV) $(SLIM) .rag
