#!/usr/bin/env bash
# Runs a whole chain of stores in a simulated world, in which everything goes wrong. --help explains it.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)

# From the root, where global.json says which SDK. BUILT: test.sh has just done it.
[ -n "${BUILT:-}" ] || (cd "$root" && dotnet build tests/World -c Release --nologo -v quiet "-consoleLoggerParameters:ErrorsOnly;NoSummary") >&2
exec "$root/artifacts/bin/World/release/SmartCardCrm.World" "$@"
