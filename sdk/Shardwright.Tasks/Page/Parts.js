// A section with a heading and a sentence that says how to read it.
const section = (id, title, lead, ...children) => element("section", { id, "aria-labelledby": `${id}-title` },
  element("h2", { id: `${id}-title` }, title), element("p", { class: "lead" }, lead), children);

const empty = text => element("p", { class: "empty" }, text);

// columns: { title, right, class, cell(row, index), sort(row) }.
const table = (columns, rows, label, rowProperties = () => ({})) => element("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": label },
  element("table", {},
    element("thead", {}, element("tr", {}, columns.map(column => element("th", { scope: "col", class: classOf(column), "aria-sort": column.sorted }, column.header ?? column.title)))),
    element("tbody", {}, rows.map((row, index) => element("tr", rowProperties(row, index), columns.map(column => element("td", { class: classOf(column) }, column.cell(row, index))))))));

const classOf = column => [column.right && "right", column.class].filter(Boolean).join(" ") || null;

// A table of which the first rows stand there, and the others when asked for.
const shortened = (count, most, make) => {
  const made = make(index => index >= most);
  const all = button(`Show all ${count}`, () => {
    made.querySelectorAll("tr[hidden]").forEach(row => { row.hidden = false; });
    all.remove();
  }, { class: "button screen-only more" });
  return [made, count > most && all];
};

// [term, description] …
const pairs = items => element("dl", { class: "pairs" }, items.filter(Boolean).map(([term, description]) => [element("dt", {}, term), element("dd", {}, description)]));

const statementLink = (index, text = statementName(index)) => element("button",
  { type: "button", class: "op-link", "data-operation": index, on: { click: event => openStatement(index, event.currentTarget) } }, text);

const sourceText = source => source && element("span", { class: "code quiet" }, placeOf(source));

const swatch = (color, hatched) => element("i", { class: hatched ? "swatch hatched" : "swatch", style: { "--swatch": `var(${color})` } });

const legend = items => element("ul", { class: "legend" }, items.map(({ name, color, hatched }) => element("li", {}, swatch(color, hatched), name)));

// Its length is layout: a share of the longest in its column.
const bar = (part, color) => element("i", { class: "share-bar", style: { width: `${Math.min(100, part * 100).toFixed(2)}%`, ...(color && { "--bar": `var(${color})` }) } });
