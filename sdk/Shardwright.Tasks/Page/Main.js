const sections = { summary: "Summary", findings: "Findings", step: "Step", timeline: "Timeline", memory: "Memory", roofline: "Roofline", communication: "Communication", experts: "Experts", energy: "Energy", statements: "Statements" };

// A reader's choice outlives the next build where the browser lets a page from disk remember anything.
const remembered = () => { try { return localStorage.getItem("shardwright-theme"); } catch { return null; } };
const remember = theme => { try { localStorage.setItem("shardwright-theme", theme); } catch { /* A page from disk may not be allowed to. */ } };

const systemDark = matchMedia("(prefers-color-scheme: dark)");
const chosenTheme = () => remembered() ?? (systemDark.matches ? "dark" : "light");

const setTheme = theme => {
  root.dataset.theme = theme;
  const toggle = document.getElementById("theme"), other = theme === "dark" ? "light" : "dark";
  toggle.textContent = other === "dark" ? "Dark" : "Light";
  toggle.setAttribute("aria-label", `Switch to the ${other} theme`);
  drawCharts();
};

// Paper is white and as wide as a page.
const startPrint = () => {
  if (root.classList.contains("printing")) return;
  closePanel();
  root.classList.add("printing");
  setTheme("light");
};

const endPrint = () => {
  root.classList.remove("printing");
  setTheme(chosenTheme());
};

const showModel = index => {
  shownModel = index;
  closePanel();
  disposeCharts();
  redrawWhenResized.disconnect();
  document.getElementById("report").replaceChildren(summarySection(), findingsSection(), stepSection(), timelineSection(), memorySection(), rooflineSection(), communicationSection(), expertsSection(), energySection(), statementsSection());
  drawChartsInTurn();
  charts.forEach(it => redrawWhenResized.observe(it.holder));
};

const showLinks = () => {
  const links = document.getElementById("links");
  if (plan.models.length > 1)
    document.querySelector(".bar-title").replaceWith(element("select", { class: "bar-model", "aria-label": "Model", on: { change: event => showModel(Number(event.target.value)) } }, plan.models.map((it, index) => element("option", { value: index }, it.model))));
  else
    document.querySelector(".bar-title").textContent = plan.models[0].model.split(".").at(-1);
  links.replaceChildren(...Object.entries(sections).map(([id, title]) => element("a", { href: `#${id}` }, title)));
};

const showFoot = () => append(document.getElementById("foot"), [
  element("p", {}, `Written by ${plan.tool}. Every figure comes from plan.json, which lies beside this file and is embedded in it; this page only formats it. Hold the pointer over a number for its exact value.`),
  element("p", {}, "Charts: Apache ECharts 6.0.0, © The Apache Software Foundation, Apache License 2.0 (apache.org/licenses/LICENSE-2.0), as bundled by Vizor.ECharts 0.9.7, © DataHint BV, Apache License 2.0. ",
    "It contains ZRender, © Baidu Inc., and echarts-stat, BSD 3-Clause, and tslib, © Microsoft Corporation, 0BSD."),
]);

document.getElementById("theme").addEventListener("click", () => {
  const theme = root.dataset.theme === "dark" ? "light" : "dark";
  remember(theme);
  setTheme(theme);
});
systemDark.addEventListener("change", () => setTheme(chosenTheme()));
addEventListener("beforeprint", startPrint);
addEventListener("afterprint", endPrint);
matchMedia("print").addEventListener("change", event => event.matches ? startPrint() : endPrint());

setTheme(chosenTheme());
showLinks();
showModel(0);
showFoot();
