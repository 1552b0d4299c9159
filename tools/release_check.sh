#!/usr/bin/env bash
# Builds the wheel, installs it in an empty environment with the locked versions, and asks the
# README's question there. Fails if the version has no dated entry in CHANGELOG.md.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

version=$("$BIN/python" -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')
grep -Eq "^## $version - [0-9]{4}-[0-9]{2}-[0-9]{2}$" CHANGELOG.md ||
  { echo "CHANGELOG.md has no dated entry for $version."; exit 1; }

"$BIN/pip" wheel --quiet --no-deps --no-build-isolation --wheel-dir "$work" .
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-deps --require-hashes -r requirements.lock
"$work/venv/bin/pip" install --quiet -r requirements-torch.txt
"$work/venv/bin/pip" install --quiet --no-deps "$work"/cited_rag-*.whl

cp -r seeds "$work/seeds"
cd "$work"
[ "$(venv/bin/rag --version)" = "$version" ]
venv/bin/rag ask "why did Apple choose Alibaba" | tee answer.txt
grep -q "阿里巴巴。 \[1\]" answer.txt
venv/bin/python -c "import rag; print(rag.search('Alibaba', k=1)[0].title)"
echo "Version $version can be released."
