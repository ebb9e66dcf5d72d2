#!/usr/bin/env bash
# Changes CardProtocol's secure messaging, transaction MAC and MemberCard a little, again and again, and counts how
# often its tests notice. --help explains it.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
score_least=80

case ${1:-} in
    "" | --survivors) ;;
    -h | --help)
        cat <<'TEXT'
tests/Mutation/run.sh [--survivors]

Runs Stryker on src/CardProtocol's secure messaging, transaction MAC and MemberCard against tests/CardProtocol.Tests,
in a copy of the repository, and ends with
  mutants: N         those that compile and that the tests reach or should reach
  mutation score: P  per cent of them that a test noticed
--survivors also lists those that none noticed. Exit code 1 below 80 per cent, or when a mutant that tests are known
to notice was not: then the runner is broken, not the tests. It takes some twenty minutes on two cores.
TEXT
        exit 0 ;;
    *) echo "run.sh: only --survivors and --help are understood" >&2; exit 2 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The tree as it is, with what is not committed yet: Stryker builds changed code where the project stands.
(cd "$root" && git ls-files -z --cached --others --exclude-standard | xargs -0 tar cf - --ignore-failed-read) 2> /dev/null |
    tar xf - -C "$work"
cd "$work/tests/Mutation"
dotnet tool restore > "$work/tool.log" || { cat "$work/tool.log" >&2; exit 1; }
dotnet stryker --output "$work/report" > "$work/stryker.log" 2>&1 || { tail -30 "$work/stryker.log" >&2; exit 1; }
python3 "$root/tests/Mutation/score.py" "$work/report/reports/mutation-report.json" "$score_least" "$@"
