"""Holds `tenantry place --problem` to CP-SAT: `referee.py BINARY SIZE FROM TO [--folder DIR]`.

For each problem the two verdicts must be the same, and of each reason it is asked whether the
parts that it names are enough, and whether it needs every one of them. What differs is left in
the folder as a file, and ends the run with 1.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys
import time

import exact
import problems


def parts(problem):
    """All parts that an explanation may name."""
    found = {"taints", "max_pods", "numa", "failures"}
    for workload in problem["workloads"]:
        name = workload["name"]
        found.add(f"workload:{name}")
        found |= {f"capacity:{resource}" for resource in workload["requests"]}
        rules = ("anti_affinity", "affinity", "spread", "selector")
        found |= {f"{rule}:{name}" for rule in rules if workload.get(rule)}
        if workload.get("isolation", "shared") != "shared":
            found.add(f"isolation:{name}")
    return found


def reason(problem, told):
    """What is wrong with a reason, in words."""
    named = set(told["elements"])
    left_out = parts(problem) - named
    if exact.decide(problem, left_out) == "feasible":
        yield "its parts are not enough"
    if not told["minimal"]:
        yield "open whether it is minimal"
        return
    for part in sorted(named):
        if exact.decide(problem, left_out | {part}) == "infeasible":
            yield f"it does not need {part}"


def judge(binary, path, problem):
    """What is wrong with an answer, and the two verdicts with how long ours took."""
    begin = time.monotonic()
    command = [binary, "place", "--problem", path, "--format", "json"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    took = time.monotonic() - begin
    try:
        answer = json.loads(run.stdout)
    except ValueError:
        return [f"no answer: exit {run.returncode}: {run.stderr[:300]}"], ("none", "none"), took
    verdicts = answer["verdict"], exact.decide(problem)
    wrong = []
    if verdicts[0] != verdicts[1] and "undecided" not in verdicts:
        wrong.append("WRONG")
    elif verdicts[0] == "infeasible":
        told = answer.get("explanation")
        wrong += reason(problem, told) if told else ["no reason"]
    elif verdicts[0] == "undecided" and verdicts[1] != "undecided":
        wrong.append("undecided")
    return wrong, verdicts, took


def main():
    wants = argparse.ArgumentParser(description=__doc__)
    wants.add_argument("binary")
    wants.add_argument("size", choices=problems.SIZES)
    wants.add_argument("first", type=int)
    wants.add_argument("last", type=int)
    wants.add_argument("--folder", default="target/ci/placement")
    asked = wants.parse_args()
    folder = pathlib.Path(asked.folder)
    folder.mkdir(parents=True, exist_ok=True)
    told, failed, slowest = collections.Counter(), 0, 0.0
    for number in range(asked.first, asked.last):
        problem, features = problems.problem(number, asked.size)
        path = folder / f"{asked.size}-{number}.json"
        path.write_text(json.dumps(problem))
        wrong, verdicts, took = judge(asked.binary, path, problem)
        told[verdicts] += 1
        slowest = max(slowest, took)
        if wrong:
            failed += 1
            print(path, *verdicts, f"{took:.2f} s", *features, *wrong, sep="; ", flush=True)
        else:
            path.unlink()
    for (ours, theirs), count in sorted(told.items()):
        print(f"{count} times we say {ours} and CP-SAT says {theirs}")
    print(f"the slowest answer took {slowest:.2f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
