const timelineLanes = () => value("/timeline/lanes");
const phaseNames = ["forward", "backward", "update"];

const timelineSection = () => {
  const zoom = element("div", { class: "chart-tools" });
  const holder = chart("timeline", "Timeline of one rank's step by engine; the table of statements has the same figures", width => width < 600 ? 340 : 356, timelineOption, {
    ready: instance => {
      instance.on("click", it => { if (it.data?.operation !== undefined) openStatement(it.data.operation, holder); });
      zoom.append(...zoomButtons(instance));
    },
    marks: () => value("/timeline/bars").map(({ operation }, index) => ({ series: { seriesId: "bars" }, index, operation })),
  });
  return section("timeline", "Timeline", "One rank’s step as its clock walks through it at even load. The first lane has whole statements, the others what each engine does. Hatched runs of layers look like their neighbours and are left out.",
    element("div", { class: "chart-head" }, legend([...phaseNames.map(name => ({ name, color: phaseColors[name] })), { name: "left out", color: "--c6", hatched: true }]), zoom),
    element("figure", {}, holder),
    element("ul", { class: "parts" }, timelineLanes().map((name, lane) => element("li", {}, element("span", {}, name, " busy"), figure(`/timeline/busyPicoseconds/${lane}`, "time")))));
};

// The same as wheel and drag, for keys.
const zoomButtons = instance => {
  const change = (factor, shift) => () => {
    const { start, end } = instance.getOption().dataZoom[0], middle = (start + end) / 2 + shift * (end - start), half = Math.min(50, (end - start) / 2 * factor);
    const from = Math.min(Math.max(0, middle - half), 100 - 2 * half);
    instance.dispatchAction({ type: "dataZoom", start: from, end: from + 2 * half });
  };
  return [["Earlier", 1, -0.5], ["Later", 1, 0.5], ["Zoom in", 0.5, 0], ["Zoom out", 2, 0], ["All", 1e6, 0]].map(([name, factor, shift]) => button(name, change(factor, shift)));
};

const timelineOption = (color, width) => {
  const lanes = timelineLanes(), left = width < 600 ? 76 : 96, end = value("/timeline/endPicoseconds");
  return {
    grid: gridOf(left, 2, 6, 66),
    xAxis: axisLook(color, { type: "value", min: 0, max: end, axisLabel: { color: color("--quiet"), fontSize: 12, formatter: axisText("time"), hideOverlap: true, showMaxLabel: false } }),
    yAxis: axisLook(color, { type: "category", data: lanes, inverse: true, splitLine: { show: true, lineStyle: { color: color("--line") } }, axisLabel: { color: color("--text"), fontSize: 12, width: left - 10, overflow: "truncate" } }),
    dataZoom: [
      { type: "inside", filterMode: "weakFilter", zoomOnMouseWheel: "ctrl", moveOnMouseMove: true, moveOnMouseWheel: false, preventDefaultMouseMove: false },
      { type: "slider", show: !root.classList.contains("printing"), filterMode: "weakFilter", height: 18, bottom: 10, borderColor: color("--line"), backgroundColor: "transparent", fillerColor: color("--raised"), handleSize: "110%", handleStyle: { color: color("--page"), borderColor: color("--strong-line") }, moveHandleSize: 0,
        dataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } }, selectedDataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } }, showDetail: false, brushSelect: false },
    ],
    tooltip: tooltip(color, it => it.data.omitted ? tip(it.data.omitted.description, ["left out", `${it.data.omitted.bars} bars`]) : timelineTip(it.data)),
    series: [
      { type: "custom", id: "omitted", clip: true, data: value("/timeline/omitted").map(run => ({ value: [run.startPicoseconds, run.endPicoseconds], omitted: run })), renderItem: drawOmitted, itemStyle: { color: color("--raised") }, encode: { x: [0, 1] } },
      { type: "custom", id: "bars", clip: true, encode: { x: [1, 2], y: 0 }, renderItem: drawBar, data: value("/timeline/bars").map(timelineBar(color)) },
    ],
  };
};

const timelineBar = color => (bar, index) => ({
  value: [bar.lane, bar.startPicoseconds, bar.endPicoseconds], operation: bar.operation, bar: index,
  itemStyle: { color: color(phaseColors[operation(bar.operation).phase] ?? "--c6") },
});

const drawBar = (parameters, api) => {
  const [x0, y] = api.coord([api.value(1), api.value(0)]), [x1] = api.coord([api.value(2), api.value(0)]), height = api.size([0, 1])[1] * 0.62;
  const shape = echarts.graphic.clipRectByRect({ x: x0, y: y - height / 2, width: Math.max(0.7, x1 - x0), height }, parameters.coordSys);
  return shape && { type: "rect", shape, style: { fill: api.visual("color"), stroke: x1 - x0 > 4 ? pageColor() : null, lineWidth: 1 }, emphasis: { style: { opacity: 0.75 } } };
};

const pageColor = () => colors()("--page");

const drawOmitted = (parameters, api) => {
  const [x0] = api.coord([api.value(0), 0]), [x1] = api.coord([api.value(1), 0]), { y, height } = parameters.coordSys;
  const shape = echarts.graphic.clipRectByRect({ x: x0, y, width: Math.max(1, x1 - x0), height }, parameters.coordSys);
  return shape && { type: "rect", shape, style: { fill: api.visual("color"), decal: hatching(colors(), "--strong-line") } };
};

const timelineTip = data => {
  const bar = value(`/timeline/bars/${data.bar}`);
  return tip(statementName(bar.operation), bar.iteration && ["iteration", bar.iteration], ["on", timelineLanes()[bar.lane]], ["from", textOf(bar.startPicoseconds, "time")], ["to", textOf(bar.endPicoseconds, "time")], ["alone, one run", textOf(operation(bar.operation).picoseconds, "time")]);
};
