"""The rules of a rule set once more, in Python's unbounded fractions and without a look at the product's code.

plain_rules.py FOLDER < RULE-SET: sells every basket of the Complete Journey under a rule set, as docs/rules.md says
it, and prints the SHA-256 over a line for each: redeemed, earned, due, limit, what each rule gave, each line's part.
"""
import csv
import datetime
import gzip
import hashlib
import json
import sys
from fractions import Fraction

RULES = json.load(sys.stdin)
FOLDER = sys.argv[1]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MOST = 2**31 - 1


def rows(name):
    with gzip.open(f"{FOLDER}/{name}.csv.gz", "rt", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def split(total, weights):
    if total == 0:
        return [0] * len(weights)
    exact = [Fraction(total * w, sum(weights)) for w in weights]
    parts = [int(share) for share in exact]
    order = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for i in order[:total - sum(parts)]:
        parts[i] += 1
    return parts


def rounded(value):
    how = RULES["counting"]["rounding"]
    whole = value.numerator // value.denominator
    rest = value - whole
    return whole + (how == "Up" and rest > 0 or how == "Nearest" and rest * 2 >= 1)


def takes(wanted, line):
    if wanted is None:
        return True
    skus, categories = wanted.get("skus", []), wanted.get("categories", [])
    named = not skus and not categories or line["sku"] in skus or line["category"] in categories
    return (named and line["sku"] not in wanted.get("notSkus", [])
            and line["category"] not in wanted.get("notCategories", []))


def holds(when, sale):
    time = sale["time"]
    clock, day = time.strftime("%H:%M:%S"), time.strftime("%Y-%m-%d")
    begin, end = when.get("from", "00:00:00"), when.get("to", "00:00:00")
    inside = (begin == end or begin <= clock < end if begin <= end else clock >= begin or clock < end)
    return (sale["tier"] in (when.get("tiers") or [sale["tier"]])
            and (not when.get("segments") or bool(set(when["segments"]) & sale["segments"]))
            and sale["store"] in (when.get("stores") or [sale["store"]])
            and sum(line["amount"] for line in sale["lines"]) >= when.get("basketLeastMinor", 0)
            and when.get("firstDay", day) <= day <= when.get("lastDay", day)
            and DAYS[time.weekday()] in (when.get("days") or DAYS)
            and inside)


def redeem(sale, asked, balance):
    terms = RULES["redemption"]
    value, total = terms["pointValueMinor"], sum(line["amount"] for line in sale["lines"])
    payable = [line["amount"] if takes(terms.get("on"), line) else 0 for line in sale["lines"]]
    most = 0
    if total >= terms["basketLeastMinor"]:
        most = sum(payable) * terms["sharePermille"] // 1000 // value
    points = min(asked, balance, most)
    limit = "" if points == asked else "Balance" if points == balance else "Basket"
    if points % terms["pointsStep"]:
        points, limit = points - points % terms["pointsStep"], limit or "Step"
    if 0 < points < terms["pointsLeast"]:
        points, limit = 0, "Least"
    return points, limit, split(points * value, payable)


def counted(line, paid):
    amount = line["amount"] - (line["tax"] if RULES["counting"]["amounts"] == "Net" else 0)
    if paid and not RULES["redemption"]["redeemedPartEarns"]:
        amount = int(Fraction(amount * (line["amount"] - paid), line["amount"]))
    return amount


def earn(sale, paid, room):
    lines = sale["lines"]
    points, closed, gains = [0] * (len(lines) + 1), set(), []
    amounts = [counted(line, part) for line, part in zip(lines, paid)]

    def note(code, new):
        new = [min(p, MOST) for p in new]
        if sum(new) != sum(points):
            gains.append((code, sum(new) - sum(points)))
        points[:] = new

    def cut(places, most):
        new = list(points)
        if sum(points[i] for i in places) > most:
            for i, part in zip(places, split(most, [points[i] for i in places])):
                new[i] = part
        return new

    for rule in RULES["rules"]:
        if not holds(rule.get("when", {}), sale):
            continue
        effect = rule["effect"]
        own = [i for i, line in enumerate(lines) if i not in closed and takes(rule.get("on"), line)]
        places = own if rule.get("on") else own + [len(lines)]
        new = list(points)
        each = RULES["counting"]["eachLine"]
        if effect["type"] in ("per-amount", "per-unit"):
            step = effect["minor"] if effect["type"] == "per-amount" else effect["units"] * 1000
            measures = amounts if effect["type"] == "per-amount" else [line["quantity"] for line in lines]
            for group in [[i] for i in own] if each else [own]:
                steps = sum(measures[i] for i in group) // step
                for i, part in zip(group, split(steps * effect["points"], [measures[i] for i in group])):
                    new[i] += part
        elif effect["type"] == "per-visit":
            new[-1] += effect["points"]
        elif effect["type"] == "times":
            for group in [[i] for i in places] if each else [places]:
                held = [points[i] for i in group]
                wanted = rounded(Fraction(sum(held) * effect["permille"], 1000))
                for i, part in zip(group, split(wanted, held)):
                    new[i] = part
        else:
            new = cut(places, effect["points"])
        note(rule["code"], new)
        if rule.get("isLast"):
            closed.update(own)
    note("card full", cut(range(len(points)), room))
    return points, gains


def baskets():
    departments = {row["product_id"]: row["department"] for row in rows("products")}
    found = {}
    for row in rows("transactions"):
        found.setdefault(row["basket_id"], []).append(row)
    for key, lines in sorted(found.items(), key=lambda b: (b[1][0]["transaction_timestamp"], int(float(b[0])))):
        first = lines[0]
        sale_lines = []
        for row in lines:
            amount = round(Fraction(row["sales_value"]) * 100)
            sale_lines.append({
                "sku": row["product_id"], "category": departments.get(row["product_id"], ""),
                "quantity": max(int(float(row["quantity"])), 1) * 1000, "amount": amount, "tax": amount // 6})
        time = datetime.datetime.strptime(first["transaction_timestamp"], "%Y-%m-%d %H:%M:%S")
        yield int(first["household_id"]), {
            "store": int(first["store_id"]), "time": time, "lines": sale_lines}


def main():
    parents = {int(row["household_id"]) for row in rows("demographics") if row["kids_count"] != "0"}
    balances, digest = {}, hashlib.sha256()
    for number, (household, sale) in enumerate(baskets()):
        balance = balances.get(household, 0)
        sale["tier"], sale["segments"] = household % 4, {"parents"} if household in parents else set()
        redeemed, limit, paid = redeem(sale, balance if number % 5 == 0 else 0, balance)
        points, gains = earn(sale, paid, max(RULES["cardBalanceMost"] - (balance - redeemed), 0))
        balances[household] = balance - redeemed + sum(points)
        due = sum(line["amount"] for line in sale["lines"]) - sum(paid)
        text = f"{redeemed} {sum(points)} {due} {limit}"
        text += "".join(f" {code} {gain}" for code, gain in gains)
        text += "".join(f" {earned}/{part}" for earned, part in zip(points, paid))
        digest.update((text + "\n").encode())
    print(digest.hexdigest().upper())


main()
