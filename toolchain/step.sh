#!/bin/sh
# Runs one step of the set-up: one line with its name and how long it took; what it printed is shown only if it fails.
#
# usage: step.sh LABEL COMMAND [ARGUMENT]...
label=$1
shift
log=$(mktemp "${TMPDIR:-/tmp}/eranos-step.XXXXXX") || exit 1
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
start=$(date +%s)
printf '%s ... ' "$label"
if "$@" >"$log" 2>&1; then
    printf '%s s\n' "$(($(date +%s) - start))"
else
    code=$?
    printf 'failed (exit %s)\n' "$code"
    cat "$log" >&2
    exit "$code"
fi
