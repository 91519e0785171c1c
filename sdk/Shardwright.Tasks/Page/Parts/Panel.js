// What is known about one statement. It opens from every mark, row and link, and gives the focus back when it closes.
const panel = document.getElementById("panel");
let panelOpener = null, panelIndex = null;

const openStatement = (index, opener = document.activeElement) => {
  if (!operation(index)) return;
  if (panel.hidden) panelOpener = opener;
  panelIndex = index;
  panel.replaceChildren(...panelContent(index));
  panel.hidden = false;
  panel.scrollTop = 0;
  document.getElementById("panel-title").focus({ preventScroll: true });
};

const closePanel = () => {
  if (panel.hidden) return;
  panel.hidden = true;
  if (panelOpener?.isConnected) panelOpener.focus({ preventScroll: true });
};

const panelContent = index => {
  const it = operation(index), path = `/operations/${index}`, last = value("/operations").length - 1;
  return [
    element("div", { class: "panel-head" }, element("span", {}, `Statement ${index}`),
      element("div", {}, button("Previous", () => openStatement(index - 1), { disabled: index === 0 }), button("Next", () => openStatement(index + 1), { disabled: index === last }), button("Close", closePanel, { id: "panel-close" }))),
    element("h2", { id: "panel-title", tabindex: -1 }, it.name),
    it.source && element("p", { class: "quiet place" }, element("code", {}, placeOf(it.source)), it.source.text && element("code", { class: "line" }, it.source.text)),
    pairs([
      ["Phase", it.phase + (it.loops.length ? `, in ${it.loops.join(", ")}` : "")],
      ["One run", figure(`${path}/picoseconds`, "time")],
      ["Runs in a step", figure(`${path}/runs`, "count")],
      ["All runs", figure(`${path}/totalPicoseconds`, "time")],
      ["Share of all statements’ time", figure(`${path}/timeShare`, "share")],
      ["Adds to the step", figure(`${path}/stepPicoseconds`, "time")],
      ["Of that, awaited while nothing computes", figure(`${path}/exposedPicoseconds`, "time")],
      ["Bound by", it.bound],
    ]),
    element("h3", {}, "How the time follows"), element("p", { class: "formula" }, it.formula),
    element("h3", {}, "Engines, one run"), engineTable(it, path),
    element("h3", {}, "Work, one run"),
    pairs([
      ["Products", figure(`${path}/flops`, "flops")],
      ["HBM traffic", figure(`${path}/hbmBytes`, "bytes")],
      ["Over links", figure(`${path}/linkBytes`, "bytes")],
      ["Arithmetic intensity", figure(`${path}/flopsPerByte`, "intensity")],
    ]),
    valueList("Results", it.results), valueList("Operands", it.operands),
  ].flat(Infinity).filter(Boolean);
};

const engineTable = (it, path) => {
  const rows = value("/machine/engines").map((name, engine) => ({ name, engine })).filter(({ engine }) => it.enginePicoseconds[engine] > 0);
  const longest = Math.max(it.overheadPicoseconds, ...it.enginePicoseconds);
  if (longest === 0) return empty("Takes no time.");
  const line = (name, number, picoseconds, color) => [name, element("span", {}, number, bar(picoseconds / longest, color))];
  return pairs([
    ...rows.map(({ name, engine }) => line(name, figure(`${path}/enginePicoseconds/${engine}`, "time"), it.enginePicoseconds[engine], engineColors[engine])),
    it.overheadPicoseconds > 0 && line("Overhead", figure(`${path}/overheadPicoseconds`, "time"), it.overheadPicoseconds, "--c6"),
  ]);
};

const valueList = (title, names) => names.length === 0 ? null : [element("h3", {}, title), element("ul", { class: "values" }, names.map(name => element("li", {}, element("code", {}, name))))];

document.addEventListener("keydown", event => { if (event.key === "Escape") closePanel(); });
