const exposedColors = ["--c1", "--c5", "--c4", "--c6"];
const phaseColors = { forward: "--c0", backward: "--c3", update: "--c2" };

// Parts with their colours: computing by phase, waiting by kind of collective.
const stepParts = () => {
  let exposed = 0;
  return value("/stepTime").map((part, index) => ({ ...part, index, color: part.kind === "exposed" ? exposedColors[exposed++ % exposedColors.length] : phaseColors[part.name] ?? "--c6" }));
};

const stepSection = () => section("step", "Where the step goes", "The step of one rank from start to end. Solid: an engine works. Hatched: nothing works, a collective is awaited.",
  element("figure", {}, chart("step-time", "Stacked bar of the parts of a step; the list below has the figures", () => 76, stepTimeOption)),
  element("ul", { class: "parts" }, stepParts().map(part => element("li", {},
    element("span", {}, element("i", { class: part.kind === "exposed" ? "swatch hatched" : "swatch", style: { "--swatch": `var(${part.color})` } }), part.kind === "exposed" ? `waiting for ${part.name}` : part.name),
    figure(`/stepTime/${part.index}/picoseconds`, "time")))));

const stepTimeOption = color => ({
  grid: { left: 0, right: 1, top: 4, bottom: 26 },
  xAxis: axisLook(color, { type: "value", max: value("/summary/stepPicoseconds"), splitNumber: 5, axisLabel: { color: color("--quiet"), fontSize: 12, formatter: time, alignMinLabel: "left", alignMaxLabel: "right", hideOverlap: true } }),
  yAxis: { type: "category", data: [""], show: false },
  tooltip: tooltip(color, it => tip(it.seriesName, ["time", textOf(it.value, "time")], ["exact", exactOf(it.value, "time")])),
  series: stepParts().map(part => ({
    type: "bar", stack: "step", name: part.kind === "exposed" ? `waiting for ${part.name}` : part.name, data: [part.picoseconds], barWidth: 40,
    itemStyle: { color: color(part.color), borderColor: color("--page"), borderWidth: 1, decal: part.kind === "exposed" ? hatching(color, "--page") : null },
  })),
});
