"""Decides a problem of `placement/1` with CP-SAT, straight from the definitions.

One integer variable for each workload, node and NUMA cell; every rule a constraint. A part that is
dropped is left out, as `docs/reference/placement.md` says of explanations.
"""

import itertools

from ortools.sat.python import cp_model

SECONDS = 20


def nodes(problem):
    """All nodes: name, pool, zone."""
    found = []
    for pool in problem["pools"]:
        zones = pool.get("zones") or {"z0": pool["count"]}
        places = [zone for zone, count in zones.items() for _ in range(count)]
        found += [(f"{pool['name']}-{at}", pool, place) for at, place in enumerate(places)]
    return found


def listed(value):
    """What may be one or a list, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def selected(workload, pool):
    labels = pool.get("labels", {})
    return all(labels.get(key) in values for key, values in workload.get("selector", {}).items())


def tolerates(workload, pool):
    return all(taint in workload.get("tolerations", []) for taint in pool.get("taints", []))


class Placement:
    """One placement of all workloads on the nodes that stand, as constraints of a model."""

    def __init__(self, model, problem, there, standing, relax=(), dropped=(), above=None):
        self.model, self.there, self.standing = model, there, standing
        self.relax, self.dropped = relax, dropped
        self.workloads = [it for it in problem["workloads"] if not self.drops("workload", it)]
        self.names = {it["name"] for it in self.workloads}
        self.cells, self.count, self.known = {}, {}, {}
        for workload in self.workloads:
            self.variables(workload, above or {})
        for node in standing:
            self.node(node)
        for workload in self.workloads:
            self.rules(workload)

    def drops(self, what, workload):
        return f"{what}:{workload['name']}" in self.dropped

    def variables(self, workload, above):
        name, replicas = workload["name"], workload["replicas"]
        for node in self.standing:
            pool = self.there[node][1]
            admitted = ("taints" in self.dropped or tolerates(workload, pool)) and (
                self.drops("selector", workload) or selected(workload, pool)
            )
            single = workload.get("numa") == "single" and "numa" not in self.dropped
            cells = pool.get("numa", 1) if single and pool.get("numa_resources") else 1
            most = replicas if admitted else 0
            parts = []
            for cell in range(cells):
                part = self.model.NewIntVar(0, most, "")
                if (name, node, cell) in above:
                    self.model.Add(part >= above[name, node, cell])
                self.cells[name, node, cell] = part
                parts.append(part)
            self.count[name, node] = sum(parts)
        self.model.Add(sum(self.count[name, node] for node in self.standing) == replicas)

    def present(self, name, domain, members):
        """Whether a workload has a replica in a domain."""
        if (name, domain) not in self.known:
            here = self.model.NewBoolVar("")
            total = sum(self.count[name, node] for node in members)
            self.model.Add(total >= 1).OnlyEnforceIf(here)
            self.model.Add(total == 0).OnlyEnforceIf(here.Not())
            self.known[name, domain] = here
        return self.known[name, domain]

    def node(self, node):
        pool = self.there[node][1]
        asked = {res for it in self.workloads for res in it.get("requests", {})}
        for resource in sorted(asked):
            if f"capacity:{resource}" not in self.dropped:
                self.row(node, pool, resource)
        if pool.get("max_pods") is not None and "max_pods" not in self.dropped:
            everybody = sum(self.count[it["name"], node] for it in self.workloads)
            self.model.Add(everybody <= pool["max_pods"])
        for workload in self.workloads:
            if not self.drops("isolation", workload):
                self.isolation(node, workload)

    def row(self, node, pool, resource):
        num, den = pool.get("overcommit", {}).get(resource, (1, 1))
        has = pool["capacity"].get(resource, 0) - pool.get("reserved", {}).get(resource, 0)
        has = num * max(0, has)

        def weight(workload):
            whole = resource in workload.get("dedicated", [])
            return (num if whole else den) * workload.get("requests", {}).get(resource, 0)

        everybody = (weight(it) * self.count[it["name"], node] for it in self.workloads)
        self.model.Add(sum(everybody) <= has)
        cells = pool.get("numa", 1)
        divided = resource in pool.get("numa_resources", [])
        if cells == 1 or not divided or "numa" in self.dropped:
            return
        singles = [it for it in self.workloads if it.get("numa") == "single"]
        for cell in range(cells):
            load = sum(weight(it) * self.cells[it["name"], node, cell] for it in singles)
            self.model.Add(load <= has // cells)

    def isolation(self, node, workload):
        here = lambda: self.present(workload["name"], node, [node])
        match workload.get("isolation", "shared"):
            case "node":
                everybody = sum(self.count[it["name"], node] for it in self.workloads)
                self.model.Add(everybody <= 1).OnlyEnforceIf(here())
            case "tenant":
                for other in self.workloads:
                    if other.get("tenant") != workload.get("tenant"):
                        alone = self.count[other["name"], node] == 0
                        self.model.Add(alone).OnlyEnforceIf(here())

    def domains(self, topology):
        if topology == "node":
            return {node: [node] for node in self.standing}
        zones = {}
        for node in self.standing:
            zones.setdefault(self.there[node][2], []).append(node)
        return zones

    def rules(self, workload):
        name = workload["name"]
        if not self.drops("anti_affinity", workload) and "anti_affinity" not in self.relax:
            for rule in workload.get("anti_affinity", []):
                self.apart(name, rule)
        if not self.drops("affinity", workload):
            for rule in workload.get("affinity", []):
                self.together(name, rule)
        if not self.drops("spread", workload) and "spread" not in self.relax:
            for rule in listed(workload.get("spread")):
                self.spread(workload, rule)

    def apart(self, name, rule):
        for domain, members in self.domains(rule["topology"]).items():
            for other in listed(rule["with"]):
                if other in ("self", name):
                    total = sum(self.count[name, node] for node in members)
                    self.model.Add(total <= 1)
                elif other in self.names:
                    pair = (self.present(it, domain, members).Not() for it in (name, other))
                    self.model.AddBoolOr(list(pair))

    def together(self, name, rule):
        domains = self.domains(rule["topology"])
        for other in listed(rule["with"]):
            own = {domain: self.present(name, domain, them) for domain, them in domains.items()}
            if other in ("self", name):
                self.model.Add(sum(own.values()) <= 1)
            elif other in self.names:
                for domain, members in domains.items():
                    company = self.present(other, domain, members)
                    self.model.AddImplication(own[domain], company)

    def spread(self, workload, rule):
        counts = []
        for members in self.domains(rule["topology"]).values():
            pools = [self.there[node][1] for node in members]
            if any(selected(workload, pool) and tolerates(workload, pool) for pool in pools):
                counts.append(sum(self.count[workload["name"], node] for node in members))
        if counts:
            least = self.model.NewIntVar(0, workload["replicas"], "")
            for count in counts:
                self.model.Add(count >= least)
                self.model.Add(count <= least + rule.get("max_skew", 1))


def failed_sets(there, failures):
    """Every set of nodes that may fail at once."""
    pools = failures.get("pools")
    may = [at for at, (_, pool, _) in enumerate(there) if pools is None or pool["name"] in pools]
    if failures.get("domain", "node") == "node":
        units = [[node] for node in may]
    else:
        zones = {}
        for node in may:
            zones.setdefault(there[node][2], []).append(node)
        units = list(zones.values())
    many = min(failures["k"], len(units))
    sets = itertools.combinations(units, many)
    return [[node for unit in chosen for node in unit] for chosen in sets]


def ask(model):
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = SECONDS
    solver.parameters.num_workers = 1
    told = solver.Solve(model)
    names = {cp_model.OPTIMAL: "feasible", cp_model.FEASIBLE: "feasible"}
    return names.get(told, "infeasible" if told == cp_model.INFEASIBLE else "undecided")


def decide(problem, dropped=frozenset()):
    """The verdict on a problem without the parts that are dropped."""
    there = nodes(problem)
    everything = list(range(len(there)))
    failures = [] if "failures" in dropped else listed(problem.get("failures"))
    model = cp_model.CpModel()
    base = Placement(model, problem, there, everything, dropped=dropped)
    replans = []
    for failure in failures:
        evacuates = failure.get("mode", "replan") == "evacuate"
        for lost in failed_sets(there, failure):
            left = [node for node in everything if node not in lost]
            relax = failure.get("relax", ())
            if evacuates:
                stays = {key: it for key, it in base.cells.items() if key[1] not in lost}
                Placement(model, problem, there, left, relax, dropped, above=stays)
            else:
                kind = sorted((there[node][1]["name"], there[node][2]) for node in lost)
                replans.append((kind, left, relax))
    verdict = ask(model)
    seen = []
    for kind, left, relax in replans:
        if verdict == "infeasible":
            break
        # Nodes of one pool and zone are alike.
        if (kind, relax) not in seen:
            seen.append((kind, relax))
            model = cp_model.CpModel()
            Placement(model, problem, there, left, relax, dropped)
            then = ask(model)
            verdict = then if then != "feasible" else verdict
    return verdict
