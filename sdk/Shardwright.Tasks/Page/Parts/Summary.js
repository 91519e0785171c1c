const summarySection = () => {
  const machine = value("/machine"), summary = value("/summary"), source = value("/source");
  const name = value("/model"), cut = name.lastIndexOf(".") + 1;
  return element("header", { class: "summary", id: "summary" },
    element("h1", {}, element("span", { class: "quiet" }, name.slice(0, cut)), element("wbr"), name.slice(cut)),
    element("ul", { class: "facts" },
      fact("Machine ", element("b", {}, machine.name), ` (${machine.chip}) `, machine.isCalibrated ? "" : element("span", { class: "badge" }, "uncalibrated")),
      fact("Mesh ", element("b", {}, value("/mesh/description"))),
      fact(element("b", {}, figure("/mesh/data", "count")), value("/mesh/data") === 1 ? " rank on " : " ranks on ", element("b", {}, figure("/machine/chips", "count")), machine.chips === 1 ? " chip" : " chips"),
      fact(element("b", {}, figure("/batch/tokensPerStep", "count")), " tokens a step (", figure("/batch/sequences", "count"), " × ", figure("/batch/tokensPerSequence", "count"), " × ",
        figure("/batch/microBatches", "count"), value("/batch/microBatches") === 1 ? " micro-batch)" : " micro-batches)"),
      source && fact(sourceText(source))),
    element("div", { class: "headline" },
      headline("Step time", figure("/summary/stepPicoseconds", "time"), null,
        figure("/throughput/tokensPerSecond", "count"), " tokens/s over all ranks; ", figure("/summary/exposedShare", "share"), " of the step is exposed communication"),
      headline("Model FLOPs utilisation (MFU)", figure("/summary/mfuShare", "share"), summary.mfuShare,
        figure("/throughput/flopsPerStep", "flops"), " of products a step over all ranks, against the chips’ published peaks"),
      headline("Peak HBM of a rank", figure("/summary/peakBytes", "bytes"), summary.peakShare,
        figure("/summary/peakShare", "share"), " of ", figure("/summary/capacityBytes", "bytes"), summary.peakShare > 1 ? [" ", element("span", { class: "badge error" }, "does not fit")] : "")),
    machine.isCalibrated ? machine.calibration && element("p", { class: "quiet small" }, `Calibration: ${machine.calibration}`)
      : element("p", { class: "notice" }, element("b", {}, "Uncalibrated. "), "No public measurement of training covers this machine: times follow from its published rates and rules. ", machine.calibration ?? ""));
};

const fact = (...children) => element("li", {}, children);

const headline = (title, large, part, ...note) => element("div", {},
  element("h2", {}, title), element("span", { class: "large" }, large),
  part === null ? element("div", { class: "meter none" }) : element("div", { class: part > 1 ? "meter over" : "meter" }, element("i", { style: { width: `${Math.min(100, part * 100).toFixed(2)}%` } })),
  element("p", { class: "note" }, note));
