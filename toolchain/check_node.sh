#!/bin/sh
# Ends non-zero with one line if there is no Node that runs the compiler, or no npm beside it.
if ! version=$(node --version 2>/dev/null); then
    echo "error: Node 20 or newer is needed and none was found: install it with npm" >&2
    exit 1
fi
major=${version#v}
major=${major%%.*}
if [ "$major" -lt 20 ]; then
    echo "error: Node 20 or newer is needed and node is $version: install a newer one" >&2
    exit 1
fi
if ! npm --version >/dev/null 2>&1; then
    echo "error: npm is needed beside Node $version and was not found: install it" >&2
    exit 1
fi
