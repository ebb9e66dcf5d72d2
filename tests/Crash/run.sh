#!/usr/bin/env bash
# Strikes a terminal at the writes and syncs of a day: kills it, or lets its disk fail. --help explains it.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)

if ! command -v strace > /dev/null; then
    echo "tests/Crash/run.sh: strace is missing: apt-get install strace" >&2
    exit 2
fi
# From the root, where global.json says which SDK. BUILT: test.sh has just done it.
[ -n "${BUILT:-}" ] || (cd "$root" && dotnet build tests/Crash -c Release --nologo -v quiet "-consoleLoggerParameters:ErrorsOnly;NoSummary") >&2
# Every process is young when it ends: what the runtime would compile better, later, does not pay.
export DOTNET_TieredPGO=0 DOTNET_TC_CallCountingDelayMs=0xEA60
programs=$("$root/tests/Crash/precompile.sh")
exec "$programs/Crash/release/SmartCardCrm.Crash" "$@"
