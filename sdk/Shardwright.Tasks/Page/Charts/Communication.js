const communicationSection = () => {
  const { matrix, collectives } = value("/communication");
  return section("communication", "Communication", "Bytes a step over links from a source (row) to a destination (column), stronger for more, and the collectives that move them.",
    heatRange(matrix.bytes).length === 0 ? empty("Nothing goes over links.") : element("div", { class: "columns matrix" },
      element("figure", {}, chart("communication", "Heat map of bytes between ranks, chips or instances", width => matrixSide(matrix, width) + matrixTop + 4, matrixOption(matrix))),
      element("div", {},
        element("p", { class: "quiet small" }, `A row is one ${unitNames[matrix.unit]}`, matrix.ranksPerUnit > 1 && [" of ", figure("/communication/matrix/ranksPerUnit", "count"), " ranks"], ". ", matrix.rule),
        heatScale(matrix.bytes, "/communication/matrix/bytes", "bytes"))),
    collectives.length > 0 && [element("h3", {}, "Collectives of one rank"), table(collectiveColumns, collectives, "Collectives of one rank")]);
};

const unitNames = { rank: "rank", chip: "chip", instance: "instance", instances: "group of instances" };

const collectiveColumns = [
  { title: "Collective", cell: it => it.kind },
  { title: "Group", class: "narrow-hide", cell: it => it.group },
  { title: "Ranks", right: true, class: "narrow-hide", cell: (it, index) => figure(`/communication/collectives/${index}/ranks`, "count") },
  { title: "Algorithm", class: "narrow-hide", cell: it => it.algorithms.join(", ") },
  { title: "Runs", right: true, class: "narrow-hide", cell: (it, index) => figure(`/communication/collectives/${index}/count`, "count") },
  { title: "Over links", right: true, cell: (it, index) => figure(`/communication/collectives/${index}/linkBytes`, "bytes") },
  { title: "Time", right: true, cell: (it, index) => figure(`/communication/collectives/${index}/picoseconds`, "time") },
  { title: "Exposed", right: true, cell: (it, index) => figure(`/communication/collectives/${index}/exposedPicoseconds`, "time") },
  {
    title: "Statements", class: "narrow-hide",
    cell: it => [it.operations.slice(0, 8).map(index => [statementLink(index, String(index)), " "]), it.operations.length > 8 && `and ${it.operations.length - 8} more`],
  },
];

// The least and the most cell above zero; none where all are zero.
const heatRange = rows => {
  const cells = rows.flatMap((row, y) => row.map((number, x) => ({ number, path: `${y}/${x}` }))).filter(cell => cell.number > 0);
  return cells.length === 0 ? [] : [cells.reduce((a, b) => b.number < a.number ? b : a), cells.reduce((a, b) => b.number > a.number ? b : a)];
};

const heatColors = color => ["--heat0", "--heat1", "--heat2", "--heat3"].map(color);

const heatScale = (rows, path, kind) => {
  const [least, most] = heatRange(rows), end = cell => element("span", {}, figure(`${path}/${cell.path}`, kind));
  return least && element("div", { class: "heat-scale" }, least.number === most.number ? [element("i", { class: "same" }), end(least), "each"] : [end(least), element("i"), end(most)]);
};

// Left and top have the names; cells are squares.
const matrixTop = 28;
const matrixLeft = (matrix, width) => Math.min(Math.round(0.33 * width), 18 + 6.5 * Math.max(5, ...matrix.names.map(name => name.length)));
const matrixSide = (matrix, width) => Math.min(width - matrixLeft(matrix, width) - 4, 420, 64 * matrix.names.length);

// Colours follow the logarithm of the bytes.
const matrixOption = matrix => (color, width) => {
  const [least, most] = heatRange(matrix.bytes).map(cell => cell.number), side = matrixSide(matrix, width), left = matrixLeft(matrix, width);
  const names = (data, room, more) => axis(color, "category", { fontSize: 11, width: room, overflow: "truncate" }, { data, ...more });
  return {
    grid: { left, top: matrixTop, width: side, height: side, outerBoundsMode: "none" },
    // A column is narrow, and the row says what its number counts.
    xAxis: names(matrix.names.map(name => name.replace(`${matrix.unit} `, "")), Math.max(48, side / matrix.names.length - 4), { position: "top" }),
    yAxis: names(matrix.names, left - 12, { inverse: true }),
    visualMap: {
      show: false, dimension: 2, min: Math.log10(least), max: Math.max(Math.log10(most), Math.log10(least) + 1e-9),
      inRange: { color: least === most ? [color("--heat2"), color("--heat2")] : heatColors(color) },
    },
    tooltip: tooltip(color, ({ data: [to, from] }) => tip(`${matrix.names[from]} → ${matrix.names[to]}`, ["bytes a step", textOf(matrix.bytes[from][to], "bytes")], ["exact", exactOf(matrix.bytes[from][to], "bytes")])),
    series: [{
      type: "heatmap", progressive: 0, itemStyle: { borderColor: color("--page"), borderWidth: matrix.names.length > 32 ? 0.5 : 1.5 }, emphasis: { itemStyle: { borderColor: color("--text"), borderWidth: 1 } },
      data: matrix.bytes.flatMap((row, from) => row.map((bytes, to) => [to, from, bytes])).filter(cell => cell[2] > 0).map(([to, from, bytes]) => [to, from, Math.log10(bytes)]),
    }],
  };
};
