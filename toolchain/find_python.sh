#!/bin/sh
# Prints the path of a Python that can make our .venv, or one line that says what is missing.
#
# PYTHON=... names one and is then the only candidate. Each candidate is run, not just looked up: the shims of version
# managers exist for every version and fail for those that are not chosen. A version newer than those that our packages
# are built for is taken only if there is no other. Of a virtual environment - it may be ours, about to be made anew - its
# base is printed.
probe='import sys; sys.version_info >= (3, 11) or sys.exit(1); print(getattr(sys, "_base_executable", sys.executable))'
newer= without_venv= too_old=
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
    if path=$("$candidate" -c "$probe" 2>/dev/null); then
        if ! "$path" -c 'import ensurepip, venv' 2>/dev/null; then
            without_venv=$path
        elif [ -z "$PYTHON" ] && "$path" -c 'import sys; sys.version_info < (3, 14) and sys.exit(1)' 2>/dev/null; then
            newer=${newer:-$path}
        else
            printf '%s\n' "$path"
            exit 0
        fi
    elif found=$("$candidate" -c 'import platform; print(platform.python_version())' 2>/dev/null); then
        too_old="${too_old:+$too_old, }$candidate is $found"
    fi
done
if [ -n "$newer" ]; then
    printf '%s\n' "$newer"
    exit 0
fi
if [ -n "$without_venv" ]; then
    echo "error: $without_venv has no venv module: install it (Debian and Ubuntu: the package python3-venv)" >&2
elif [ -n "$too_old" ]; then
    echo "error: Python 3.11 or newer is needed ($too_old): install one, or name it with make PYTHON=/path/to/python3" >&2
else
    echo "error: Python 3.11 or newer is needed and ${PYTHON:-none} was found: install one, or name it with make PYTHON=/path/to/python3" >&2
fi
exit 1
