for (const article of document.querySelectorAll("article")) {
  const nodes = new Map();
  for (const node of article.querySelectorAll(".node")) {
    nodes.set(node.dataset.pool + ":" + node.dataset.at, node);
  }
  const names = [...article.querySelectorAll(".switch input")].map((input) => input.dataset.name);
  let by = "max";
  const chosen = (values) => {
    const all = values.split(",").map(Number);
    return by === "max" ? Math.max(-1, ...all) : all[Number(by)];
  };
  const heat = (value) => "h" + (value <= 0 ? 0 : Math.min(11, 1 + Math.floor(value / 10)));
  const paint = (node) => {
    const value = chosen(node.dataset.v);
    const tile = node.querySelector(".heat");
    const lost = node.classList.contains("lost");
    tile.className = "heat " + heat(value);
    tile.querySelector(".value").textContent = lost ? "lost" : value < 0 ? "–" : value + " %";
    const all = node.dataset.v.split(",").map(Number);
    const what = by === "max" && value > 0 && !lost ? names[1 + all.indexOf(value)] : "";
    tile.querySelector(".what").textContent = what;
    for (const cell of node.querySelectorAll(".cells i")) {
      cell.className = heat(chosen(cell.dataset.v));
    }
  };
  const tell = (told) => {
    const node = nodes.get(told.pool + ":" + told.at);
    if (!node) return undefined;
    node.dataset.v = told.v.join(",");
    node.querySelectorAll(".card tr").forEach((row, at) => {
      const [taken, percent] = row.querySelectorAll("td");
      if (told.taken[at]) [taken.textContent, percent.textContent] = told.taken[at];
    });
    node.querySelector(".pods").textContent = told.pods || "nothing stands here";
    return node;
  };
  const repaint = () => nodes.forEach(paint);
  for (const choice of article.querySelectorAll(".switch input")) {
    choice.addEventListener("change", () => {
      by = choice.value;
      repaint();
    });
  }
  const scenes = article.querySelector(".scenes");
  const select = article.querySelector(".scene");
  if (scenes && select) {
    const [all, before] = JSON.parse(scenes.textContent);
    const show = () => {
      before.forEach(tell);
      nodes.forEach((node) => node.classList.remove("lost", "changed"));
      const scene = select.value === "" ? undefined : all[Number(select.value)];
      article.classList.toggle("altered", scene !== undefined);
      article.querySelector(".said").textContent = scene ? scene.said : "";
      for (const told of scene ? scene.tiles : []) tell(told)?.classList.add("changed");
      for (const [pool, at] of scene ? scene.lost : []) {
        nodes.get(pool + ":" + at)?.classList.add("lost");
      }
      repaint();
    };
    select.addEventListener("change", show);
    show();
  }
  repaint();
}
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
