#!/usr/bin/env bash
# Lets a history reach the book as badly as can be, and looks what the book makes of it.  --help explains it.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)

# From the root, where global.json says which SDK. BUILT: test.sh has just done it.
[ -n "${BUILT:-}" ] || (cd "$root" && dotnet build tests/Mischief -c Release --nologo -v quiet "-consoleLoggerParameters:ErrorsOnly;NoSummary") >&2
exec "$root/artifacts/bin/Mischief/release/SmartCardCrm.Mischief" "$@"
