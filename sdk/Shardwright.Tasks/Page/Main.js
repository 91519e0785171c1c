const sections = [
  { id: "summary", title: "Summary", make: summarySection }, { id: "findings", title: "Findings", make: findingsSection }, { id: "step", title: "Step", make: stepSection },
  { id: "timeline", title: "Timeline", make: timelineSection }, { id: "memory", title: "Memory", make: memorySection }, { id: "roofline", title: "Roofline", make: rooflineSection },
  { id: "communication", title: "Communication", make: communicationSection }, { id: "experts", title: "Experts", make: expertsSection }, { id: "energy", title: "Energy", make: energySection },
  { id: "statements", title: "Statements", make: statementsSection },
];

// A reader's choice outlives the next build where the browser lets a page from disk remember anything.
const remembered = () => { try { return localStorage.getItem("shardwright-theme"); } catch { return null; } };
const remember = theme => { try { localStorage.setItem("shardwright-theme", theme); } catch { /* A page from disk may not be allowed to. */ } };

const systemDark = matchMedia("(prefers-color-scheme: dark)");
const chosenTheme = () => ["dark", "light"].find(it => it === remembered()) ?? (systemDark.matches ? "dark" : "light");

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
  document.getElementById("report").replaceChildren(...sections.map(it => it.make()));
  drawChartsInTurn();
  charts.forEach(it => redrawWhenResized.observe(it.holder));
};

const showLinks = () => {
  const links = document.getElementById("links");
  if (plan.models.length > 1)
    document.querySelector(".bar-title").replaceWith(element("select", { class: "bar-model", "aria-label": "Model", on: { change: event => showModel(Number(event.target.value)) } },
      plan.models.map((it, index) => element("option", { value: index }, it.model))));
  else
    document.querySelector(".bar-title").textContent = plan.models[0].model.split(".").at(-1);
  links.replaceChildren(...sections.map(({ id, title }) => element("a", { href: `#${id}` }, title)));
};

const showFoot = () => {
  document.getElementById("foot").textContent =
    `Written by ${plan.tool}. Every figure comes from plan.json, which lies beside this file and is embedded in it; this page only formats it. Hold the pointer over a number for its exact value.`;
};

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
