// All statements of the step: filtered by text, phase and bound, sorted by any column.
const rowsAtFirst = 200;

const statementColumns = [
  { title: "#", right: true, class: "narrow-hide", sort: it => it.index, cell: it => figure(`/operations/${it.index}/index`, "count") },
  { title: "Statement", sort: it => it.name, cell: it => [statementLink(it.index), it.source && element("div", { class: "place" }, sourceText(it.source))] },
  { title: "Phase", class: "narrow-hide fit", sort: it => it.phase, cell: it => it.phase },
  { title: "Runs", right: true, class: "narrow-hide", sort: it => it.runs, cell: it => figure(`/operations/${it.index}/runs`, "count") },
  { title: "One run", right: true, class: "narrow-hide paper-hide", sort: it => it.picoseconds, cell: it => figure(`/operations/${it.index}/picoseconds`, "time") },
  { title: "All runs", right: true, sort: it => it.totalPicoseconds, cell: it => figure(`/operations/${it.index}/totalPicoseconds`, "time") },
  { title: "Adds to step", right: true, class: "share", sort: it => it.stepPicoseconds, cell: it => [figure(`/operations/${it.index}/stepPicoseconds`, "time"), bar(it.stepPicoseconds / largestPart())] },
  { title: "Bound", class: "narrow-hide fit", sort: it => it.bound, cell: it => it.bound },
  { title: "HBM", right: true, class: "narrow-hide", sort: it => it.hbmBytes, cell: it => figure(`/operations/${it.index}/hbmBytes`, "bytes") },
  { title: "Links", right: true, class: "narrow-hide paper-hide", sort: it => it.linkBytes, cell: it => figure(`/operations/${it.index}/linkBytes`, "bytes") },
];

const largestPart = () => value("/operations").reduce((most, it) => Math.max(most, it.stepPicoseconds), 0) || 1;

const statementsSection = () => {
  const all = value("/operations"), view = { text: "", phase: "", bound: "", by: 6, down: true, limit: rowsAtFirst };
  const holder = element("div"), counter = element("span", { class: "quiet", role: "status" });
  const show = change => { Object.assign(view, change); drawStatements(holder, counter, all, view, show); };
  const filter = name => event => show({ [name]: event.target.value.toLowerCase(), limit: rowsAtFirst }), byText = "Filter by name or file";
  const choice = (label, name, options) => element("select", { "aria-label": label, on: { change: filter(name) } },
    element("option", { value: "" }, label), options.map(option => element("option", { value: option }, option)));
  show({});
  return section("statements", "Statements",
    "Every statement of the step, a loop’s body once. What one adds to the step is computing that no other statement covers, or waiting; these parts sum to the step time. Click one for its shapes, sharding, bytes and formula.",
    element("div", { class: "filters" },
      element("input", { type: "search", placeholder: byText, "aria-label": byText, on: { input: filter("text") } }),
      choice("Any phase", "phase", distinct(all.map(it => it.phase))), choice("Any bound", "bound", distinct(all.map(it => it.bound)).sort()), counter),
    holder, element("p", { class: "paper-only quiet small" }, "On paper: the first 60 rows at most, as sorted on the screen; plan.json has all."));
};

const distinct = items => [...new Set(items)];

const drawStatements = (holder, counter, all, view, show) => {
  const key = statementColumns[view.by].sort;
  const found = all.filter(it => (!view.phase || it.phase === view.phase) && (!view.bound || it.bound.toLowerCase() === view.bound)
    && (!view.text || `${it.name} ${placeOf(it.source)}`.toLowerCase().includes(view.text)));
  found.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0) * (view.down ? -1 : 1) || a.index - b.index);
  const shown = found.slice(0, view.limit);
  counter.textContent = `${found.length} of ${all.length}`;
  const columns = statementColumns.map((column, index) => ({
    ...column,
    sorted: view.by === index ? (view.down ? "descending" : "ascending") : null,
    // A second click turns around; at first numbers go down, names up.
    header: element("button", { type: "button", on: { click: () => show({ by: index, down: view.by === index ? !view.down : all.length > 0 && typeof column.sort(all[0]) === "number" }) } }, column.title),
  }));
  const focused = [...holder.querySelectorAll("th button")].indexOf(document.activeElement);
  const openRow = it => event => { if (!event.target.closest("button")) openStatement(it.index, event.currentTarget.querySelector("button")); };
  holder.replaceChildren(table(columns, shown, "Statements", it => ({ class: "clickable", on: { click: openRow(it) } })),
    shown.length < found.length ? button(`Show all ${found.length}`, () => show({ limit: Infinity }), { class: "button screen-only more" }) : "");
  if (focused >= 0) holder.querySelectorAll("th button")[focused].focus();
};
