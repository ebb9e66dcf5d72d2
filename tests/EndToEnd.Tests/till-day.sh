#!/usr/bin/env bash
# A till's day through the Till API, with curl and the API's own document only:
# till-day.sh ADDRESS KEY-FILE OTHER-READER PHONE
# Prints "insert" and "remove" when the customer is to put the card on a reader or take it away, and "headquarters" when it
# is needed; waits for a line on standard input after each. Prints "balance N" and "transactions N" at the end.
set -euo pipefail
exec 3>&1
ADDRESS=${1%/} KEY=$(cat "$2") OTHER_READER=$3 PHONE=$4
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT

call() { curl -sS --max-time 10 -H "X-Api-Key: $KEY" "$@"; }
# field FILE path.to.field
field() { python3 -c '
import json, sys
value = json.load(open(sys.argv[1]))
for name in sys.argv[2].split("."):
    value = value[int(name) if name.isdigit() else name]
print(value)' "$1" "$2"; }
expect() { [ "$2" = "$3" ] || { echo "$1: $2 instead of $3" >&2; exit 1; }; }

call "$ADDRESS/v1/openapi.json" > "$DIR/api"
python3 - "$DIR/api" << 'PY'
import json, sys
paths = json.load(open(sys.argv[1]))["paths"]
for path in ["checkouts", "enquiries", "returns", "reversals", "adjustments", "days"]:
    assert paths[f"/v1/{path}"]["post"]["parameters"][0]["name"] == "Idempotency-Key", path
PY
call "$ADDRESS/v1/health" > "$DIR/health"
expect ready "$(field "$DIR/health" ready)" True

# post KIND KEY BODY: prints the id
post() {
    call -X POST -H "Idempotency-Key: $2" --json "$3" "$ADDRESS/v1/$1" > "$DIR/posted.$2"
    field "$DIR/posted.$2" id
}
customer() { echo "$1" >&3; read -r; }
# served ID: the customer comes for it; prints the file with its end
served() {
    customer insert
    over "$1"
    customer remove
}
# over ID: waits for its end, prints the file with it
over() {
    for _ in $(seq 600); do
        call "$ADDRESS/v1/checkouts/$1" > "$DIR/$1"
        case $(field "$DIR/$1" state) in
            completed | answered | declined | cancelled | abandoned | timed_out) echo "$DIR/$1"; return ;;
        esac
        sleep 0.05
    done
    echo "checkout $1 does not end" >&2
    exit 1
}
status() { call -o "$DIR/answer" -w '%{http_code}' "$@"; }

# Nobody comes in without the key, and nothing senseless is taken.
expect key "$(curl -s -o /dev/null -w '%{http_code}' "$ADDRESS/v1/health")" 401
expect body "$(status -X POST -H 'Idempotency-Key: bad' --json '{"currency":"USD"}' "$ADDRESS/v1/checkouts")" 422
expect code "$(field "$DIR/answer" code)" basket-missing

ASKED=$(served "$(post enquiries ask '{"member":true}')")
expect asked "$(field "$ASKED" state)" answered
BEFORE=$(field "$ASKED" card.balance)

# The same sale five times at once, and once more from a till that hung up before the answer came.
SALE='{"currency":"USD","lines":[{"sku":"shirt","quantity":2,"amountMinor":6000},{"sku":"book","amountMinor":1500}]}'
curl -s --max-time 0.002 -o /dev/null -H "X-Api-Key: $KEY" -H 'Idempotency-Key: sale-1' --json "$SALE" \
    "$ADDRESS/v1/checkouts" || true
for i in 1 2 3 4 5; do
    call -X POST -H 'Idempotency-Key: sale-1' --json "$SALE" "$ADDRESS/v1/checkouts" > "$DIR/same.$i" &
done
wait
ID=$(field "$DIR/same.1" id)
for i in 2 3 4 5; do expect "the same sale" "$(field "$DIR/same.$i" id)" "$ID"; done
expect "another body" "$(status -X POST -H 'Idempotency-Key: sale-1' --json '{"currency":"USD","amountMinor":1}' \
    "$ADDRESS/v1/checkouts")" 422
SOLD=$(served "$ID")
expect sold "$(field "$SOLD" state)" completed
expect earned "$(field "$SOLD" result.earned)" 75
expect again "$(post checkouts sale-1 "$SALE")" "$ID"

# One shirt comes back, then the rest; then there is nothing left.
BACK=$(served "$(post returns back-1 "{\"sale\":\"$ID\",\"lines\":[{\"line\":0,\"quantity\":1}]}")")
expect "shirt back" "$(field "$BACK" result.redeemed) $(field "$BACK" result.dueMinor)" "30 -3000"
REST=$(served "$(post reversals back-2 "{\"sale\":\"$ID\"}")")
expect "rest back" "$(field "$REST" result.redeemed) $(field "$REST" result.dueMinor)" "45 -4500"
expect "nothing left" "$(status -X POST -H 'Idempotency-Key: back-3' --json "{\"sale\":\"$ID\"}" \
    "$ADDRESS/v1/reversals")" 409
# Whether there is no such sale at all, only headquarters knows.
case $(status -X POST -H 'Idempotency-Key: back-4' \
    --json '{"sale":"00000000-0000-0000-0000-000000000000"}' "$ADDRESS/v1/reversals") in
    404) expect "no such sale" "$(field "$DIR/answer" code)" sale-unknown ;;
    503) expect "no such sale here" "$(field "$DIR/answer" code)" headquarters-away ;;
    *) cat "$DIR/answer" >&2; exit 1 ;;
esac

# What waits for a card elsewhere is cancelled.
GONE=$(post checkouts gone "{\"currency\":\"USD\",\"amountMinor\":100,\"reader\":\"$OTHER_READER\"}")
expect cancelled "$(status -X DELETE "$ADDRESS/v1/checkouts/$GONE")" 200
expect state "$(field "$(over "$GONE")" state)" cancelled

# Five times: earn, and spend all of it.
SPENT=0
for i in $(seq 5); do
    EARN=$(served "$(post checkouts "earn-$i" "{\"currency\":\"USD\",\"amountMinor\":$((i * 1000))}")")
    expect "earned $i" "$(field "$EARN" result.earned)" $((i * 10))
    SPEND=$(served "$(post checkouts "spend-$i" '{"currency":"USD","amountMinor":99,"redeemAll":true}')")
    SPENT=$((SPENT + $(field "$SPEND" result.redeemed)))
done

# A supervisor gives points for a broken egg; the cashier cannot.
EGG='{"points":15,"reason":"goodwill","supervisor":"Vera"}'
expect "no supervisor" "$(status -X POST -H 'Idempotency-Key: egg' --json "$EGG" "$ADDRESS/v1/adjustments")" 403
SUPERVISOR=$(cat "$(dirname "$2")/supervisor.key")
call -X POST -H 'Idempotency-Key: egg' -H "X-Supervisor-Key: $SUPERVISOR" --json "$EGG" \
    "$ADDRESS/v1/adjustments" > "$DIR/posted.egg"
GIVEN=$(served "$(field "$DIR/posted.egg" id)")
expect given "$(field "$GIVEN" result.kind) $(field "$GIVEN" result.earned)" "adjustment 15"
LAST=$(served "$(post enquiries ask-again '{}')")
BALANCE=$(field "$LAST" card.balance)
AT_NOON=$((BEFORE + 150 - SPENT + 15))
expect balance "$BALANCE" "$AT_NOON"

# The customer comes without the card: the points go to the account, and half of the goods comes back.
WITHOUT="{\"currency\":\"USD\",\"amountMinor\":4200,\"member\":\"$PHONE\"}"
HAT=$(post checkouts without "$WITHOUT")
expect "without a card" "$(field "$DIR/posted.without" state) $(field "$DIR/posted.without" result.onAccount)" \
    "completed 42"
expect "without a card again" "$(post checkouts without "$WITHOUT")" "$HAT"
post returns without-back "{\"sale\":\"$HAT\",\"lines\":[{\"line\":0,\"quantity\":0.5}],\"withoutCard\":true}" > /dev/null
expect "half back" "$(field "$DIR/posted.without-back" result.onAccount)" -21

# The day so far, and its close.
call "$ADDRESS/v1/days/current" > "$DIR/x"
expect "sales of the day" "$(field "$DIR/x" totals.0.kind) $(field "$DIR/x" totals.0.count)" "sale 12"
for i in 1 2; do
    call -X POST -H 'Idempotency-Key: close' --json '{}' "$ADDRESS/v1/days" > "$DIR/z.$i"
    expect closed "$(field "$DIR/z.$i" number) $(field "$DIR/z.$i" closed)" "1 True"
done
expect totals "$(field "$DIR/z.1" totals)" "$(field "$DIR/x" totals)"
call "$ADDRESS/v1/days/current" > "$DIR/x"
expect "next day" "$(field "$DIR/x" number) $(field "$DIR/x" totals)" "2 []"

# Nothing so far needed headquarters. It countersigns the day, and sends the account's points to the card.
customer headquarters
for _ in $(seq 600); do
    call "$ADDRESS/v1/days/1" > "$DIR/z"
    [ "$(field "$DIR/z" countersigned)" != True ] || break
    sleep 0.05
done
expect countersigned "$(field "$DIR/z" countersigned)" True
VISITS=0
while [ "$BALANCE" -ne $((AT_NOON + 21)) ]; do
    VISITS=$((VISITS + 1))
    [ "$VISITS" -le 50 ] || { echo "the points of the account do not come: $BALANCE" >&2; exit 1; }
    VISIT=$(served "$(post checkouts "visit-$VISITS" '{"currency":"USD","amountMinor":0}')")
    BALANCE=$(field "$VISIT" result.balanceAfter)
done

echo "balance $BALANCE"
echo "transactions $((14 + VISITS))"
