#!/bin/sh
# Puts the compiler, the local chain and forge into one folder, usage: link_tools.sh FOLDER
#
# anvil and forge are the native files of the package that npm chose for this machine. The fronts in node_modules/.bin
# are not used: that of forge exits 0 when tests fail, and killing one leaves its child running.
set -e
bin=$1
rm -rf "$bin"
mkdir -p "$bin"
root=$(pwd)
chmod +x toolchain/solc.mjs
version=$(node -p 'require("./node_modules/solc/package.json").version')
ln -s "$root/toolchain/solc.mjs" "$bin/solc-v$version"
for tool in anvil forge; do
    for native in "$root/node_modules/@foundry-rs/$tool"-*/bin/"$tool"; do
        if [ ! -f "$native" ]; then
            echo "npm has no $tool for $(uname -s) on $(uname -m)"
            exit 1
        fi
        chmod +x "$native"
        ln -s "$native" "$bin/$tool"
    done
    "$bin/$tool" --version
done
"$bin/solc-v$version" --version
