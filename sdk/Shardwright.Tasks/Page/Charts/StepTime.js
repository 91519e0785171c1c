const collectiveColors = { AllToAll: "--c1", AllReduce: "--c5", ReduceScatter: "--c4", AllGather: "--c6", Broadcast: "--c6" };
const phaseColors = { forward: "--c0", backward: "--c3", update: "--c2" };

// Computing by phase, waiting by kind of collective.
const stepParts = () => value("/stepTime").map((part, index) => {
  const hatched = part.kind === "exposed";
  return {
    hatched, number: part.picoseconds, figure: figure(`/stepTime/${index}/picoseconds`, "time"),
    title: hatched ? `waiting for ${part.name}` : part.name, color: (hatched ? collectiveColors : phaseColors)[part.name] ?? "--c6",
  };
});

const stepTimeOption = color => stackedBar(color, "time", value("/summary/stepPicoseconds"), stepParts());

const stepSection = () => section("step", "Where the step goes", "The step of one rank from start to end. Solid: an engine works. Hatched: nothing works, a collective is awaited.",
  element("figure", {}, chart("step-time", "Stacked bar of the parts of a step; the list below has the figures", () => 76, stepTimeOption)),
  partList(stepParts()),
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
