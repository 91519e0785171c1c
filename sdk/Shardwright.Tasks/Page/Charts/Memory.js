const memoryColors = {
  weights: "--c0", gradients: "--c3", optimizer: "--c2", "saved activations": "--c1", activations: "--c4", communication: "--c5", "routed rows": "--c6", "replica slots": "--c7", unused: "--strong-line",
};
const memoryHolds = (memory, index) => memory.points.some(point => point.bytes[index] > 0);
const memoryColor = name => memoryColors[name] ?? "--c6";
let memoryShowsCapacity = false;

const memorySection = () => {
  const memory = value("/memory"), peak = memory.points[memory.peakPoint], offScale = memory.peakBytes < 0.5 * memory.capacityBytes;
  memoryShowsCapacity = !offScale;
  const holder = chart("memory", "Memory of a rank over program order, stacked by class; the largest buffers at the peak are in the table", width => width < 600 ? 300 : 340, memoryOption, {
    ready: instance => instance.getZr().on("click", event => {
      const place = [event.offsetX, event.offsetY];
      if (instance.containPixel("grid", place)) openStatement(memory.points[instance.convertFromPixel({ seriesIndex: 0 }, place)[0]].operation, holder);
    }),
    marks: () => memory.points.map(({ operation }, index) => ({ series: "class 0", index, operation })),
  });
  return section("memory", "Memory", "Device memory of a rank in program order (not in time), at even load. Click a place for its statement.",
    element("div", { class: "chart-head" }, legend(memory.classes.filter((_, index) => memoryHolds(memory, index)).map(name => ({ name, color: memoryColor(name) }))), offScale && memoryScale(holder)),
    element("figure", {}, holder),
    memory.omittedPoints && element("p", { class: "quiet small" }, `Not every point is shown: ${memory.omittedPoints}.`),
    element("h3", {}, "Largest buffers at the peak"),
    element("p", { class: "quiet small" }, "The peak of ", figure("/memory/peakBytes", "bytes"), " is at ", statementLink(peak.operation), peak.iteration && ` (${peak.iteration})`,
      memory.worstPeakBytes === memory.peakBytes ? "; no routing changes it." : ["; with the most rows that the router can send a rank it is ", figure("/memory/worstPeakBytes", "bytes"), "."]),
    shortened(memory.atPeak.length, 12, hide => table(bufferColumns(memory), memory.atPeak, "Largest buffers at the peak", (_, index) => ({ hidden: hide(index) }))));
};

const memoryScale = holder => {
  const show = capacity => {
    memoryShowsCapacity = capacity;
    buttons.forEach((it, index) => it.setAttribute("aria-pressed", String((index === 1) === capacity)));
    drawChart(charts.find(it => it.holder === holder));
  };
  const buttons = ["Scale to peak", "Scale to capacity"].map((name, index) => element("button", { type: "button", "aria-pressed": String(index === 0), on: { click: () => show(index === 1) } }, name));
  return element("div", { class: "chart-tools" }, element("div", { class: "segment", role: "group", "aria-label": "Scale" }, buttons));
};

const bufferColumns = memory => {
  const most = Math.max(1, ...memory.atPeak.map(it => it.bytes));
  return [
    { title: "Buffer", cell: it => [element("code", {}, it.name), it.source && element("div", { class: "place" }, sourceText(it.source))] },
    { title: "Class", class: "fit", cell: it => [swatch(memoryColor(it.class)), it.class] },
    { title: "Bytes", right: true, class: "share", cell: (it, index) => [figure(`/memory/atPeak/${index}/bytes`, "bytes"), bar(it.bytes / most, memoryColor(it.class))] },
    {
      title: "Lives", class: "narrow-hide",
      cell: it => it.first === it.last ? statementLink(it.first, `in statement ${it.first}`) : [statementLink(it.first, `from ${it.first}`), " ", statementLink(it.last, `to ${it.last}`)],
    },
  ];
};

const memoryOption = (color, width) => {
  const memory = value("/memory"), top = memoryShowsCapacity ? Math.max(memory.capacityBytes, memory.peakBytes) : memory.peakBytes;
  return {
    grid: gridOf(66, 2, 26, 30),
    xAxis: axis(color, "category", { show: false }, { data: memory.points.map((_, x) => String(x)) }),
    yAxis: axis(color, "value", { formatter: axisText("bytes"), showMaxLabel: false }, { max: top * 1.12, interval: byteInterval(top / 4) }),
    tooltip: tooltip(color, items => memoryTip(memory.points[items[0].dataIndex]), { trigger: "axis", axisPointer: { type: "line", lineStyle: { color: color("--text"), width: 1, type: "solid" } } }),
    series: [...memory.classes.map((name, index) => ({
      type: "line", stack: "memory", id: `class ${index}`, name, step: "middle", symbol: "none", emphasis: { disabled: true },
      lineStyle: { width: 0.5, color: color("--page") }, areaStyle: memoryHolds(memory, index) ? { color: color(memoryColor(name)), opacity: 1 } : undefined, data: memory.points.map(point => point.bytes[index]),
    })), memoryMarks(color, memory)],
    graphic: memoryShowsCapacity ? []
      : [{ type: "text", right: 4, top: 4, silent: true, style: { text: `capacity ${textOf(memory.capacityBytes, "bytes")} is off the scale ↑`, fill: color("--error"), fontSize: 12 } }],
  };
};

// The peak, the capacity, and where a phase begins.
const memoryMarks = (color, memory) => {
  const part = memory.peakPoint / memory.points.length;
  return {
    type: "line", name: "marks", data: [], symbol: "none",
    markLine: {
      silent: true, symbol: "none", lineStyle: { color: color("--error"), width: 1.5, type: "dashed" },
      data: [...phaseStarts(color, memory.points), ...(memoryShowsCapacity
        ? [{ yAxis: memory.capacityBytes, label: words(color, `capacity ${textOf(memory.capacityBytes, "bytes")}`, "--text", { position: "insideStartTop", fontWeight: 600 }) }] : [])],
    },
    markPoint: {
      silent: true, symbol: "circle", symbolSize: 9, itemStyle: { color: color("--page"), borderColor: color("--text"), borderWidth: 2 },
      data: [{
        coord: [memory.peakPoint, memory.peakBytes],
        label: words(color, `peak ${textOf(memory.peakBytes, "bytes")}`, "--text", { position: part > 0.85 ? "left" : part < 0.15 ? "right" : "top", distance: 8, fontWeight: 600 }),
      }],
    },
  };
};

const phaseStarts = (color, points) => {
  const starts = points.map((point, x) => ({ x, phase: operation(point.operation).phase })).filter(({ phase }, x, all) => x === 0 || all[x - 1].phase !== phase);
  return starts.length > 8 ? [] : starts.map(({ x, phase }) => ({
    xAxis: x, lineStyle: { color: color("--strong-line"), width: 1, type: "solid" },
    label: words(color, phase, "--quiet", { position: "start", distance: 8, align: x > 0.9 * points.length ? "right" : "left" }),
  }));
};

// A round number of binary units.
const byteInterval = bytes => {
  const unit = 1024 ** Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return unit * ([1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 512].find(it => it >= bytes / unit) ?? 1024);
};

// As they are stacked: the last class on top.
const memoryTip = point => tip(statementName(point.operation), point.iteration && ["iteration", point.iteration],
  ...value("/memory/classes").map((name, index) => point.bytes[index] > 0 && [name, textOf(point.bytes[index], "bytes")]).reverse());
