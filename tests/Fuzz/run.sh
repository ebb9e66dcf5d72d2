#!/usr/bin/env bash
# Feeds arbitrary bytes to the chip and the terminal's parsers: run.sh SECONDS. --help explains it.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)

# From the root, where global.json says which SDK. BUILT: test.sh has just done it.
[ -n "${BUILT:-}" ] || (cd "$root" && dotnet build tests/Fuzz -c Release --nologo -v quiet "-consoleLoggerParameters:ErrorsOnly;NoSummary") >&2
exec "$root/artifacts/bin/Fuzz/release/SmartCardCrm.Fuzz" "$@"
