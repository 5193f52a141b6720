"""What network-config-analyzer (nca) says goes through, of the clusters of `clusters.py`.

What it reads wrongly or not at all it is told in other words, each of which is named here:

- a policy's section of a direction that is not among its types is left out, because it is refused;
- types are always given, because `egress: []` without types counts as a rule of egress;
- a selector that is not there is an empty one, because the field counts as required;
- lists that are null are left out;
- `Exists` and `DoesNotExist` of pods become `In` and `NotIn` of all values that there are, because
  beside a selector of namespaces they find pods of the policy's own namespace only;
- ports of init containers that stay are those of a container, because they are not read;
- each pod has a label of its own, because of pods that bear the same labels only two are kept;
- blocks are written with their first address;
- namespaces come first, because pods before them lie in one without labels.

Of what it says of a pod and itself nothing is asked.
"""

import contextlib
import copy
import ipaddress
import json
import os
import pathlib
import sys
import tempfile

import clusters
from nca.CoreDS.Peer import BasePeerSet
from nca.CoreDS.ProtocolNameResolver import ProtocolNameResolver
from nca.NetworkConfig.ResourcesHandler import ResourcesHandler


def _pod_selector(selector):
    for wanted in selector.get("matchExpressions", []):
        if wanted["operator"] in ("Exists", "DoesNotExist"):
            wanted["operator"] = "In" if wanted["operator"] == "Exists" else "NotIn"
            wanted["values"] = list(clusters.PODS[wanted["key"]])


def _rule(rule):
    for key in [key for key, value in rule.items() if value is None]:
        del rule[key]
    for peer in [*rule.get("from", []), *rule.get("to", [])]:
        _pod_selector(peer.get("podSelector", {}))
        if "ipBlock" in peer:
            cidr = peer["ipBlock"]["cidr"]
            peer["ipBlock"]["cidr"] = str(ipaddress.ip_network(cidr, strict=False))


def _policy(spec):
    _pod_selector(spec.setdefault("podSelector", {}))
    types = spec.get("policyTypes")
    if not types:
        types = ["Ingress"] + (["Egress"] if spec.get("egress") else [])
    spec["policyTypes"] = sorted(types, reverse=True)
    for direction in ("Ingress", "Egress"):
        rules = spec.pop(direction.lower(), None)
        if direction in types and rules:
            spec[direction.lower()] = rules
            for rule in rules:
                _rule(rule)


def _pod(metadata, spec, number):
    metadata["labels"]["only"] = str(number)
    stays = spec.pop("initContainers", [])
    spec["containers"] += [it for it in stays if it.get("restartPolicy") == "Always"]


def in_other_words(objects):
    """The same cluster, as nca reads it rightly."""
    objects = copy.deepcopy(objects)
    for number, it in enumerate(objects):
        if it["kind"] == "NetworkPolicy":
            _policy(it["spec"])
        elif it["kind"] == "Pod":
            _pod(it["metadata"], it["spec"], number)
        elif it["kind"] != "Namespace":
            template = it["spec"]["template"]
            _pod(template["metadata"], template["spec"], number)
            it["spec"]["replicas"] = 2
    return sorted(objects, key=lambda it: it["kind"] != "Namespace")


@contextlib.contextmanager
def quiet():
    """Keeps its warnings to itself, also those that it writes by other ways."""
    sys.stdout.flush()
    kept = [os.dup(1), os.dup(2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(kept[0], 1)
        os.dup2(kept[1], 2)
        for handle in [nowhere, *kept]:
            os.close(handle)


class Theirs:
    """nca's answers about one cluster. It keeps what it knows for the whole process: use one."""

    def __init__(self, objects):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "cluster.yaml")
            documents = [json.dumps(it) for it in in_other_words(objects)]
            path.write_text("\n---\n".join(documents))
            with quiet():
                handler = ResourcesHandler()
                config = handler.get_network_config(None, None, None, [folder], "cluster")
                conns = config.allowed_connections().all_allowed_conns
        self.base = BasePeerSet()
        self.pods = {peer.full_name(): at for peer, at in self.base.peer_to_index.items()}
        self.cubes = [
            {
                name: conns.get_connectivity_cube(cube).get_dim_directly(name)
                for name in ("src_peers", "dst_peers", "protocols", "dst_ports")
            }
            for cube in conns
        ]

    def peer(self, name):
        """An end's number: an address, a pod, or the first of a workload's."""
        base = self.base
        if "/" in name:
            name = name if name in self.pods else f"{name}-1"
            return base.min_pod_index + self.pods[name]
        address = ipaddress.ip_address(name)
        first = base.min_ipv4_index if address.version == 4 else base.min_ipv6_index
        return first + int(address)

    def allows(self, source, to, protocol, port):
        """Whether a connection goes through."""
        source = self.peer(source)
        # A workload that calls itself is two of its pods.
        to = self.peer(f"{to}-2") if self.peer(to) == source else self.peer(to)
        number = ProtocolNameResolver.get_protocol_number(protocol)
        return any(
            source in cube["src_peers"]
            and to in cube["dst_peers"]
            and number in cube["protocols"]
            and port in cube["dst_ports"]
            for cube in self.cubes
        )
