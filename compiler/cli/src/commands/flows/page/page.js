const MOST_LINES = 700, MOST_CELLS = 22500, MOST_TOLD = 200;
for (const article of document.querySelectorAll("article")) {
  const source = article.querySelector(".data");
  if (!source) continue;
  const { nodes, flows } = JSON.parse(source.textContent);
  const find = (selector) => article.querySelector(selector);
  const all = (selector) => [...article.querySelectorAll(selector)];
  const stage = find(".stage"), graph = find(".graph"), lines = find(".lines");
  const matrix = find(".matrix"), told = find(".told"), search = find(".search input");
  const groups = new Map(all(".group").map((group) => [group.dataset.group, group]));
  const buttons = new Map(all(".node").map((button) => [Number(button.dataset.at), button]));
  const heads = new Map(flows.map((flow) => [flow, [flow.from, flow.to].map((at) => new Set(at))]));
  // What stands for a node: itself, or its group while that is closed.
  const anchor = (at) => {
    const group = groups.get(nodes[at][1]);
    return group && !group.open ? "g" + nodes[at][1] : String(at);
  };
  const place = (key) =>
    key[0] === "g" ? groups.get(key.slice(1)).querySelector("summary") : buttons.get(Number(key));
  const called = (key) => (key[0] === "g" ? key.slice(1) + " (all)" : nodes[Number(key)][0]);
  const members = (key) =>
    key[0] === "g"
      ? nodes.flatMap((node, at) => (node[1] === key.slice(1) ? [at] : []))
      : [Number(key)];
  const reasons = () => {
    const boxes = all("input[type=checkbox]");
    return boxes.length ? new Set(boxes.filter((box) => box.checked).map((box) => box.value)) : undefined;
  };
  const words = () => search.value.trim().toLowerCase();
  const matches = (at) => nodes[at][0].toLowerCase().includes(words());
  const shown = () => {
    const wanted = reasons(), text = words();
    return flows.filter((flow) => {
      if (wanted && !wanted.has(flow.reason)) return false;
      if (!text || flow.ports.toLowerCase().includes(text)) return true;
      return flow.from.some(matches) || flow.to.some(matches);
    });
  };
  let chosen;
  // Which flows lead from what to what, as far as it is open.
  const edges = (list) => {
    const found = new Map();
    for (const flow of list) {
      const from = new Set(flow.from.map(anchor)), to = new Set(flow.to.map(anchor));
      for (const one of from) {
        for (const other of to) {
          const key = one + "\n" + other;
          if (!found.has(key)) {
            if (found.size >= MOST_CELLS) return found;
            found.set(key, { from: one, to: other, flows: [] });
          }
          found.get(key).flows.push(flow);
        }
      }
    }
    return found;
  };
  const curve = (from, to, base) => {
    const [a, b] = [from, to].map((element) => element.getBoundingClientRect());
    const middle = (box) => box.top + box.height / 2 - base.top;
    const right = b.left >= a.right - 8, left = b.right <= a.left + 8;
    const x1 = (right || !left ? a.right : a.left) - base.left;
    const x2 = (right ? b.left : left ? b.right : b.right) - base.left;
    const bend = right || left ? Math.max(24, Math.abs(x2 - x1) / 2.5) : 34;
    const c1 = right || !left ? x1 + bend : x1 - bend;
    const c2 = right ? x2 - bend : x2 + bend;
    return `M${x1} ${middle(a)} C${c1} ${middle(a)} ${c2} ${middle(b)} ${x2} ${middle(b)}`;
  };
  const draw = () => {
    for (const element of [...buttons.values(), ...all(".group > summary")]) {
      element.classList.remove("self", "calls", "called");
    }
    const list = shown(), found = [...edges(list).values()];
    const touches = (edge) => edge.from === chosen || edge.to === chosen;
    const few = found.length <= MOST_LINES ? found : found.filter(touches);
    graph.classList.toggle("chosen", chosen !== undefined);
    const base = lines.getBoundingClientRect();
    const paths = few.filter((edge) => edge.from !== edge.to).map((edge) => {
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      const [from, to] = [place(edge.from), place(edge.to)];
      path.setAttribute("d", curve(from, to, base));
      if (edge.from === chosen) {
        path.setAttribute("class", "out");
        to.classList.add("called");
      } else if (edge.to === chosen) {
        path.setAttribute("class", "in");
        from.classList.add("calls");
      }
      return path;
    });
    lines.replaceChildren(...paths);
    if (chosen) place(chosen).classList.add("self");
    const dim = words() && !/^[0-9]+$/.test(words());
    for (const [at, button] of buttons) {
      button.classList.toggle("dim", Boolean(dim) && !matches(at));
      button.classList.toggle("found", Boolean(dim) && matches(at));
    }
    for (const [name, group] of groups) {
      const held = members("g" + name).some(matches);
      group.firstElementChild.classList.toggle("found", Boolean(dim) && held && !group.open);
      group.classList.toggle("dim", Boolean(dim) && !held);
    }
    const note = found.length > few.length ? `${found.length} lines: choose whose to see` : "";
    find(".count").textContent = note || `${list.length} of ${flows.length} flows`;
  };
  const entry = (who, flow) => {
    const item = make("li");
    item.append(make("b", who), " ", flow.ports);
    if (flow.why) item.append(make("small", flow.why));
    return item;
  };
  const section = (title, entries) => {
    if (!entries.length) return [];
    const list = make("ul");
    list.append(...entries.slice(0, MOST_TOLD));
    if (entries.length > MOST_TOLD) list.append(make("li", `and ${entries.length - MOST_TOLD} more`));
    return [make("h5", title), list];
  };
  const names = (at) => {
    const shownNames = at.slice(0, 6).map((one) => nodes[one][0]).join(", ");
    return at.length > 6 ? `${shownNames} and ${at.length - 6} more` : shownNames;
  };
  const tell = () => {
    if (chosen === undefined) {
      told.replaceChildren(make("p", "Choose a box to see who calls it and whom it calls; a cell of the matrix to see what goes through.", "note"));
      return;
    }
    const own = members(chosen), list = shown();
    const outgoing = list.filter((flow) => own.some((at) => heads.get(flow)[0].has(at)));
    const incoming = list.filter((flow) => own.some((at) => heads.get(flow)[1].has(at)));
    const nothing = outgoing.length + incoming.length ? [] : [make("p", "No flow of those that are shown.", "note")];
    told.replaceChildren(
      make("h4", called(chosen)),
      ...nothing,
      ...section(`calls (${outgoing.length})`, outgoing.map((flow) => entry("→ " + names(flow.to), flow))),
      ...section(`is called by (${incoming.length})`, incoming.map((flow) => entry("← " + names(flow.from), flow))),
    );
  };
  const tellEdge = (edge) => {
    const [from, to] = [edge.from, edge.to].map(called);
    const entries = edge.flows.map((flow) => entry(`${names(flow.from)} → ${names(flow.to)}`, flow));
    told.replaceChildren(make("h4", `${from} → ${to}`), ...section(`goes through (${edge.flows.length})`, entries));
  };
  const toggle = (key) => {
    const name = key[0] === "g" ? key.slice(1) : nodes[Number(key)][1];
    const group = groups.get(name);
    if (group) group.open = !group.open;
  };
  const table = () => {
    const found = edges(shown());
    const order = (keys) => [...new Set(keys)].sort((one, other) => {
      const name = (key) => (key[0] === "g" ? [0, key.slice(1)] : [nodes[Number(key)][1] ? 0 : 1, nodes[Number(key)][0]]);
      const [a, b] = [name(one), name(other)];
      return a[0] - b[0] || (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0);
    });
    const rows = order([...found.values()].map((edge) => edge.from));
    const columns = order([...found.values()].map((edge) => edge.to));
    if (rows.length * columns.length > MOST_CELLS || found.size >= MOST_CELLS) {
      matrix.replaceChildren(make("p", "This is too much for a table: close some groups, or search.", "note"));
      return;
    }
    const sheet = make("table"), head = make("thead"), body = make("tbody"), line = make("tr");
    line.append(make("th", "from ↓  to →"));
    const title = (key, element) => {
      element.title = called(key) + (groups.size && (key[0] === "g" || nodes[Number(key)][1]) ? ": click to open or close" : "");
      element.addEventListener("click", () => toggle(key));
      return element;
    };
    for (const column of columns) {
      const cell = make("th");
      cell.scope = "col";
      cell.append(make("span", called(column)));
      line.append(title(column, cell));
    }
    head.append(line);
    for (const row of rows) {
      const line = make("tr"), name = make("th", called(row));
      name.scope = "row";
      line.append(title(row, name));
      for (const column of columns) {
        const edge = found.get(row + "\n" + column);
        const cell = make("td");
        if (edge) {
          const ports = [...new Set(edge.flows.map((flow) => flow.ports))];
          const one = ports.length === 1 && ports[0].length < 12 ? ports[0].replace("TCP ", "") : "";
          cell.textContent = one || (edge.flows.length > 1 ? edge.flows.length + "×" : "●");
          cell.className = "some";
          if (edge.flows.every((flow) => flow.reason === "derived")) cell.classList.add("derived");
          if (ports.includes("all ports")) {
            cell.classList.add("everything");
            cell.textContent = "all";
          }
          cell.tabIndex = 0;
          cell.title = `${called(row)} → ${called(column)}: ${ports.slice(0, 4).join("; ")}`;
          cell.addEventListener("click", () => tellEdge(edge));
          cell.addEventListener("keydown", (event) => event.key === "Enter" && tellEdge(edge));
        }
        line.append(cell);
      }
      body.append(line);
    }
    sheet.append(head, body);
    matrix.replaceChildren(sheet);
  };
  const rows = all(".list tbody tr");
  const filter = () => {
    const kept = new Set(shown());
    for (const row of rows) row.classList.toggle("hidden", !kept.has(flows[Number(row.dataset.at)]));
    find(".count").textContent = `${kept.size} of ${flows.length} flows`;
  };
  let planned = false;
  const repaint = () => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => {
      planned = false;
      const view = stage.dataset.view;
      if (view === "graph") draw();
      else {
        filter();
        if (view === "matrix") table();
      }
    });
  };
  const choose = (key) => {
    chosen = chosen === key ? undefined : key;
    tell();
    repaint();
  };
  for (const [at, button] of buttons) {
    button.addEventListener("click", () => choose(String(at)));
    button.addEventListener("mouseenter", () => {
      if (chosen === undefined) {
        chosen = String(at);
        draw();
        tell();
        chosen = undefined;
      }
    });
    button.addEventListener("mouseleave", () => {
      if (chosen === undefined) {
        repaint();
        tell();
      }
    });
  }
  for (const group of groups.values()) {
    group.addEventListener("toggle", () => {
      if (chosen !== undefined) {
        const kept = members(chosen).map(anchor)[0];
        chosen = kept;
        tell();
      }
      repaint();
    });
  }
  for (const [selector, open] of [[".open", true], [".close", false]]) {
    find(".controls " + selector).addEventListener("click", () => {
      for (const group of groups.values()) group.open = open;
    });
  }
  const show = (view) => {
    stage.dataset.view = view;
    repaint();
  };
  for (const choice of all("input[type=radio]")) choice.addEventListener("change", () => show(choice.value));
  for (const box of all("input[type=checkbox]")) box.addEventListener("change", () => { repaint(); tell(); });
  search.addEventListener("input", () => { repaint(); tell(); });
  addEventListener("resize", repaint);
  show(find("input[type=radio]:checked").value);
  tell();
}
