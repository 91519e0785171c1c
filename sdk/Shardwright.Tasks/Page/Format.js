// Numbers for people: three digits that count, in a unit that fits. The exact value is in the title.
const space = "\u00a0", thin = "\u202f", minus = "\u2212";

const grouped = integer => String(integer).replace(/\B(?=(\d{3})+(?!\d))/g, thin);

const digits = number => {
  const size = Math.abs(number);
  if (size === 0 || Number.isInteger(number) && size < 999.5) return String(number);
  if (size >= 999.5) return grouped(Math.round(number));
  if (size >= 1e-7) return number.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 2 - Math.floor(Math.log10(size * 1.0005)));
  const [mantissa, exponent] = number.toExponential(2).split("e");
  return `${mantissa}${space}×${space}10^${exponent.replace("-", minus).replace("+", "")}`;
};

// In the first unit in which the number stays below 1000.
const scaled = (number, step, units) => {
  if (number === 0) return `0${units[0] && space + units[0]}`;
  let unit = 0;
  while (unit < units.length - 1 && Math.abs(number / step ** unit) >= 999.5) unit++;
  return digits(number / step ** unit) + (units[unit] && space + units[unit]);
};

const time = picoseconds => picoseconds === 0 ? `0${space}s` : picoseconds < 7.2e15 ? scaled(picoseconds, 1000, ["ps", "ns", "µs", "ms", "s"]) : scaled(picoseconds / 3.6e15, 24, ["h", "days"]);
const amount = number => Math.abs(number) < 1e6 || Number.isInteger(number) && Math.abs(number) < 1e9 ? digits(number) : scaled(number / 1e6, 1000, ["million", "billion", "trillion", "quadrillion"]);
const share = part => part >= 9.995 ? grouped(Math.round(part * 100)) + `${space}%` : part !== 0 && Math.abs(part) < 0.0005 ? `<${thin}0.1${space}%` : `${(part * 100).toFixed(1)}${space}%`;

// What kinds of numbers there are: the unit in which the plan has them, and their text.
const kinds = {
  time: ["ps", time],
  bytes: ["B", number => scaled(number, 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"])],
  share: ["", share],
  count: ["", amount],
  flops: ["FLOP", number => scaled(number, 1000, ["FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP", "EFLOP", "ZFLOP"])],
  flopRate: ["FLOP/s", number => scaled(number, 1000, ["FLOP/s", "kFLOP/s", "MFLOP/s", "GFLOP/s", "TFLOP/s", "PFLOP/s", "EFLOP/s"])],
  byteRate: ["B/s", number => scaled(number, 1000, ["B/s", "kB/s", "MB/s", "GB/s", "TB/s", "PB/s"])],
  intensity: ["FLOP/B", number => `${digits(number)}${space}FLOP/B`],
  energy: ["J", number => number > 0 && number < 1 ? scaled(number * 1e6, 1000, ["µJ", "mJ"]) : scaled(number, 1000, ["J", "kJ", "MJ", "GJ", "TJ"])],
  mass: ["kg CO₂e", number => number === 0 ? `0${space}g` : number < 1 ? scaled(number * 1e6, 1000, ["mg", "g"]) : scaled(number, 1000, ["kg", "t", "kt"])],
  plain: ["", digits],
  dollars: ["US$", number => `$${number >= 0.995 && number < 999.5 ? number.toFixed(2) : amount(number)}`],
};

const textOf = (number, kind) => number === null || number === undefined ? "–" : kinds[kind][1](number);
const exactOf = (number, kind) => `${number}${kinds[kind][0] && " " + kinds[kind][0]}`;

// A number of the plan as people read it, with its path and its exact value.
const figureAt = (path, kind) => {
  const number = at(path);
  return number === null || number === undefined ? element("span", { class: "none" }, "–")
    : element("span", { class: number === 0 ? "number none" : "number", "data-path": path, title: exactOf(number, kind) }, textOf(number, kind));
};
const figure = (path, kind) => figureAt(here(path), kind);

// On an axis, where digits that are zero say nothing.
const axisText = kind => number => number === 0 ? "0" : textOf(number, kind).replace(/\.0+(?!\d)|(\.\d*[1-9])0+(?!\d)/, "$1");

const placeOf = source => source ? `${source.file}(${source.line})` : "";
const statementName = index => operation(index)?.name ?? `statement ${index}`;
