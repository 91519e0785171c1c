const memoryColors = { weights: "--c0", gradients: "--c3", optimizer: "--c2", "saved activations": "--c1", activations: "--c4", communication: "--c5", "routed rows": "--c6", unused: "--strong-line" };
let memoryFitsCapacity = false;

const memorySection = () => {
  const memory = value("/memory"), offScale = memory.peakBytes < 0.5 * memory.capacityBytes;
  memoryFitsCapacity = !offScale;
  const holder = chart("memory", "Memory of a rank over program order, stacked by class; the largest buffers at the peak are in the table", width => width < 600 ? 300 : 340, memoryOption, {
    ready: instance => instance.getZr().on("click", event => {
      const point = [event.offsetX, event.offsetY];
      if (instance.containPixel("grid", point)) openStatement(memoryPoint(instance.convertFromPixel({ seriesIndex: 0 }, point)[0]).operation, holder);
    }),
    marks: () => value("/memory/points").map(({ operation }, index) => ({ series: { seriesIndex: 0 }, index, operation })),
  });
  return section("memory", "Memory", "Device memory of a rank in program order (not in time), at even load. Click a place for its statement.",
    element("div", { class: "chart-head" }, legend(memory.classes.map(name => ({ name, color: memoryColors[name] ?? "--c6" }))), offScale && memoryScale(holder)),
    element("figure", {}, holder),
    memory.omittedPoints && element("p", { class: "quiet small" }, memory.omittedPoints),
    element("h3", {}, "Largest buffers at the peak"),
    element("p", { class: "quiet small" }, "The peak of ", figure("/memory/peakBytes", "bytes"), " is at ", statementLink(memory.points[memory.peakPoint].operation), memory.points[memory.peakPoint].iteration && ` (${memory.points[memory.peakPoint].iteration})`, "."),
    ...shortened(memory.atPeak.length, 12, hide => table(bufferColumns(memory), memory.atPeak, "Largest buffers at the peak", (_, index) => ({ hidden: hide(index) }))));
};

const memoryPoint = x => value("/memory/points")[x];

const memoryScale = holder => {
  const set = fits => { memoryFitsCapacity = fits; buttons.forEach((it, index) => it.setAttribute("aria-pressed", String((index === 1) === fits))); drawChart(charts.find(it => it.holder === holder)); };
  const buttons = ["Scale to peak", "Scale to capacity"].map((name, index) => element("button", { type: "button", "aria-pressed": String(index === 0), on: { click: () => set(index === 1) } }, name));
  return element("div", { class: "chart-tools" }, element("div", { class: "segment", role: "group", "aria-label": "Scale" }, buttons));
};

const bufferColumns = memory => {
  const most = Math.max(1, ...memory.atPeak.map(it => it.bytes));
  return [
    { title: "Buffer", cell: (it, index) => [element("code", {}, it.name), it.source && element("div", { class: "place" }, sourceText(it.source))] },
    { title: "Class", class: "fit", cell: it => [element("i", { class: "swatch", style: { "--swatch": `var(${memoryColors[it.class] ?? "--c6"})` } }), it.class] },
    { title: "Bytes", right: true, class: "share", cell: (it, index) => [figure(`/memory/atPeak/${index}/bytes`, "bytes"), bar(it.bytes / most, memoryColors[it.class])] },
    { title: "Lives", class: "narrow-hide", cell: it => it.first === it.last ? statementLink(it.first, `in statement ${it.first}`) : [statementLink(it.first, `from ${it.first}`), " ", statementLink(it.last, `to ${it.last}`)] },
  ];
};

const memoryOption = (color, width) => {
  const memory = value("/memory"), last = memory.points.length, offScale = !memoryFitsCapacity;
  const label = (text, position) => ({ formatter: () => text, position, color: color("--text"), fontSize: 12, fontWeight: 600, textBorderColor: color("--page"), textBorderWidth: 3 });
  return {
    grid: gridOf(66, 2, 26, 30),
    xAxis: axisLook(color, { type: "category", data: memory.points.map((_, x) => String(x)), splitLine: { show: false }, axisLabel: { show: false } }),
    yAxis: axisLook(color, { type: "value", max: offScale ? memory.peakBytes * 1.12 : Math.max(memory.capacityBytes, memory.peakBytes) * 1.06, interval: byteInterval((offScale ? memory.peakBytes : Math.max(memory.capacityBytes, memory.peakBytes)) / 4), axisLabel: { color: color("--quiet"), fontSize: 12, formatter: axisText("bytes"), showMaxLabel: false } }),
    tooltip: tooltip(color, memoryTip, { trigger: "axis", axisPointer: { type: "line", lineStyle: { color: color("--text"), width: 1, type: "solid" } } }),
    series: [...memory.classes.map((name, index) => ({
      type: "line", stack: "memory", name, step: "middle", symbol: "none", lineStyle: { width: 0.5, color: color("--page") }, emphasis: { disabled: true },
      areaStyle: { color: color(memoryColors[name] ?? "--c6"), opacity: 1 },
      data: memory.points.map(point => point.bytes[index]),
    })), {
      type: "line", name: "marks", data: [], symbol: "none",
      markLine: { silent: true, symbol: "none", animation: false, lineStyle: { color: color("--error"), width: 1.5, type: "dashed" }, data: [...phaseLines(color), ...(offScale ? [] : [{ yAxis: memory.capacityBytes, label: label(`capacity ${textOf(memory.capacityBytes, "bytes")}`, "insideStartTop") }])] },
      markPoint: { silent: true, symbol: "circle", symbolSize: 9, itemStyle: { color: color("--page"), borderColor: color("--text"), borderWidth: 2 },
        data: [{ coord: [memory.peakPoint, memory.peakBytes], label: { ...label(`peak ${textOf(memory.peakBytes, "bytes")}`, memory.peakPoint > 0.9 * last ? "left" : memory.peakPoint < 0.1 * last ? "right" : "top"), distance: 8 } }] },
    }],
    graphic: offScale ? [{ type: "text", right: 4, top: 4, silent: true, style: { text: `capacity ${textOf(memory.capacityBytes, "bytes")} is off the scale ↑`, fill: color("--error"), fontSize: 12 } }] : [],
  };
};

// A round number of binary units.
const byteInterval = bytes => {
  const unit = 1024 ** Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const size = bytes / unit;
  return unit * ([1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 512].find(it => it >= size) ?? 1024);
};

// Where a phase begins.
const phaseLines = color => {
  const points = value("/memory/points"), starts = points.map((point, x) => ({ x, phase: operation(point.operation).phase })).filter(({ phase }, x, all) => x === 0 || all[x - 1].phase !== phase);
  return starts.length > 8 ? [] : starts.map(({ x, phase }) => ({ xAxis: x, lineStyle: { color: color("--strong-line"), width: 1, type: "solid" }, label: { formatter: () => phase, position: "start", distance: 8, align: x > 0.9 * points.length ? "right" : "left", color: color("--quiet"), fontSize: 12 } }));
};

const memoryTip = items => {
  const { classes } = value("/memory"), point = memoryPoint(items[0].dataIndex);
  return tip(statementName(point.operation), point.iteration && ["iteration", point.iteration], ...classes.map((name, index) => [name, textOf(point.bytes[index], "bytes")]).reverse().filter((_, index) => point.bytes[classes.length - 1 - index] > 0));
};
