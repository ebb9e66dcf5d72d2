#!/usr/bin/env bash
# A whole chain on this machine: server, terminals, readers, cards and shoppers. --help explains it.
set -euo pipefail

ROOT=$(cd "$(dirname "$0")" && pwd)
PACKAGES=(pcscd vsmartcard-vpcd strace iproute2)

help() {
    cat <<'TEXT'
./run.sh [options]

Starts a chain in a box: the server of headquarters, terminals with card readers, and customers with smart cards.
The cards are DESFire EV3 in software behind the real PC/SC daemon; everything else is the product itself.
Installs the Debian packages it needs when it may (root, or sudo without a password): pcscd, vsmartcard-vpcd, strace,
iproute2. Without them the terminals use their own loopback reader, and nothing is measured of PC/SC and fsyncs.
Builds once. Listens on loopback only, on free ports. All keys and passwords are made at the first start.
Ctrl-C stops everything it started.

Without --replay, --sales, --chaos or --exit it opens on the playground: a page on which you sell to cards, tear them away,
cut the network and see what happens. Its address is printed first, and opened where there is a desktop. The first
terminal is yours; a few shoppers of its own come and go at the others until Ctrl-C.

  --replay FILE    sell the purchases of FILE: CSV, or gzip of it, with a heading line that names household_id,
                   store_id, basket_id, sales_value and transaction_timestamp (as "The Complete Journey" has them).
                   One basket is one checkout; households in file order become members; some baskets redeem
  --members N      only the first N households (without a file: so many shoppers; 12)
  --sales N        only their first N baskets (without a file: so many sales; 60)
  --readers N      card readers in all, 1 to 16 (16; 4 when open without end)
  --terminals N    terminals, which share the readers (4; 2 when open without end)
  --data DIR       folder of the chain; used again, the same chain goes on, with the baskets not sold yet
                   (a new folder under ${XDG_STATE_HOME:-~/.local/state}/smartcardcrm)
  --chaos          tear cards away in mid-tap, kill and restart terminals, server and pcscd, cut the network
  --seed N         the same N gives the same shoppers, wishes and accidents (1)
  --exit           end after the summary; else everything stays up to be looked at until Ctrl-C
  --no-browser     print the playground's address, and do not open it
  --without-pcscd  use the loopback readers even where pcscd could be had
  --help           this text

After a replay there is a summary, one figure a line:

  sales: N                            baskets sold
  earned: N  ·  redeemed: N           points, by what the tills were told
  apdus per sale: X (minimum Y)       commands that the chips counted, and what these sales need at least
  fsyncs per sale: 2.00               by the readers' threads, as strace saw them; idle checkpoints apart
  lost: 0  ·  duplicated: 0           sales told to a till that headquarters lacks, or has more than once
  ledger sum: 0                       over all accounts
  cards matching ledger: N of N       points and counter in the chip, in the ledger, and by the receipts
  exceptions open: 0                  of reconciliation
  doubts: N settled: N                with --chaos: commits that nobody saw answered, and those cleared up

With --chaos APDUs and fsyncs are those of undisturbed sales, and in the end every disturbed card is tapped again.
Exit code: 0 when everything balances, 1 when something does not (each on standard error), 2 for a wrong command line.

Examples:

  ./run.sh
  ./run.sh --exit
  ./run.sh --replay transactions.csv.gz --members 50 --sales 2000 --exit
  ./run.sh --replay transactions.csv.gz --members 50 --sales 2000 --chaos --seed 7 --exit
  ./run.sh --data /tmp/chain --exit && ./run.sh --data /tmp/chain --exit
TEXT
}

say() { echo "run.sh: $*" >&2; }

installed() { dpkg-query -W -f '${Status}' "$1" 2> /dev/null | grep -q 'install ok installed'; }

# True when pcscd and its virtual readers can be used.
ensure_packages() {
    local package missing=() as_root=()
    command -v dpkg-query > /dev/null || { say "this is not Debian: using the loopback readers"; return 1; }
    for package in "${PACKAGES[@]}"; do
        installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2> /dev/null || { say "missing ${missing[*]}, and not root: using the loopback readers"; return 1; }
        as_root=(sudo -n)
    fi
    say "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq > /dev/null 2>&1 || true
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" > /dev/null || { say "apt failed: using the loopback readers"; return 1; }
}

build() {
    command -v dotnet > /dev/null || { say "the .NET SDK is missing: https://dot.net"; exit 1; }
    local log
    log=$(mktemp)
    say "building"
    # From the root, where global.json says which SDK.
    if ! (cd "$ROOT" && dotnet restore --locked-mode demo/chain.slnf \
        && dotnet build -c Release --no-restore demo/chain.slnf) > "$log" 2>&1; then
        cat "$log" >&2
        exit 1
    fi
    rm -f "$log"
}

arguments=("$@")
data=given_by_nobody
pcscd=wanted
for argument in "$@"; do
    case $argument in
        -h | --help) help; exit 0 ;;
        --data | --data=*) data=given ;;
        --without-pcscd) pcscd=unwanted ;;
    esac
done
if [ "$data" = given_by_nobody ]; then
    arguments+=(--data "${XDG_STATE_HOME:-$HOME/.local/state}/smartcardcrm/$(date +%Y%m%d-%H%M%S)")
fi
if [ "$pcscd" = wanted ]; then
    ensure_packages || arguments+=(--without-pcscd)
fi
build
exec "$ROOT/artifacts/bin/Demo/release/SmartCardCrm.Demo" "${arguments[@]}"
