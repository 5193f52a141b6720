"""Holds `tenantry flows --manifests` to nca: `referee.py BINARY FROM TO [--folder DIR]`.

Of each random cluster every pair of ends, on every port that is spoken of and those beside it, is
asked for on both sides. What differs is left in the folder, with the first answers that do, and
ends the run with 1.
"""

import argparse
import itertools
import json
import multiprocessing
import pathlib
import random
import shutil
import subprocess
import sys

import clusters
import theirs

# So many questions of one cluster: drawn where there are more.
MOST = 4000


def ends(objects):
    """The pods, and whether each is one pod alone."""
    kinds = ("Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
    found = [it for it in objects if it["kind"] in kinds]
    name = lambda it: f"{it['metadata']['namespace']}/{it['metadata']['name']}"
    return {name(it): it["kind"] == "Pod" for it in found}


def questions(number, objects):
    """Everything that is asked about a cluster."""
    pods, outside = ends(objects), clusters.addresses()
    pairs = [it for it in itertools.product(pods, pods) if it[0] != it[1] or not pods[it[0]]]
    pairs += [*itertools.product(pods, outside), *itertools.product(outside, pods)]
    asked = [
        {"from": source, "to": to, "protocol": protocol, "port": port}
        for source, to in pairs
        for protocol in clusters.PROTOCOLS
        for port in clusters.ports()
    ]
    if len(asked) > MOST:
        asked = random.Random(number).sample(asked, MOST)
    return asked


def ours(binary, folder, asked):
    """Our answers."""
    ask = folder / "ask.json"
    ask.write_text(json.dumps(asked))
    command = [binary, "flows", "--manifests", folder / "manifests", "--ask", ask]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return json.loads(run.stdout)
    except ValueError:
        raise SystemExit(f"{folder}: no answer: exit {run.returncode}: {run.stderr[:500]}")


def judge(task):
    """What is wrong with the answers about one cluster, how many there are and how many allow."""
    binary, number, folder = task
    folder = pathlib.Path(folder, str(number))
    (folder / "manifests").mkdir(parents=True, exist_ok=True)
    objects = clusters.cluster(number)
    documents = "\n---\n".join(json.dumps(it, indent=2) for it in objects)
    (folder / "manifests/cluster.yaml").write_text(documents)
    asked = questions(number, objects)
    answers = ours(binary, folder, asked)
    if [{key: it.get(key) for key in asked[0]} for it in answers] != asked:
        return number, ["the answers are not those to the questions"], 0, 0
    nca = theirs.Theirs(objects)
    wrong = []
    for it in answers:
        allows = nca.allows(it["from"], it["to"], it["protocol"], it["port"])
        if allows != it["allowed"]:
            wrong.append(f"{'allowed' if allows else 'refused'} says nca; we: {json.dumps(it)}")
    if wrong:
        (folder / "wrong.txt").write_text("\n".join(wrong))
    else:
        shutil.rmtree(folder)
    return number, wrong, len(answers), sum(it["allowed"] for it in answers)


def main():
    wants = argparse.ArgumentParser(description=__doc__)
    wants.add_argument("binary")
    wants.add_argument("first", type=int)
    wants.add_argument("last", type=int)
    wants.add_argument("--folder", default="target/ci/flows")
    asked = wants.parse_args()
    if asked.first >= asked.last:
        wants.error("no clusters to ask about: last is the first number that is left out")
    tasks = [(asked.binary, it, asked.folder) for it in range(asked.first, asked.last)]
    failed, count, allowed = 0, 0, 0
    # What nca has read it keeps: each cluster has a process of its own.
    with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=1) as pool:
        for number, wrong, answers, allows in pool.imap(judge, tasks, chunksize=1):
            count, allowed = count + answers, allowed + allows
            if wrong:
                failed += 1
                print(f"cluster {number}: {len(wrong)} answers differ", *wrong[:2], sep="\n  ")
    print(f"{len(tasks)} clusters, {count} questions, of which we allow {allowed}; {failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
