// Every chart is an option made anew from the plan, the theme's colours and the width it has.
const charts = [];
const engineColors = ["--c0", "--c3", "--c4", "--c5", "--c1", "--c2"];
const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const colors = () => {
  const style = getComputedStyle(document.documentElement);
  return name => style.getPropertyValue(name).trim();
};

// option(color, width) → an ECharts option; height(width) → pixels; ready(instance) adds listeners once.
const chart = (name, label, height, option, ready) => {
  const holder = element("div", { class: "chart", "data-chart": name, role: "img", "aria-label": label });
  charts.push({ holder, height, option, ready, width: 0 });
  return holder;
};

const drawChart = it => {
  const width = it.holder.clientWidth;
  if (width === 0) return;
  const height = it.height(width);
  it.holder.style.height = `${height}px`;
  if (!it.instance) {
    it.instance = echarts.init(it.holder, null, { renderer: "svg", width, height });
    it.ready?.(it.instance);
  }
  it.width = width;
  it.instance.resize({ width, height, silent: true });
  it.instance.setOption({ animation: false, textStyle: { fontFamily: colors()("--sans") }, ...it.option(colors(), width) }, { notMerge: true });
  it.instance.getZr().flush();
};

const drawCharts = () => charts.forEach(drawChart);

const disposeCharts = () => {
  for (const it of charts.splice(0)) it.instance?.dispose();
};

const redrawWhenResized = new ResizeObserver(() => charts.forEach(it => { if (it.holder.clientWidth !== it.width) drawChart(it); }));

const axisLook = (color, more = {}) => ({
  axisLine: { show: false, lineStyle: { color: color("--strong-line") } }, axisTick: { show: false }, splitLine: { lineStyle: { color: color("--line") } },
  axisLabel: { color: color("--quiet"), fontSize: 12 }, nameTextStyle: { color: color("--quiet"), fontSize: 12 }, ...more,
});

// A tooltip is built of elements, like everything else.
const tip = (title, ...lines) => element("div", { class: "tip" }, element("strong", {}, title), lines.filter(Boolean).map(([name, text]) => element("span", {}, name, element("b", {}, text))));

const tooltip = (color, content, more = {}) => ({
  confine: true, transitionDuration: 0, backgroundColor: color("--page"), borderColor: color("--strong-line"), borderWidth: 1, padding: [8, 12], textStyle: { color: color("--text"), fontSize: 13 },
  formatter: content, ...more,
});

// Hatching marks what is waiting or left out; it survives a printer without colours.
const hatching = (color, name) => ({ symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: color(name) });
