const energyNames = { static: "idle power of the chips", products: "products", hbm: "HBM traffic", links: "links" };
const energyColors = { static: "--c6", products: "--c0", hbm: "--c1", links: "--c2" };

const energySection = () => section("energy", "Energy and cost", "Energy of all chips in a step by what draws it, and what the step costs in money and carbon.",
  element("figure", {}, chart("energy", "Stacked bar of the energy of a step; the list below has the figures", () => 76, energyOption)),
  element("ul", { class: "parts" }, value("/energy/components").map((part, index) => element("li", {},
    element("span", {}, element("i", { class: "swatch", style: { "--swatch": `var(${energyColors[part.name] ?? "--c6"})` } }), energyNames[part.name] ?? part.name), figure(`/energy/components/${index}/joules`, "energy")))),
  element("div", { class: "columns spaced" },
    pairs([
      ["Chips, a step", figure("/energy/chipJoules", "energy")],
      ["Chips, a token", figure("/energy/chipJoulesPerToken", "energy")],
      ["Facility, a step", figure("/energy/facilityJoules", "energy")],
      ["Facility, a token", figure("/energy/facilityJoulesPerToken", "energy")],
      ["Instances paid", figure("/machine/instances", "count")],
      ["Chips of an instance", figure("/machine/chipsPerInstance", "count")],
      ["Ranks of a chip", figure("/machine/ranksPerChip", "count")],
      ["Price of an instance hour", figure("/machine/dollarsPerInstanceHour", "dollars")],
    ]),
    pairs([
      ["Price of a step", figure("/cost/dollars", "dollars")],
      ["Price of a billion tokens", figure("/cost/dollarsPerBillionTokens", "dollars")],
      ["Carbon of the facility’s energy, a step", figure("/cost/operationalKilograms", "mass")],
      ["Carbon of making the chips, a step’s share", figure("/cost/embodiedKilograms", "mass")],
      ["Carbon of a billion tokens", figure("/cost/kilogramsPerBillionTokens", "mass")],
    ])));

const energyOption = color => ({
  grid: gridOf(0, 1, 4, 26),
  xAxis: axisLook(color, { type: "value", max: value("/energy/chipJoules"), axisLabel: { color: color("--quiet"), fontSize: 12, formatter: axisText("energy"), alignMinLabel: "left", showMaxLabel: false, hideOverlap: true } }),
  yAxis: { type: "category", data: [""], show: false },
  tooltip: tooltip(color, it => tip(it.seriesName, ["energy", textOf(it.value, "energy")], ["exact", exactOf(it.value, "energy")])),
  series: value("/energy/components").map(part => ({
    type: "bar", stack: "energy", name: energyNames[part.name] ?? part.name, data: [part.joules], barWidth: 40, itemStyle: { color: color(energyColors[part.name] ?? "--c6"), borderColor: color("--page"), borderWidth: 1 },
  })),
});
