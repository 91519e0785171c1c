const timelineSection = () => {
  const zoom = element("div", { class: "chart-tools" });
  const holder = chart("timeline", "Timeline of one rank’s step by engine; the table of statements has the same figures", width => width < 600 ? 340 : 356, timelineOption, {
    ready: instance => {
      instance.on("click", it => { if (it.data?.operation !== undefined) openStatement(it.data.operation, holder); });
      zoom.append(...zoomButtons(instance));
    },
    marks: () => value("/timeline/bars").map(({ operation }, index) => ({ series: "bars", index, operation })),
  });
  const phases = Object.entries(phaseColors).map(([name, color]) => ({ name, color }));
  return section("timeline", "Timeline",
    "One rank’s step as its clock walks through it at even load. The first lane has whole statements, the others what each engine does. Hatched runs of layers look like their neighbours and are left out.",
    element("div", { class: "chart-head" }, legend([...phases, { name: "left out", color: "--c6", hatched: true }]), zoom),
    element("figure", {}, holder),
    partList(value("/timeline/lanes").map((name, lane) => ({ title: `${name} busy`, figure: figure(`/timeline/busyPicoseconds/${lane}`, "time") }))));
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
  const left = width < 600 ? 76 : 96;
  return {
    grid: gridOf(left, 2, 6, 66),
    xAxis: axis(color, "value", { formatter: axisText("time"), showMaxLabel: false }, { min: 0, max: value("/timeline/endPicoseconds") }),
    yAxis: axis(color, "category", { color: color("--text"), width: left - 10, overflow: "truncate", hideOverlap: false },
      { data: value("/timeline/lanes"), inverse: true, splitLine: { show: true, lineStyle: { color: color("--line") } } }),
    dataZoom: timelineZoom(color),
    tooltip: tooltip(color, it => it.data.omitted ? tip(it.data.omitted.description, ["left out", `${it.data.omitted.bars} bars`]) : timelineTip(it.data.bar)),
    series: [
      {
        type: "custom", id: "omitted", clip: true, encode: { x: [0, 1] }, itemStyle: { color: color("--raised") }, renderItem: drawOmitted,
        data: value("/timeline/omitted").map(run => ({ value: [run.startPicoseconds, run.endPicoseconds], omitted: run })),
      },
      {
        type: "custom", id: "bars", clip: true, encode: { x: [1, 2], y: 0 }, renderItem: drawBar,
        data: value("/timeline/bars").map(bar => ({
          value: [bar.lane, bar.startPicoseconds, bar.endPicoseconds], operation: bar.operation, bar, itemStyle: { color: color(phaseColors[operation(bar.operation).phase] ?? "--c6") },
        })),
      },
    ],
  };
};

const timelineZoom = color => {
  const nothing = { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } };
  return [
    { type: "inside", filterMode: "weakFilter", zoomOnMouseWheel: "ctrl", moveOnMouseMove: true, moveOnMouseWheel: false, preventDefaultMouseMove: false },
    {
      type: "slider", filterMode: "weakFilter", show: !root.classList.contains("printing"), height: 18, bottom: 10, moveHandleSize: 0, showDetail: false, brushSelect: false,
      borderColor: color("--line"), backgroundColor: "transparent", fillerColor: color("--raised"), handleSize: "110%", handleStyle: { color: color("--page"), borderColor: color("--strong-line") },
      dataBackground: nothing, selectedDataBackground: nothing,
    },
  ];
};

const drawBar = (parameters, api) => {
  const [x0, y] = api.coord([api.value(1), api.value(0)]), [x1] = api.coord([api.value(2), api.value(0)]), height = api.size([0, 1])[1] * 0.62;
  const shape = echarts.graphic.clipRectByRect({ x: x0, y: y - height / 2, width: Math.max(0.7, x1 - x0), height }, parameters.coordSys);
  // Wide neighbours are told apart by a line.
  return shape && { type: "rect", shape, style: { fill: api.visual("color"), stroke: x1 - x0 > 4 ? colors()("--page") : null, lineWidth: 1 }, emphasis: { style: { opacity: 0.75 } } };
};

const drawOmitted = (parameters, api) => {
  const [x0] = api.coord([api.value(0), 0]), [x1] = api.coord([api.value(1), 0]), { y, height } = parameters.coordSys;
  const shape = echarts.graphic.clipRectByRect({ x: x0, y, width: Math.max(1, x1 - x0), height }, parameters.coordSys);
  return shape && { type: "rect", shape, style: { fill: api.visual("color"), decal: hatching(colors(), "--strong-line") } };
};

const timelineTip = bar => tip(statementName(bar.operation),
  bar.iteration && ["iteration", bar.iteration],
  ["on", value("/timeline/lanes")[bar.lane]],
  ["from", textOf(bar.startPicoseconds, "time")],
  ["to", textOf(bar.endPicoseconds, "time")],
  ["alone, one run", textOf(operation(bar.operation).picoseconds, "time")]);
