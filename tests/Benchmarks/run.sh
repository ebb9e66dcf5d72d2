#!/usr/bin/env bash
# Measurements as ratios within one run.  run.sh NAME prints "figure: value" lines; run.sh alone lists the names.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
program=$root/artifacts/bin/Benchmarks/release/SmartCardCrm.Benchmarks.dll

dotnet build "$here" -c Release --nologo -v quiet -consoleLoggerParameters:ErrorsOnly >&2
case ${1:-} in
    sale)
        work=$(mktemp -d)
        trap 'rm -rf "$work"' EXIT
        bash "$root/hardware-sim/virtual-readers.sh" --dir "$work" --slots 4 -- \
            dotnet "$program" sale "$work"
        ;;
    terminal | intake | authorise | growth | pages)
        # Where the build lies: /tmp may be memory, on which syncs cost nothing.
        work=$(mktemp -d "$root/artifacts/$1.XXXXXX")
        trap 'rm -rf "$work"' EXIT
        name=$1
        shift
        dotnet "$program" "$name" "$work" "$@"
        ;;
    *) dotnet "$program" "$@" ;;
esac
