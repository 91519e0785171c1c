const collectiveColors = { AllToAll: "--c1", AllReduce: "--c5", ReduceScatter: "--c4", AllGather: "--c6", Broadcast: "--c6" };
const phaseColors = { forward: "--c0", backward: "--c3", update: "--c2" };

// Parts with their colours: computing by phase, waiting by kind of collective.
const stepParts = () => value("/stepTime").map((part, index) => {
  const waits = part.kind === "exposed";
  return { ...part, index, waits, title: waits ? `waiting for ${part.name}` : part.name, color: (waits ? collectiveColors : phaseColors)[part.name] ?? "--c6" };
});

const stepSection = () => section("step", "Where the step goes", "The step of one rank from start to end. Solid: an engine works. Hatched: nothing works, a collective is awaited.",
  element("figure", {}, chart("step-time", "Stacked bar of the parts of a step; the list below has the figures", () => 76, stepTimeOption)),
  element("ul", { class: "parts" }, stepParts().map(part => element("li", {},
    element("span", {}, element("i", { class: part.waits ? "swatch hatched" : "swatch", style: { "--swatch": `var(${part.color})` } }), part.title),
    figure(`/stepTime/${part.index}/picoseconds`, "time")))),
  element("div", { class: "columns spaced" },
    pairs([
      ["Exposed communication", figure("/summary/exposedPicoseconds", "time")],
      ["Share of the step", figure("/summary/exposedShare", "share")],
    ]),
    pairs([
      ["HBM traffic, all ranks", figure("/throughput/hbmBytesPerStep", "bytes")],
      ["Over links, all ranks", figure("/throughput/linkBytesPerStep", "bytes")],
      value("/mesh/otherPlacementPicoseconds") !== null && ["Step time with the mesh the other way round", figure("/mesh/otherPlacementPicoseconds", "time")],
    ])));

const stepTimeOption = color => ({
  grid: gridOf(0, 1, 4, 26),
  xAxis: axisLook(color, { type: "value", max: value("/summary/stepPicoseconds"), splitNumber: 5, axisLabel: { color: color("--quiet"), fontSize: 12, formatter: axisText("time"), alignMinLabel: "left", showMaxLabel: false, hideOverlap: true } }),
  yAxis: { type: "category", data: [""], show: false },
  tooltip: tooltip(color, it => tip(it.seriesName, ["time", textOf(it.value, "time")], ["exact", exactOf(it.value, "time")])),
  series: stepParts().map(part => ({
    type: "bar", stack: "step", name: part.title, data: [part.picoseconds], barWidth: 40,
    itemStyle: { color: color(part.color), borderColor: color("--page"), borderWidth: 1, decal: part.waits ? hatching(color, "--page") : null },
  })),
});
