const energyNames = { static: "idle power of the chips", products: "products", hbm: "HBM traffic", links: "links" };
const energyColors = { static: "--c6", products: "--c0", hbm: "--c1", links: "--c2" };

const energyParts = () => value("/energy/components").map((part, index) => ({
  title: energyNames[part.name] ?? part.name, number: part.joules, color: energyColors[part.name] ?? "--c6", figure: figure(`/energy/components/${index}/joules`, "energy"),
}));

const energyOption = color => stackedBar(color, "energy", value("/energy/chipJoules"), energyParts());

const energySection = () => section("energy", "Energy and cost", "Energy of all chips in a step by what draws it, and what the step costs in money and carbon.",
  element("figure", {}, chart("energy", "Stacked bar of the energy of a step; the list below has the figures", () => 76, energyOption)),
  partList(energyParts()),
  element("div", { class: "columns spaced" },
    pairs([
      ["Chips, a step", figure("/energy/chipJoules", "energy")],
      ["Chips, a token", figure("/energy/chipJoulesPerToken", "energy")],
      ["Facility, a step", figure("/energy/facilityJoules", "energy")],
      ["Facility, a token", figure("/energy/facilityJoulesPerToken", "energy")],
      ["Instances paid", figure("/machine/instances", "count")],
      ["Chips of an instance", figure("/machine/chipsPerInstance", "count")],
      ["Ranks of a chip", figure("/machine/ranksPerChip", "count")],
    ]),
    pairs([
      ["Price of an instance hour", figure("/machine/dollarsPerInstanceHour", "dollars")],
      ["Price of a step", figure("/cost/dollars", "dollars")],
      ["Price of a billion tokens", figure("/cost/dollarsPerBillionTokens", "dollars")],
      ["Carbon of the facility’s energy, a step", figure("/cost/operationalKilograms", "mass")],
      ["Carbon of making the chips, a step’s share", figure("/cost/embodiedKilograms", "mass")],
      ["Carbon of a billion tokens", figure("/cost/kilogramsPerBillionTokens", "mass")],
    ])));
