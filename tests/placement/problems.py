"""Problems of `placement/1` by number: the same number is the same problem on every machine."""

import random

SIZES = {
    # Pools, nodes of one, workloads, replicas of one and of all.
    "small": (3, 4, 4, 5, 10),
    "middle": (4, 14, 14, 40, 200),
}
FEATURES = [
    "numa", "apart", "apart-zone", "together", "together-zone", "spread", "spread-zone", "taints",
    "selectors", "tenants", "alone", "overcommit", "dedicated", "hugepages", "gpus", "max-pods",
    "failures", "zones",
]  # fmt: skip


def problem(number, size):
    """A problem, and which features it has."""
    chance = random.Random(f"{size} {number}")
    pools, *_ = SIZES[size]
    features = {feature for feature in FEATURES if chance.random() < 0.28}
    zonal = features & {"apart-zone", "together-zone", "spread-zone", "zones"}
    zones = ["a", "b", "c"][: chance.randint(2, 3)] if zonal else []
    there = [pool(chance, at, size, features, zones) for at in range(chance.randint(1, pools))]
    made = {"pools": there, "workloads": workloads(chance, size, features, there, zones)}
    if "failures" in features:
        made["failures"] = failures(chance, there, zones)
    return made, sorted(features)


def pool(chance, at, size, features, zones):
    count = chance.randint(1, SIZES[size][1])
    made = {
        "name": f"p{at}",
        "count": count,
        "capacity": {
            "cpu": chance.choice([8000, 16000, 32000]),
            "memory": chance.choice([16, 32, 64, 96]),
        },
        "reserved": {"cpu": chance.choice([0, 500, 1000])},
    }
    if zones:
        cuts = sorted(chance.randint(0, count) for _ in zones[1:])
        edges = [0, *cuts, count]
        made["zones"] = {zone: edges[i + 1] - edges[i] for i, zone in enumerate(zones)}
    if "gpus" in features and chance.random() < 0.7:
        made["capacity"]["gpu"] = chance.choice([2, 4, 8])
    if "hugepages" in features:
        made["capacity"]["hugepages"] = chance.choice([0, 8, 16])
    if "overcommit" in features and chance.random() < 0.7:
        made["overcommit"] = {"cpu": chance.choice([[2, 1], [3, 2], [4, 1]])}
    if "numa" in features and chance.random() < 0.8:
        made["numa"] = chance.choice([2, 2, 4])
        made["numa_resources"] = chance.choice([["cpu", "memory"], ["cpu"]])
    if "taints" in features and chance.random() < 0.4:
        made["taints"] = [chance.choice("tu")]
    if "selectors" in features:
        made["labels"] = {"disk": chance.choice("xy")}
    if "max-pods" in features:
        made["max_pods"] = chance.randint(2, 12)
    return made


def workloads(chance, size, features, pools, zones):
    _, _, most, each, left = SIZES[size]
    count = chance.randint(2, most)
    full = chance.uniform(0.6, 1.02)
    names = [f"w{at}" for at in range(count)]
    made = []
    for name in names:
        asked = requests(chance, features)
        share = max(amount / max(1, total(pools, what)) for what, amount in asked.items())
        wanted = int(full / count / max(share, 1e-6) * chance.uniform(0.5, 1.5))
        replicas = max(1, min(left, wanted, each))
        left = max(1, left - replicas)
        one = {"name": name, "replicas": replicas, "requests": asked}
        rules(chance, features, names, one)
        bounded(one, pools, zones)
        made.append(one)
    return made


def requests(chance, features):
    asked = {
        "cpu": chance.choice([500, 1000, 2000, 3000, 4000, 6000, 7000]),
        "memory": chance.choice([1, 2, 3, 4, 6, 8, 12, 20]),
    }
    if "gpus" in features and chance.random() < 0.4:
        asked["gpu"] = chance.choice([1, 1, 2, 3, 4])
    if "hugepages" in features and chance.random() < 0.3:
        asked["hugepages"] = chance.choice([1, 2, 4, 5])
    return asked


def total(pools, what):
    def of(pool):
        num, den = pool.get("overcommit", {}).get(what, (1, 1))
        has = pool["capacity"].get(what, 0) - pool["reserved"].get(what, 0)
        return pool["count"] * has * num / den

    return sum(of(pool) for pool in pools)


def rules(chance, features, names, one):
    if "dedicated" in features and chance.random() < 0.5:
        one["dedicated"] = ["cpu"]
    if "numa" in features and chance.random() < 0.5:
        one["numa"] = "single"
    if "taints" in features:
        one["tolerations"] = [taint for taint in "tu" if chance.random() < 0.6]
    if "selectors" in features and chance.random() < 0.4:
        one["selector"] = {"disk": chance.choice([["x"], ["y"], ["x", "y"]])}
    if "tenants" in features:
        one["tenant"] = chance.choice("ABC")
        if chance.random() < 0.3:
            one["isolation"] = "tenant"
    if "alone" in features and chance.random() < 0.15:
        one["isolation"] = "node"
        one["replicas"] = min(one["replicas"], 3)
    for feature, field, topology, often, alone in [
        ("apart", "anti_affinity", "node", 0.4, 0.6),
        ("apart-zone", "anti_affinity", "zone", 0.25, 0.5),
        ("together", "affinity", "node", 0.25, 0.3),
        ("together-zone", "affinity", "zone", 0.25, 0.3),
    ]:
        if feature in features and chance.random() < often:
            who = "self" if chance.random() < alone else chance.choice(names)
            one.setdefault(field, []).append({"topology": topology, "with": [who]})
    for feature, topology in [("spread", "node"), ("spread-zone", "zone")]:
        if feature in features and chance.random() < 0.35:
            one["spread"] = {"topology": topology, "max_skew": chance.choice([1, 1, 2])}


def bounded(one, pools, zones):
    """Fewer replicas where no more can stand apart: what is asked of the engine is no riddle."""
    for rule in one.get("anti_affinity", []):
        if rule["with"][0] in ("self", one["name"]):
            places = sum(it["count"] for it in pools)
            places = places if rule["topology"] == "node" else max(1, len(zones))
            one["replicas"] = min(one["replicas"], places)


def failures(chance, pools, zones):
    nodes = sum(pool["count"] for pool in pools)
    domain = "zone" if zones and chance.random() < 0.3 else "node"
    two = nodes <= 12 and domain == "node"
    made = {
        "k": chance.choice([1, 1, 2]) if two else 1,
        "mode": chance.choice(["replan", "evacuate"]),
        "domain": domain,
    }
    if chance.random() < 0.3:
        made["pools"] = [pools[0]["name"]]
    if chance.random() < 0.3:
        relaxed = [["spread"], ["anti_affinity"], ["spread", "anti_affinity"]]
        made["relax"] = chance.choice(relaxed)
    return made
