// What bounds a statement, by colour: an engine, links, overhead.
const boundColor = bound => {
  const engine = value("/machine/engines").indexOf(bound);
  return engine >= 0 ? engineColors[engine] : bound === "links" ? "--c2" : "--c6";
};

const rooflineSection = () => {
  const { points, step } = value("/roofline");
  const holder = chart("roofline", "Roofline: achieved rate of each statement with products against its arithmetic intensity", width => width < 600 ? 360 : width < 800 ? 390 : 460, rooflineOption, {
    ready: instance => instance.on("click", it => { if (it.data?.operation !== undefined) openStatement(it.data.operation, holder); }),
    marks: () => rooflineDots().map(({ operation }, index) => ({ series: { seriesId: "dots" }, index, operation })),
  });
  return section("roofline", "Roofline", "A dot is a statement with matrix products; its area is its share of the time, its colour what bounds it. Left of a ridge memory is the limit, right of it the engine; the distance to the roof is what is left.",
    points.length === 0 ? empty("The step has no matrix products.") : [
      legend([...distinct(points.map(it => it.bound)).sort().map(name => ({ name, color: boundColor(name) })), ...(step ? [{ name: "whole step", color: "--text" }] : [])]),
      element("figure", {}, holder),
      rooflineTable()]);
};

const rooflineTable = () => table([
  { title: "Roof", cell: it => it.name },
  { title: "Rate", right: true, cell: it => it.rate },
  { title: "Ridge with HBM, or intensity", right: true, cell: it => it.ridge },
], [
  ...value("/roofline/computeRoofs").map((roof, index) => ({ name: roof.name, rate: figure(`/roofline/computeRoofs/${index}/flopsPerSecond`, "flopRate"), ridge: figure(`/roofline/computeRoofs/${index}/ridgeFlopsPerByte`, "intensity") })),
  ...value("/roofline/memoryRoofs").map((roof, index) => ({ name: roof.name, rate: figure(`/roofline/memoryRoofs/${index}/bytesPerSecond`, "byteRate"), ridge: "" })),
  ...(value("/roofline/step") ? [{ name: "Whole step, achieved", rate: figure("/roofline/step/flopsPerSecond", "flopRate"), ridge: figure("/roofline/step/flopsPerByte", "intensity") }] : []),
], "Roofs");

// A logarithmic axis has no zero.
const rooflineDots = () => value("/roofline/points").filter(it => it.flopsPerByte > 0 && it.flopsPerSecond > 0);

const powerBelow = number => 10 ** Math.floor(Math.log10(number)), powerAbove = number => 10 ** Math.ceil(Math.log10(number));

const rooflineOption = (color, width) => {
  const { computeRoofs, memoryRoofs, step } = value("/roofline");
  const dots = rooflineDots(), all = step && step.flopsPerByte > 0 ? [...dots, step] : dots;
  const peak = Math.max(...computeRoofs.map(it => it.flopsPerSecond)), hbm = memoryRoofs[0].bytesPerSecond;
  const x = [powerBelow(Math.min(...all.map(it => it.flopsPerByte), 0.9 * Math.min(...computeRoofs.map(it => it.ridgeFlopsPerByte)))), powerAbove(Math.max(...all.map(it => it.flopsPerByte), 2 * peak / hbm))];
  const y = [powerBelow(Math.min(...all.map(it => it.flopsPerSecond))), powerAbove(peak * 1.2)];
  const axis = (name, [min, max], kind, more) => axisLook(color, { type: "log", name, min, max, splitLine: { show: true, lineStyle: { color: color("--line") } }, minorSplitLine: { show: false }, ...more, axisLabel: { color: color("--quiet"), fontSize: 12, hideOverlap: true, formatter: number => axisText(kind === "intensity" ? "plain" : kind)(number) } });
  return {
    grid: gridOf(84, 24, 16, 46),
    xAxis: axis("arithmetic intensity, FLOP per byte of HBM", x, "intensity", { nameLocation: "middle", nameGap: 28 }),
    yAxis: axis("", y, "flopRate"),
    tooltip: tooltip(color, it => rooflineTip(it.data)),
    series: [
      ...memoryRoofs.map(roof => ({ roof, line: diagonal(roof.bytesPerSecond, x, [y[0], peak]) })).filter(({ line }) => line[0][0] < line[1][0]).map(({ roof, line }) => roofLine(color, roof.name, line, roof.kind === "links", "--quiet")),
      ...computeRoofs.map(roof => roofLine(color, roof.name, [[Math.max(x[0], roof.ridgeFlopsPerByte), roof.flopsPerSecond], [x[1], roof.flopsPerSecond]], false, "--text")),
      ...computeRoofs.map(roof => ridgeLine(color, roof, y[0])),
      { type: "scatter", id: "dots", z: 5, data: dots.map(rooflineDot(color)), symbolSize: dot => dot[2], emphasis: { scale: 1.15 } },
      ...(step && step.flopsPerByte > 0 ? [{ type: "scatter", id: "step", z: 6, symbol: "diamond", symbolSize: 16, data: [{ value: [step.flopsPerByte, step.flopsPerSecond], step: true }], itemStyle: { color: color("--text"), borderColor: color("--page"), borderWidth: 1.5 } }] : []),
    ],
  };
};

const rooflineDot = color => point => ({
  value: [point.flopsPerByte, point.flopsPerSecond, 7 + 60 * Math.sqrt(point.timeShare)], operation: point.operation, point,
  itemStyle: { color: color(boundColor(point.bound)), opacity: 0.82, borderColor: color("--page"), borderWidth: 1 },
});

// y = bandwidth · x inside the picture.
const diagonal = (rate, [x0, x1], [y0, y1]) => {
  const from = Math.max(x0, y0 / rate), to = Math.min(x1, y1 / rate);
  return [[from, rate * from], [to, rate * to]];
};

const roofLine = (color, name, data, dashed, tone) => ({
  type: "line", name, data, symbol: "none", silent: true, z: 2, lineStyle: { color: color(tone), width: dashed ? 1 : 1.6, type: dashed ? "dashed" : "solid" },
  endLabel: { show: false }, markPoint: { silent: true, symbolSize: 0, data: [{ coord: roofLabelPlace(data), label: { formatter: () => name, ...roofLabelLook(color, data, tone) } }] },
});

// Where a roof meets HBM's: products with fewer FLOPs a byte wait for memory.
const ridgeLine = (color, roof, bottom) => ({
  type: "line", name: `ridge of ${roof.name}`, symbol: "none", silent: true, z: 1, data: [[roof.ridgeFlopsPerByte, bottom], [roof.ridgeFlopsPerByte, roof.flopsPerSecond]], lineStyle: { color: color("--strong-line"), width: 1, type: "dotted" },
  markPoint: { silent: true, symbolSize: 0, data: [{ coord: [roof.ridgeFlopsPerByte, bottom], label: { formatter: () => `ridge ${textOf(roof.ridgeFlopsPerByte, "intensity")}`, color: color("--quiet"), fontSize: 12, position: [6, -18], align: "left", textBorderColor: color("--page"), textBorderWidth: 3 } }] },
});

const roofLabelPlace = ([[x0, y0], [x1, y1]]) => y0 === y1 ? [x1, y1] : [Math.sqrt(x0 * Math.sqrt(x0 * x1)), Math.sqrt(y0 * Math.sqrt(y0 * y1))];

const roofLabelLook = (color, [[, y0], [, y1]], tone) => ({ color: color(tone), fontSize: 12, textBorderColor: color("--page"), textBorderWidth: 3, position: y0 === y1 ? [-6, -9] : [8, 4], align: y0 === y1 ? "right" : "left", verticalAlign: y0 === y1 ? "bottom" : "top" });

const rooflineTip = data => {
  const it = data.step ? value("/roofline/step") : data.point;
  return tip(data.step ? "Whole step" : statementName(data.operation), !data.step && ["bound by", it.bound], !data.step && ["format", it.format], ["achieved", textOf(it.flopsPerSecond, "flopRate")], ["intensity", textOf(it.flopsPerByte, "intensity")],
    ["products", textOf(it.flops, "flops")], ["HBM", textOf(it.bytes, "bytes")], data.step ? ["links", textOf(it.linkBytes, "bytes")] : ["share of time", textOf(it.timeShare, "share")]);
};
