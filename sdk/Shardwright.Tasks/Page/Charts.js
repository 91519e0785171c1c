// Every chart is an option made anew from the plan, the theme's colours and the width it has.
const charts = [];
const engineColors = ["--c0", "--c3", "--c4", "--c5", "--c1", "--c2"];
const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const colors = () => {
  const style = getComputedStyle(root);
  return name => style.getPropertyValue(name).trim();
};

// option(color, width) → an ECharts option; height(width) → pixels; ready(instance) adds listeners once; marks() → what keys walk through.
const chart = (name, label, height, option, { ready, marks } = {}) => {
  const holder = element("div", marks
    ? { class: "chart", "data-chart": name, role: "application", tabindex: 0, "aria-label": `${label}. Arrow keys go through the statements, Enter opens one.` }
    : { class: "chart", "data-chart": name, role: "img", "aria-label": label });
  const it = { holder, height, option, ready, width: 0 };
  charts.push(it);
  if (marks) walkWithKeys(it, marks);
  return holder;
};

// Arrow keys do what the pointer does: show the tip of a mark, and open its statement.
const walkWithKeys = (it, marks) => {
  let cursor = -1;
  it.holder.addEventListener("keydown", event => {
    const all = marks(), step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Enter" && all[cursor]) openStatement(all[cursor].operation, it.holder);
    if (step === undefined || all.length === 0) return;
    event.preventDefault();
    cursor = Math.min(all.length - 1, Math.max(0, cursor + step));
    it.instance.dispatchAction({ type: "showTip", seriesIndex: it.instance.getOption().series.findIndex(({ id }) => id === all[cursor].series), dataIndex: all[cursor].index });
    document.getElementById("spoken").textContent = `${statementName(all[cursor].operation)}, ${cursor + 1} of ${all.length}`;
  });
  it.holder.addEventListener("blur", () => it.instance.dispatchAction({ type: "hideTip" }));
};

const drawChart = (it, width = it.holder.clientWidth) => {
  if (width === 0) return;
  const size = { width, height: it.height(width) };
  it.holder.style.height = `${size.height}px`;
  if (!it.instance) {
    it.instance = echarts.init(it.holder, null, { renderer: "svg", ...size });
    it.ready?.(it.instance);
  }
  it.width = width;
  // A tip that is shown now would be shown again by a component that the new option replaces.
  it.instance.dispatchAction({ type: "hideTip" });
  it.instance.resize({ ...size, silent: true });
  it.instance.setOption({ animation: false, textStyle: { fontFamily: colors()("--sans") }, ...it.option(colors(), width) }, { notMerge: true });
  it.instance.getZr().flush();
};

// All widths are read before anything is drawn: reading one after drawing another would lay out the page each time.
const drawCharts = () => {
  const widths = charts.map(it => it.holder.clientWidth);
  charts.forEach((it, index) => drawChart(it, widths[index]));
  root.dataset.drawn = "";
};

// At first the page shows its text, then one picture after the other; whoever wants them all at once (paper, another theme) calls drawCharts.
const drawChartsInTurn = () => {
  const waiting = charts.map(it => ({ it, width: it.holder.clientWidth }));
  waiting.forEach(({ it, width }) => { it.holder.style.height = `${it.height(width)}px`; });
  const next = () => {
    const { it, width } = waiting.shift() ?? {};
    if (it && charts.includes(it) && !it.instance) drawChart(it, width);
    if (it) setTimeout(next);
    else {
      charts.forEach(redrawIfResized);
      root.dataset.drawn = "";
    }
  };
  delete root.dataset.drawn;
  setTimeout(next);
};

const disposeCharts = () => {
  for (const it of charts.splice(0)) it.instance?.dispose();
};

const redrawIfResized = it => { if (it.instance && it.holder.clientWidth !== it.width) drawChart(it); };
const redrawWhenResized = new ResizeObserver(() => charts.forEach(redrawIfResized));

// Fixed margins: the library would otherwise move the picture to make room for labels.
const gridOf = (left, right, top, bottom, more = {}) => ({ left, right, top, bottom, outerBoundsMode: "none", ...more });

const axis = (color, type, label = {}, more = {}) => ({
  type,
  axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: type !== "category", lineStyle: { color: color("--line") } },
  axisLabel: { color: color("--quiet"), fontSize: 12, hideOverlap: true, ...label }, nameTextStyle: { color: color("--quiet"), fontSize: 12 }, nameLocation: "middle",
  ...more,
});

// Words inside a picture, readable on whatever lies behind them.
const words = (color, text, tone, more = {}) => ({ formatter: () => text, color: color(tone), fontSize: 12, textBorderColor: color("--page"), textBorderWidth: 3, ...more });

// A tooltip is built of elements, like everything else.
const tip = (title, ...lines) => element("div", { class: "tip" }, element("strong", {}, title), lines.filter(Boolean).map(([name, text]) => element("span", {}, name, element("b", {}, text))));

const tooltip = (color, content, more = {}) => ({
  confine: true, transitionDuration: 0, formatter: content,
  backgroundColor: color("--page"), borderColor: color("--strong-line"), borderWidth: 1, padding: [8, 12], textStyle: { color: color("--text"), fontSize: 13 },
  ...more,
});

// Hatching marks what is waiting or left out; it survives a printer without colours.
const hatching = (color, name) => ({ symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: color(name) });

// One horizontal bar of parts that sum to a whole.
const stackedBar = (color, kind, whole, parts) => ({
  grid: gridOf(0, 1, 4, 26),
  xAxis: axis(color, "value", { formatter: axisText(kind), alignMinLabel: "left", showMaxLabel: false }, { max: whole }),
  yAxis: { type: "category", data: [""], show: false },
  tooltip: tooltip(color, it => tip(it.seriesName, ["", textOf(it.value, kind)], ["exact", exactOf(it.value, kind)])),
  series: parts.map(part => ({
    type: "bar", stack: "whole", name: part.title, data: [part.number], barWidth: 40,
    itemStyle: { color: color(part.color), borderColor: color("--page"), borderWidth: 1, decal: part.hatched ? hatching(color, "--page") : null },
  })),
});

const partList = parts => element("ul", { class: "parts" }, parts.map(part => element("li", {},
  element("span", {}, part.color && swatch(part.color, part.hatched), part.title), part.figure)));
