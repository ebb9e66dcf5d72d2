"""Reads Stryker's report: how many mutants were noticed. Arguments: the report, the least score, [--survivors]."""
import json
import sys

NOTICED = {"Killed", "Timeout"}
COUNTED = NOTICED | {"Survived", "NoCoverage"}
# Every published CMAC vector notices a change of the constant of doubling's field.
KNOWN = ("AesCmac.cs", "Double")


def mutants(report):
    for path, file in report["files"].items():
        lines = file["source"].splitlines()
        for mutant in file["mutants"]:
            if mutant["status"] in COUNTED:
                at = mutant["location"]["start"]["line"]
                yield path.rsplit("/", 1)[-1], at, mutant, lines[at - 1].strip()


def main(path, least, *options):
    with open(path, encoding="utf-8") as text:
        found = list(mutants(json.load(text)))
    noticed = [one for one in found if one[2]["status"] in NOTICED]
    if "--survivors" in options:
        for name, line, mutant, source in found:
            if mutant["status"] not in NOTICED:
                print(f"{name}:{line} {mutant['status']}: {mutant['mutatorName']}: {source}")
                print(f"    → {mutant.get('replacement', '')[:160]}")
    if not any(name == KNOWN[0] and KNOWN[1] in source for name, _, _, source in noticed):
        print(f"no mutant of {KNOWN[1]} in {KNOWN[0]} was noticed, though tests are known to", file=sys.stderr)
        return 1
    score = 100 * len(noticed) / len(found)
    print(f"mutants: {len(found)}")
    print(f"mutation score: {score:.1f}")
    return 0 if score >= float(least) else 1


sys.exit(main(*sys.argv[1:]))
