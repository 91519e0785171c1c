const root = document.documentElement;
const plan = JSON.parse(document.getElementById("plan").textContent);

// Elements are made here alone, and text only ever becomes a text node: a name in the plan cannot turn into markup.
const element = (tag, properties = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties))
    if (name === "on") for (const [type, listener] of Object.entries(value)) made.addEventListener(type, listener);
    else if (name === "style") for (const [property, text] of Object.entries(value)) made.style.setProperty(property, text);
    else if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  append(made, children);
  return made;
};

const append = (parent, children) => {
  for (const child of children.flat(Infinity))
    if (child !== null && child !== undefined && child !== false) parent.append(child instanceof Node ? child : String(child));
};

const button = (text, action, properties = {}) => element("button", { type: "button", class: "button", ...properties, on: { click: action } }, text);

// The plan has a list of models; the page shows one. Paths are JSON pointers into the plan.
let shownModel = 0;
const here = path => `/models/${shownModel}${path}`;
const at = path => path.split("/").slice(1).reduce((value, key) => value?.[key], plan);
const value = path => at(here(path));
const operation = index => value(`/operations/${index}`);
