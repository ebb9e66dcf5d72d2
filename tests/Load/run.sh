#!/usr/bin/env bash
# Puts the server under load and looks whether its book is right.  --help explains it.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)

# From the root, where global.json says which SDK. BUILT: test.sh has just done it.
[ -n "${BUILT:-}" ] || (cd "$root" && dotnet build tests/Load -c Release --nologo -v quiet "-consoleLoggerParameters:ErrorsOnly;NoSummary") >&2
exec "$root/artifacts/bin/Load/release/SmartCardCrm.Load" "$@"
