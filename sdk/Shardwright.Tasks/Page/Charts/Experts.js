const expertsSection = () => {
  const groups = value("/experts");
  return section("experts", "Expert load", "Rows of a micro-batch that each expert receives, that is token copies. The rank with the most rows decides how long a layer takes.",
    groups.length === 0 ? empty("The model has no experts.") : groups.map((group, index) => expertGroup(group, `/experts/${index}`, index)));
};

const expertGroup = (group, path, index) => element("div", { class: "expert-group" },
  element("h3", {}, element("code", {}, group.path), " ", sourceText(group.source)),
  element("ul", { class: "facts" },
    fact(element("b", {}, figure(`${path}/experts`, "count")), " experts a layer, top ", element("b", {}, figure(`${path}/topK`, "count"))),
    fact(element("b", {}, figure(`${path}/layers`, "count")), group.layers === 1 ? " layer" : " layers"),
    fact("over ", element("b", {}, figure(`${path}/ranks`, "count")), " ranks"),
    fact("load factor (most ÷ mean rows of a rank) ", element("b", {}, figure(`${path}/loadFactorMean`, "count")), " in the mean layer, ", element("b", {}, figure(`${path}/loadFactorMost`, "count")), " in the worst"),
    group.ranks > 1 && group.rows.length === 1 && fact("the bars’ two tones change from rank to rank"),
    fact(group.isRecorded ? ["recorded in ", element("code", {}, group.trace ?? "a trace"), "; the step takes ", element("b", {}, figure(`${path}/stepPicoseconds`, "time")), " at this load"] : "even load, as the plan assumes")),
  element("figure", {}, group.rows.length > 1
    ? chart(`experts-${index}`, "Heat map of rows by layer and expert", width => Math.max(140, Math.min(520, group.rows.length * 14 + 60)), expertHeat(group))
    : chart(`experts-${index}`, "Rows of each expert", () => 150, expertBars(group))),
  group.rows.length > 1 && heatScale(group.rows, `${path}/rows`, "count"));

const expertBars = group => color => {
  const perRank = group.experts / group.ranks;
  return {
    grid: gridOf(66, 2, 10, 40),
    xAxis: axisLook(color, { type: "category", name: "expert", nameLocation: "middle", nameGap: 26, data: group.rows[0].map((_, expert) => String(expert)), axisLabel: { color: color("--quiet"), fontSize: 12, hideOverlap: true } }),
    yAxis: axisLook(color, { type: "value", min: 0, splitNumber: 3, axisLabel: { color: color("--quiet"), fontSize: 12, formatter: axisText("count") } }),
    tooltip: tooltip(color, it => tip(`Expert ${it.dataIndex}`, ["rank of its group", String(Math.floor(it.dataIndex / perRank))], ["rows", textOf(it.value, "count")])),
    series: [{ type: "bar", data: group.rows[0].map((rows, expert) => ({ value: rows, itemStyle: { color: color(Math.floor(expert / perRank) % 2 === 0 ? "--c0" : "--tone") } })), barCategoryGap: group.experts > 64 ? "10%" : "25%", barMaxWidth: 48 }],
  };
};

const expertHeat = group => color => {
  const [least, most] = heatRange(group.rows).map(cell => cell.number);
  return {
    grid: gridOf(66, 2, 4, 44),
    xAxis: axisLook(color, { type: "category", name: "expert", nameLocation: "middle", nameGap: 28, splitLine: { show: false }, data: group.rows[0].map((_, expert) => String(expert)), axisLabel: { color: color("--quiet"), fontSize: 12, hideOverlap: true } }),
    yAxis: axisLook(color, { type: "category", name: "", inverse: true, splitLine: { show: false }, data: group.rows.map((_, layer) => `layer ${layer}`), axisLabel: { color: color("--quiet"), fontSize: 12, hideOverlap: true } }),
    visualMap: { show: false, dimension: 2, min: least ?? 0, max: most ?? 1, inRange: { color: heatColors(color) } },
    tooltip: tooltip(color, it => tip(`Layer ${it.data[1]}, expert ${it.data[0]}`, ["rows", textOf(it.data[2], "count")])),
    series: [{ type: "heatmap", data: group.rows.flatMap((row, layer) => row.map((rows, expert) => [expert, layer, rows])), progressive: 0, itemStyle: { borderWidth: 0 } }],
  };
};
