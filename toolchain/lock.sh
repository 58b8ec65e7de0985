#!/bin/sh
# Resolves all packages again and writes package-lock.json and toolchain/*constraints.txt.
#
# The constraints hold the hashes of every file of a release, for all platforms and for Python 3.11 and later. No file
# may say where a package came from: any mirror of the registries has to do.
set -e
compile() {
    .toolchain/lock/bin/uv pip compile "$@" --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet
}

python -m venv --clear .toolchain/lock
.toolchain/lock/bin/python -m pip install --quiet uv
compile pyproject.toml --extra dev --upgrade --output-file toolchain/constraints.txt
# Installed before the rest: the build back end for packages that come as source, in the version they all agree on, and
# a pip that is twice as fast as the one that old Pythons bring.
python -c 'import tomllib; print("pip", *tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' |
    compile - --constraints toolchain/constraints.txt --output-file toolchain/build-constraints.txt

# The static analyser of contracts, which has an environment of its own.
echo slither-analyzer | compile - --upgrade --output-file toolchain/audit-constraints.txt
# The prover of contracts and its solvers, likewise.
echo 'halmos==0.3.3' | compile - --upgrade --output-file toolchain/prove-constraints.txt

npm update --package-lock-only --ignore-scripts
node toolchain/tidy_npm_lock.mjs

if grep -nE '://' package-lock.json toolchain/*constraints.txt; then
    echo "error: a lock file names an address" >&2
    exit 1
fi
