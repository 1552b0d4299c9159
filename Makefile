# Every command of the project. All of them work from a fresh clone: the first one makes .venv/.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: chat test eval race check test-llm test-long fuzz lock clean

chat: $(VENV)/ready
	$(BIN)/rag chat

test: $(VENV)/ready
	$(BIN)/pytest -n auto --maxprocesses 4

eval: $(VENV)/ready
	$(BIN)/python -m eval run seeds

# LlamaIndex, Haystack and txtai beside this project, on the test collections in SETS=FOLDER; they
# have an environment of their own. Answers too where RAG_MODEL is set. RACE=FOLDER keeps results.
race: $(VENV)/ready $(VENV)/peers/ready
	$(BIN)/python benchmarks/race.py $(SETS) --peers $(VENV)/peers/bin/python --out $(or $(RACE),$(VENV)/race)

$(VENV)/peers/ready: benchmarks/peers/requirements.txt
	$(PYTHON) -m venv $(VENV)/peers
	$(VENV)/peers/bin/pip install --quiet -r $<
	@touch $@

# Style, types and the direction of imports.
check: $(VENV)/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# What needs a running chat model: RAG_MODEL, OPENAI_BASE_URL.
test-llm: $(VENV)/ready
	$(BIN)/pytest -m llm

# What takes minutes: hundreds of kills.
test-long: $(VENV)/ready
	$(BIN)/pytest -m long -s

# Coverage-guided fuzzing of the loader and chunker, for ten minutes.
fuzz: $(VENV)/ready
	$(BIN)/pip install --quiet 'atheris>=3,<4'
	mkdir -p $(VENV)/fuzz
	$(BIN)/python tests/fuzz/fuzz_corpus.py -max_total_time=600 -timeout=20 $(VENV)/fuzz seeds

# The lock has hashes for everything but torch, whose builds (CPU, CUDA) have different ones. Torch
# comes last, so that it finds what it needs already there in the locked versions.
$(VENV)/ready: requirements.lock requirements-torch.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: run make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Installing about 2.3 GB of packages into $(VENV)/: this takes minutes, once."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet -r requirements-torch.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

# Resolve anew within the ranges of pyproject.toml, for every Python from 3.11.
lock:
	$(PYTHON) -m venv $(VENV)/uv
	$(VENV)/uv/bin/pip install --quiet uv
	$(VENV)/uv/bin/uv pip compile pyproject.toml --extra documents --group dev -c requirements-torch.txt \
	  --universal --python-version 3.11 --generate-hashes --no-emit-package torch \
	  --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements.lock

clean:
	rm -rf $(VENV) .rag
