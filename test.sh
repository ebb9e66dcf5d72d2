#!/usr/bin/env bash
# All tests, against the real pcscd, PostgreSQL and Chromium. The last line says how many passed and failed.
set -uo pipefail
cd "$(dirname "$0")"

PACKAGES=(
    pcscd vsmartcard-vpcd strace iproute2 opensc pcsc-tools python3 python3-pyscard python3-cryptography
    postgresql chromium curl softhsm2
)
# Fewer than this and something ran nothing without saying so.
TESTS_LEAST=1900
PURCHASES=../shared/data/completejourney/transactions.csv.gz
PROJECTS=(
    Architecture.Tests Loyalty.Tests CardProtocol.Tests Simulator.Tests Demo.Tests Terminal.Tests Server.Tests
    World.Tests
)
# These wait more than they reckon.
WAITING_PROJECTS=(Network.Tests EndToEnd.Tests)

case ${1:-} in
    "") ;;
    -h | --help)
        cat <<'TEXT'
./test.sh

Installs the Debian packages the tests need (as root or with passwordless sudo), restores, builds, checks the format,
runs every test project, then a replay of 200 sales and a short one with --chaos, 20,000 taps of the simulated chain,
the hunt for a twelfth of the bugs planted in it, a sample of blows at a terminal's writes and syncs, a server killed
under load and one restored from a backup on each store, and 20 seconds of arbitrary bytes, each counted as one test.
Real purchases are read from ../shared/data; where they are absent, the tests that need them count as skipped.
The last line is "N passed, N failed", with ", N skipped" where some were. Exit code 1 when anything failed.
TEXT
        exit 0 ;;
    *) echo "test.sh: only --help is understood" >&2; exit 2 ;;
esac

passed=0 failed=0 skipped=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

heading() { printf '\n== %s (after %d s)\n' "$*" "$SECONDS"; }

# What failed is told again at the end, where it is looked for.
fail() {
    echo "FAILED: $*"
    failed=$((failed + 1))
    echo "failed $*" >> "$work/failures"
}

finish() {
    if [ $((passed + failed + skipped)) -lt "$TESTS_LEAST" ]; then
        fail "only $((passed + failed + skipped)) tests ran; there are at least $TESTS_LEAST"
    fi
    local line="$passed passed, $failed failed"
    [ "$skipped" -gt 0 ] && line="$line, $skipped skipped"
    echo
    [ "$failed" -gt 0 ] && cat "$work/failures"
    echo "$line"
    [ "$failed" -eq 0 ]
    exit
}

# A step that everything after it needs.
must() {
    if ! "$@"; then
        fail "$*"
        finish
    fi
}

install_packages() {
    local package missing=() as_root=()
    for package in "${PACKAGES[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
    echo "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq > /dev/null 2>&1
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" > "$work/apt.log" 2>&1 || { tail -20 "$work/apt.log"; return 1; }
}

# Adds up what a test project says at its end: total, failed, succeeded, skipped.
figure() { sed -n "s/^ *$1: \([0-9]*\)\$/\1/p" "$2" | tail -1; }

run_project() {
    heading "$1"
    local log="$work/$1.log" code=0
    dotnet run --no-build -c Release --project "tests/$1" -- --ansi off --output Detailed > "$log" 2>&1 || code=$?
    # What the tests print, without a line for each that passed.
    sed '/^passed /d; /^  Standard output$/d; /^ *$/d' "$log"
    local ok bad left
    ok=$(figure succeeded "$log") bad=$(figure failed "$log") left=$(figure skipped "$log")
    if [ -z "$ok" ] || { [ "$code" -ne 0 ] && [ "${bad:-0}" -eq 0 ]; }; then
        fail "$1 ended with $code before it could say how its tests went"
    fi
    awk '/^(passed|Test run) /{ in_failure = 0 } /^failed /{ in_failure = 1 } in_failure' "$log" >> "$work/failures"
    passed=$((passed + ${ok:-0})) failed=$((failed + ${bad:-0})) skipped=$((skipped + ${left:-0}))
}

# A campaign in the simulated chain, of blows, or of arbitrary bytes, or a replay, counts as one test.
campaign() {
    heading "$*"
    if "$@"; then
        echo passed >> "$work/campaigns"
    else
        echo "FAILED: $*"
        echo "failed $*" | tee -a "$work/failures" >> "$work/campaigns"
    fi
}

replay() {
    if [ ! -e "$PURCHASES" ]; then
        heading "replay $*"
        echo "skipped: there is no $PURCHASES"
        echo skipped >> "$work/campaigns"
    else
        campaign ./run.sh --replay "$PURCHASES" --data "$work/chain-$(wc -l < "$work/campaigns")" --exit "$@"
    fi
}

# Each commit hunts a twelfth of the planted bugs, and neighbours hunt others.
part_of_twelve() {
    local commit
    commit=$(git rev-parse --short=6 HEAD 2> /dev/null) || commit=0
    echo "$((16#$commit % 12 + 1))/12"
}

worlds() {
    campaign tests/World/run.sh --taps 20000
    campaign tests/World/run.sh --planted --part "$(part_of_twelve)"
    campaign tests/Load/run.sh kill --kills 6
    campaign tests/Load/run.sh kill --kills 3 --store postgres
    campaign tests/Load/run.sh restore
    campaign tests/Load/run.sh restore --store postgres
    campaign tests/Fuzz/run.sh 20
}

processes() {
    local project
    for project in "${WAITING_PROJECTS[@]}"; do
        run_project "$project"
    done
    replay --members 20 --sales 200
    replay --members 20 --sales 200 --chaos
    campaign tests/Crash/run.sh --slice
}

# Worlds reckon, processes wait: side by side they take less time. What the first lane said is printed when both are
# done.
run_lanes() {
    export BUILT=yes
    : > "$work/campaigns"
    worlds > "$work/worlds.log" 2>&1 &
    processes
    wait
    cat "$work/worlds.log"
    passed=$((passed + $(grep -c '^passed' "$work/campaigns")))
    failed=$((failed + $(grep -c '^failed' "$work/campaigns")))
    skipped=$((skipped + $(grep -c '^skipped' "$work/campaigns")))
}

heading "packages"
must install_packages
heading "build"
must dotnet restore --locked-mode SmartCardCrm.sln
must dotnet build -c Release --no-restore SmartCardCrm.sln
must dotnet format whitespace SmartCardCrm.sln --verify-no-changes --no-restore
for project in "${PROJECTS[@]}"; do
    run_project "$project"
done
run_lanes
finish
