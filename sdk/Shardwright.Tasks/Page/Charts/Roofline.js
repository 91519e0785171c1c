// What bounds a statement, by colour: an engine, links, overhead.
const boundColor = bound => {
  const engine = value("/machine/engines").indexOf(bound);
  return engine >= 0 ? engineColors[engine] : bound === "links" ? "--c2" : "--c6";
};

const rooflineSection = () => {
  const { points, step } = value("/roofline");
  const holder = chart("roofline", "Roofline: achieved rate of each statement with products against its arithmetic intensity", width => width < 600 ? 360 : width < 800 ? 390 : 460, rooflineOption, {
    ready: instance => instance.on("click", it => { if (it.data?.operation !== undefined) openStatement(it.data.operation, holder); }),
    marks: () => rooflineDots().map(({ operation }, index) => ({ series: "dots", index, operation })),
  });
  const bounds = distinct(points.map(it => it.bound)).sort().map(name => ({ name, color: boundColor(name) }));
  return section("roofline", "Roofline",
    "A dot is a statement with matrix products; its area is its share of the time, its colour what bounds it. Left of a ridge memory is the limit, right of it the engine; the distance to the roof is what is left.",
    points.length === 0 ? empty("The step has no matrix products.") : [legend(step ? [...bounds, { name: "whole step", color: "--text" }] : bounds), element("figure", {}, holder), rooflineTable()]);
};

const rooflineTable = () => {
  const { computeRoofs, memoryRoofs, step } = value("/roofline");
  const rates = (name, path, rate, kind, intensity) => ({ name, rate: figure(`${path}/${rate}`, kind), intensity: intensity && figure(`${path}/${intensity}`, "intensity") });
  return table([
    { title: "Roof", cell: it => it.name },
    { title: "Rate", right: true, cell: it => it.rate },
    { title: "Ridge with HBM, or intensity", right: true, cell: it => it.intensity },
  ], [
    ...computeRoofs.map((roof, index) => rates(roof.name, `/roofline/computeRoofs/${index}`, "flopsPerSecond", "flopRate", "ridgeFlopsPerByte")),
    ...memoryRoofs.map((roof, index) => rates(roof.name, `/roofline/memoryRoofs/${index}`, "bytesPerSecond", "byteRate")),
    ...(step ? [rates("Whole step, achieved", "/roofline/step", "flopsPerSecond", "flopRate", "flopsPerByte")] : []),
  ], "Roofs");
};

// A logarithmic axis has no zero.
const rooflineDots = () => value("/roofline/points").filter(it => it.flopsPerByte > 0 && it.flopsPerSecond > 0);

const powerBelow = number => 10 ** Math.floor(Math.log10(number)), powerAbove = number => 10 ** Math.ceil(Math.log10(number));

// Whole decades that hold all dots, ridges and roofs.
const rooflineExtent = () => {
  const { computeRoofs, memoryRoofs, step } = value("/roofline"), dots = step?.flopsPerByte > 0 ? [...rooflineDots(), step] : rooflineDots();
  const peak = Math.max(...computeRoofs.map(it => it.flopsPerSecond)), ridges = computeRoofs.map(it => it.ridgeFlopsPerByte), places = dots.map(it => it.flopsPerByte);
  return {
    peak, x: [powerBelow(Math.min(...places, 0.9 * Math.min(...ridges))), powerAbove(Math.max(...places, 2 * peak / memoryRoofs[0].bytesPerSecond))],
    y: [powerBelow(Math.min(...dots.map(it => it.flopsPerSecond))), powerAbove(peak * 1.2)],
  };
};

const rooflineOption = (color, width) => {
  const { computeRoofs, memoryRoofs, step } = value("/roofline"), { x, y, peak } = rooflineExtent();
  const logarithmic = (kind, [min, max], more) => axis(color, "log", { formatter: axisText(kind) }, { min, max, minorSplitLine: { show: false }, ...more });
  const slopes = memoryRoofs.map(roof => ({ roof, line: diagonal(roof.bytesPerSecond, x, [y[0], peak]) })).filter(({ line }) => line[0][0] < line[1][0]);
  return {
    grid: gridOf(84, 24, 16, 46),
    xAxis: logarithmic("plain", x, { name: "arithmetic intensity, FLOP per byte of HBM", nameGap: 28 }),
    yAxis: logarithmic("flopRate", y),
    tooltip: tooltip(color, it => rooflineTip(it.data)),
    series: [
      ...slopes.map(({ roof, line }) => roofLine(color, roof.name, line, roof.kind === "links")),
      ...computeRoofs.map(roof => roofLine(color, roof.name, [[Math.max(x[0], roof.ridgeFlopsPerByte), roof.flopsPerSecond], [x[1], roof.flopsPerSecond]], false)),
      ...computeRoofs.map(roof => ridgeLine(color, roof, y[0], width)),
      { type: "scatter", id: "dots", z: 5, symbolSize: dot => dot[2], emphasis: { scale: 1.15 }, data: rooflineDots().map(point => rooflineDot(color, point)) },
      ...(step?.flopsPerByte > 0 ? [{
        type: "scatter", id: "step", z: 6, symbol: "diamond", symbolSize: 16, itemStyle: { color: color("--text"), borderColor: color("--page"), borderWidth: 1.5 },
        data: [{ value: [step.flopsPerByte, step.flopsPerSecond], step: true }],
      }] : []),
    ],
  };
};

const rooflineDot = (color, point) => ({
  value: [point.flopsPerByte, point.flopsPerSecond, 7 + 60 * Math.sqrt(point.timeShare)], operation: point.operation, point,
  itemStyle: { color: color(boundColor(point.bound)), opacity: 0.82, borderColor: color("--page"), borderWidth: 1 },
});

// y = bandwidth · x inside the picture.
const diagonal = (rate, [x0, x1], [y0, y1]) => {
  const from = Math.max(x0, y0 / rate), to = Math.min(x1, y1 / rate);
  return [[from, rate * from], [to, rate * to]];
};

const plainLine = (color, name, data, tone, style, label) => ({
  type: "line", name, data, symbol: "none", silent: true, z: 2, lineStyle: { color: color(tone), ...style },
  markPoint: { silent: true, symbolSize: 0, data: label ? [label] : [] },
});

// A flat roof has its name at its right end, a sloped one a quarter of the way up.
const roofLine = (color, name, data, dashed) => {
  const [[x0, y0], [x1, y1]] = data, flat = y0 === y1, tone = flat ? "--text" : "--quiet";
  const place = flat ? { position: [-6, -9], align: "right", verticalAlign: "bottom" } : { position: [8, 4], align: "left", verticalAlign: "top" };
  return plainLine(color, name, data, tone, { width: dashed ? 1 : 1.6, type: dashed ? "dashed" : "solid" },
    { coord: flat ? [x1, y1] : [x0 ** 0.75 * x1 ** 0.25, y0 ** 0.75 * y1 ** 0.25], label: words(color, name, tone, place) });
};

// Where a roof meets HBM's: products with fewer FLOPs a byte wait for memory.
const ridgeLine = (color, roof, bottom, width) => plainLine(color, `ridge of ${roof.name}`, [[roof.ridgeFlopsPerByte, bottom], [roof.ridgeFlopsPerByte, roof.flopsPerSecond]], "--strong-line",
  { width: 1, type: "dotted" },
  width >= 600 && { coord: [roof.ridgeFlopsPerByte, bottom], label: words(color, `ridge ${textOf(roof.ridgeFlopsPerByte, "intensity")}`, "--quiet", { position: [6, -18], align: "left" }) });

const rooflineTip = data => {
  const it = data.step ? value("/roofline/step") : data.point;
  return tip(data.step ? "Whole step" : statementName(data.operation),
    !data.step && ["bound by", it.bound], !data.step && ["format", it.format],
    ["achieved", textOf(it.flopsPerSecond, "flopRate")], ["intensity", textOf(it.flopsPerByte, "intensity")], ["products", textOf(it.flops, "flops")], ["HBM", textOf(it.bytes, "bytes")],
    data.step ? ["links", textOf(it.linkBytes, "bytes")] : ["share of time", textOf(it.timeShare, "share")]);
};
