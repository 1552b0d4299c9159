#!/usr/bin/env bash
# Builds the wheel, installs it in two empty environments with the locked versions, whole and slim,
# and asks the README's question there, the slim one with an empty cache. If uvx or pipx is there, it
# starts the wheel too. Fails if the version has no dated entry in CHANGELOG.md.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

version=$("$BIN/python" -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')
grep -Eq "^## $version - [0-9]{4}-[0-9]{2}-[0-9]{2}$" CHANGELOG.md ||
  { echo "CHANGELOG.md has no dated entry for $version."; exit 1; }

"$BIN/pip" wheel --quiet --no-deps --no-build-isolation --wheel-dir "$work" .
python=${PYTHON:-python3}
"$python" -m venv "$work/whole"
"$work/whole/bin/pip" install --quiet --no-deps --require-hashes -r requirements.lock
"$work/whole/bin/pip" install --quiet -r requirements-torch.txt
"$work/whole/bin/pip" install --quiet --no-deps "$work"/cited_rag-*.whl
"$python" -m venv "$work/slim"
"$work/slim/bin/pip" install --quiet --no-compile --no-deps --require-hashes -r requirements-slim.lock
"$work/slim/bin/pip" install --quiet --no-compile --no-deps "$work"/cited_rag-*.whl
"$python" tools/prune.py "$work/slim"

# Asks with the command line that is given.
ask() {
  [ "$("$@" --version)" = "$version" ]
  rm -rf "$work/folder" && mkdir "$work/folder" && cp -r seeds "$work/folder/seeds"
  (cd "$work/folder" && "$@" ask "why did Apple choose Alibaba") | tee "$work/answer.txt"
  grep -q "阿里巴巴.*。 \[1\]" "$work/answer.txt"
}

ask "$work/whole/bin/rag"
XDG_CACHE_HOME="$work/cache" ask "$work/slim/bin/rag"
if XDG_CACHE_HOME="$work/cache" RAG_EMBEDDER=other/model "$work/slim/bin/rag" ask x 2>"$work/refusal"; then
  echo "The slim install did not refuse another embedder."; exit 1
fi
grep -q "pip install" "$work/refusal"
! command -v uvx >/dev/null || ask uvx --from "$work"/cited_rag-*.whl rag
! command -v pipx >/dev/null || ask pipx run --spec "$work"/cited_rag-*.whl rag
cd "$work/folder" && "$work/whole/bin/python" -c "import rag; print(rag.search('Alibaba', k=1)[0].title)"
echo "Version $version can be released."
