"""Random clusters by number: the same number makes the same cluster.

A cluster is a list of manifests with every feature of NetworkPolicies. It is small, and its words
are few, so that selectors, ports and blocks meet often.
"""

import ipaddress
import random

NAMESPACES = ("a", "b", "c")
APPS = ("web", "db", "")
TIERS = ("front", "back")
TEAMS = ("red", "blue")
PORTS = (79, 80, 81, 443, 8000, 8080)
NAMES = ("http", "sql", "dns")
PROTOCOLS = ("TCP", "UDP", "SCTP")
BLOCKS = (
    "0.0.0.0/0",
    "192.0.2.0/24",
    "192.0.2.128/25",
    "192.0.2.7/32",
    "198.51.100.77/28",
    "203.0.113.0/29",
    "::/0",
    "2001:db8::/32",
    "2001:db8:0:7::/64",
)
# Keys and values by what is selected.
PODS = {"app": APPS, "tier": TIERS}
SPACES = {"team": TEAMS, "kubernetes.io/metadata.name": NAMESPACES}


def some(rng, items, least=0):
    """A few of them, each once."""
    items = list(items)
    return rng.sample(items, rng.randint(least, len(items)))


def labels(rng, keys):
    return {key: rng.choice(values) for key, values in keys.items() if rng.random() < 0.7}


def selector(rng, keys):
    """Empty one time in four; else labels, expressions, or both."""
    if rng.random() < 0.25:
        return {}
    said = {}
    if rng.random() < 0.6:
        key = rng.choice(list(keys))
        said["matchLabels"] = {key: rng.choice(keys[key])}
    if not said or rng.random() < 0.3:
        key = rng.choice(list(keys))
        operator = rng.choice(("In", "NotIn", "Exists", "DoesNotExist"))
        wanted = {"key": key, "operator": operator}
        if operator in ("In", "NotIn"):
            wanted["values"] = some(rng, keys[key], 1)
        elif rng.random() < 0.3:
            wanted["values"] = []
        said["matchExpressions"] = [wanted]
    return said


def block(rng):
    cidr = rng.choice(BLOCKS)
    said = {"cidr": cidr}
    whole = ipaddress.ip_network(cidr, strict=False)
    inner = [ipaddress.ip_network(it, strict=False) for it in BLOCKS]
    inner = [it for it in inner if it.version == whole.version and it != whole]
    inner = [it for it in inner if it.subnet_of(whole)]
    if inner and rng.random() < 0.4:
        said["except"] = [str(it) for it in some(rng, inner, 1)[:2]]
    return said


def peer(rng):
    kind = rng.random()
    if kind < 0.25:
        return {"ipBlock": block(rng)}
    said = {}
    if kind < 0.75:
        said["podSelector"] = selector(rng, PODS)
    if kind > 0.5:
        said["namespaceSelector"] = selector(rng, SPACES)
    return said


def port(rng):
    said = {}
    if rng.random() < 0.6:
        said["protocol"] = rng.choice(PROTOCOLS)
    kind = rng.random()
    if kind < 0.25:
        said["port"] = rng.choice(NAMES)
    elif kind < 0.9:
        said["port"] = rng.choice(PORTS)
        if rng.random() < 0.3:
            said["endPort"] = rng.choice([it for it in PORTS if it >= said["port"]])
    return said


def listed(rng, key, said, make, most):
    """A list that is long, empty, null or left out."""
    kind = rng.random()
    if kind < 0.75:
        said[key] = [make(rng) for _ in range(rng.randint(1, most))]
    elif kind < 0.85:
        said[key] = rng.choice(([], None))


def rule(rng, ends):
    said = {}
    listed(rng, ends, said, peer, 3)
    listed(rng, "ports", said, port, 3)
    return said


def policy(rng, name):
    spec = {}
    if rng.random() < 0.9:
        spec["podSelector"] = selector(rng, PODS)
    listed(rng, "ingress", spec, lambda rng: rule(rng, "from"), 3)
    listed(rng, "egress", spec, lambda rng: rule(rng, "to"), 3)
    if rng.random() < 0.6:
        spec["policyTypes"] = some(rng, ("Ingress", "Egress"))
    namespace = rng.choice(NAMESPACES)
    metadata = {"name": name, "namespace": namespace, "creationTimestamp": None}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata,
        "spec": spec,
    }


def container(rng, names):
    """A container with some ports; takes the names that it gives out of the list."""
    ports = []
    for _ in range(rng.randint(0, 2)):
        said = {"containerPort": rng.choice(PORTS)}
        if rng.random() < 0.6:
            said["protocol"] = rng.choice(PROTOCOLS)
        if names and rng.random() < 0.7:
            said["name"] = names.pop()
        ports.append(said)
    return {"name": "c", "image": "c", "ports": ports}


def workload(rng, number):
    names = some(rng, NAMES)
    spec = {"containers": [container(rng, names) for _ in range(rng.randint(1, 2))]}
    if rng.random() < 0.2:
        spec["initContainers"] = [{**container(rng, names), "restartPolicy": "Always"}]
    if rng.random() < 0.1:
        setup = {"name": "s", "image": "s", "ports": [{"name": "sql", "containerPort": 79}]}
        spec.setdefault("initContainers", []).append(setup)
    head = {"name": f"w{number}", "namespace": rng.choice(NAMESPACES)}
    bears = labels(rng, PODS)
    if rng.random() < 0.7:
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {**head, "labels": bears},
            "spec": spec,
        }
    kind = rng.choice(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"))
    template = {"metadata": {"labels": bears}, "spec": spec}
    said = {"template": template, "selector": {"matchLabels": bears}}
    if kind != "DaemonSet":
        said["replicas"] = 2
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": head, "spec": said}


def cluster(number):
    """The manifests of a cluster."""
    rng = random.Random(f"flows {number}")
    objects = []
    for name in NAMESPACES:
        if rng.random() < 0.8:
            metadata = {"name": name, "labels": labels(rng, {"team": TEAMS})}
            objects.append({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    objects += [workload(rng, at) for at in range(rng.randint(2, 6))]
    objects += [policy(rng, f"p{at}") for at in range(rng.randint(2, 8))]
    rng.shuffle(objects)
    return objects


def addresses():
    """The first and the last address of every block, and those beside it."""
    found = {ipaddress.ip_address("8.8.8.8"), ipaddress.ip_address("2001:db9::1")}
    for cidr in BLOCKS:
        net = ipaddress.ip_network(cidr, strict=False)
        if net.prefixlen > 0:
            found |= {net[0], net[-1], net[0] - 1, net[-1] + 1}
    return [str(it) for it in sorted(found, key=lambda it: (it.version, it))]


def ports():
    """Every port that is spoken of, and those beside it."""
    return sorted({1, 65535} | {port + by for port in PORTS for by in (-1, 0, 1)})
