const MOST_LINES = 900, MOST_TOLD = 200;
for (const article of document.querySelectorAll("article")) {
  const source = article.querySelector(".data");
  if (!source) continue;
  const { nodes: rows, edges } = JSON.parse(source.textContent);
  const nodes = rows.map(([name, lane, wave, cluster, spec, target]) => {
    const words = [name, spec, cluster ?? "", target].join(" ").toLowerCase();
    return { name, lane, wave, cluster, spec, target, words, needs: [], needed: [] };
  });
  for (const [first, later] of edges) {
    nodes[later].needs.push(first);
    nodes[first].needed.push(later);
  }
  const find = (selector) => article.querySelector(selector);
  const all = (selector) => [...article.querySelectorAll(selector)];
  const stage = find(".stage"), graph = find(".graph"), lines = find(".lines");
  const told = find(".told"), search = find(".search input"), count = find(".count");
  const lanes = all(".lane"), listed = all(".list tbody tr");
  const buttons = [];
  for (const button of all(".node")) buttons[Number(button.dataset.at)] = button;

  // What stands for a node: itself, or its lane while that is closed.
  const anchor = (at) => (lanes[nodes[at].lane].open ? at : -1 - nodes[at].lane);
  const box = (key) => (key < 0 ? lanes[-1 - key].querySelector("summary") : buttons[key]);
  const words = () => search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  let sought = [], matching = nodes.map(() => true), chosen;

  // Everything that a node waits for, or that waits for it, however far.
  const reach = (at, side) => {
    const seen = new Set([at]), open = [at];
    while (open.length) {
      for (const next of nodes[open.pop()][side]) {
        if (!seen.has(next)) {
          seen.add(next);
          open.push(next);
        }
      }
    }
    return seen;
  };

  const curve = (from, to, base) => {
    const middle = (it) => it.top + it.height / 2 - base.top;
    const beside = to.left >= from.right - 8;
    const x1 = from.right - base.left, x2 = (beside ? to.left : to.right) - base.left;
    const bend = beside ? Math.max(20, (x2 - x1) / 2.5) : 34;
    const end = beside ? x2 - bend : x2 + bend;
    return `M${x1} ${middle(from)} C${x1 + bend} ${middle(from)} ${end} ${middle(to)} ${x2} ${middle(to)}`;
  };

  // What leads from box to box, as far as lanes are open; within a closed lane nothing is drawn.
  const drawn = (before, later) => {
    const found = new Map();
    for (const [first, last] of edges) {
      const from = anchor(first), to = anchor(last);
      if (from === to || (sought.length && !matching[first] && !matching[last])) continue;
      const key = from + " " + to;
      const line = found.get(key) ?? { from, to, far: nodes[first].lane !== nodes[last].lane, classes: new Set() };
      found.set(key, line);
      if (later?.has(first) && later.has(last)) line.classes.add("later");
      if (before?.has(first) && before.has(last)) line.classes.add("before");
      if (first === chosen || last === chosen) line.classes.add("direct");
    }
    return [...found.values()];
  };

  const draw = () => {
    const before = chosen === undefined ? undefined : reach(chosen, "needs");
    const later = chosen === undefined ? undefined : reach(chosen, "needed");
    const found = drawn(before, later);
    const few = found.length <= MOST_LINES ? found : found.filter((line) => line.classes.size);
    graph.classList.toggle("chosen", chosen !== undefined);
    const base = lines.getBoundingClientRect(), places = new Map();
    const place = (key) => {
      if (!places.has(key)) places.set(key, box(key).getBoundingClientRect());
      return places.get(key);
    };
    const paths = few.slice(0, MOST_LINES).flatMap((line) => {
      const [from, to] = [place(line.from), place(line.to)];
      // What the search has hidden has no place.
      if (!from.width || !to.width) return [];
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", curve(from, to, base));
      path.setAttribute("class", [...line.classes, line.far ? "far" : ""].join(" ").trim());
      return [path];
    });
    lines.replaceChildren(...paths);
    for (const element of [...buttons, ...lanes.map((lane) => lane.querySelector("summary"))]) {
      element.classList.remove("self", "before", "later");
    }
    for (const [set, name] of [[before, "before"], [later, "later"]]) {
      for (const at of set ?? []) if (at !== chosen) box(anchor(at)).classList.add(name);
    }
    if (chosen !== undefined) box(anchor(chosen)).classList.add("self");
    const number = matching.filter(Boolean).length;
    const shown = sought.length ? `${number} of ${nodes.length}` : "";
    count.textContent = found.length > few.length ? `${found.length} lines: choose a box to see its own` : shown;
  };

  const filter = () => {
    sought = words();
    matching = nodes.map((node) => sought.every((word) => node.words.includes(word)));
    const held = lanes.map(() => 0);
    nodes.forEach((node, at) => {
      held[node.lane] += matching[at];
      buttons[at].classList.toggle("dim", !matching[at]);
      buttons[at].classList.toggle("found", sought.length > 0 && matching[at]);
      listed[at].classList.toggle("hidden", !matching[at]);
    });
    lanes.forEach((lane, at) => {
      lane.classList.toggle("hidden", held[at] === 0);
      lane.firstElementChild.classList.toggle("found", sought.length > 0 && held[at] > 0 && !lane.open);
    });
  };

  let planned = false;
  const repaint = () => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => {
      planned = false;
      if (stage.dataset.view === "graph") draw();
    });
  };

  const about = (node) => {
    const when = node.wave === null ? "in no wave" : `wave ${node.wave}`;
    const where = node.cluster ? ` on ${node.cluster}` : "";
    return `${when}${where} · of ${node.spec} · by ${node.target}`;
  };
  const section = (title, list) => {
    if (!list.length) return [];
    const entries = make("ul");
    for (const at of list.slice(0, MOST_TOLD)) {
      const item = make("li"), button = make("button", nodes[at].name);
      button.type = "button";
      if (nodes[at].lane !== nodes[chosen].lane) button.append(" ", make("small", nodes[at].spec));
      button.addEventListener("click", () => choose(at, true));
      item.append(button);
      entries.append(item);
    }
    if (list.length > MOST_TOLD) entries.append(make("li", `and ${list.length - MOST_TOLD} more`));
    return [make("h5", `${title} (${list.length})`), entries];
  };
  const tell = () => {
    if (chosen === undefined) {
      told.replaceChildren(make("p", "Choose a box to see what it waits for and what waits for it.", "note"));
      return;
    }
    const node = nodes[chosen];
    const rest = (side) => {
      const more = reach(chosen, side).size - 1 - new Set(node[side]).size;
      return more > 0 ? [make("p", `and through these ${more} more`, "note")] : [];
    };
    const alone = node.needs.length + node.needed.length ? [] : [make("p", "It waits for nothing, and nothing waits for it.", "note")];
    told.replaceChildren(
      make("h4", node.name),
      make("p", about(node), "note"),
      ...alone,
      ...section("needs", node.needs),
      ...rest("needs"),
      ...section("is needed by", node.needed),
      ...rest("needed"),
    );
  };
  const choose = (at, led) => {
    chosen = chosen === at ? undefined : at;
    if (led) {
      lanes[nodes[at].lane].open = true;
      buttons[at].scrollIntoView({ block: "center", inline: "nearest" });
      buttons[at].focus({ preventScroll: true });
    }
    tell();
    repaint();
  };
  buttons.forEach((button, at) => button.addEventListener("click", () => choose(at)));
  for (const row of listed) {
    row.addEventListener("click", () => {
      if (chosen !== Number(row.dataset.at)) choose(Number(row.dataset.at));
    });
  }
  for (const lane of lanes) lane.addEventListener("toggle", () => { filter(); repaint(); });
  for (const [selector, open] of [[".open", true], [".close", false]]) {
    find(".controls " + selector).addEventListener("click", () => {
      for (const lane of lanes) lane.open = open;
    });
  }
  const show = (view) => {
    stage.dataset.view = view;
    repaint();
  };
  for (const choice of all("input[type=radio]")) choice.addEventListener("change", () => show(choice.value));
  search.addEventListener("input", () => { filter(); repaint(); });
  article.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen !== undefined && event.target !== search) choose(chosen);
  });
  addEventListener("resize", repaint);
  filter();
  show(find("input[type=radio]:checked").value);
  tell();
}
