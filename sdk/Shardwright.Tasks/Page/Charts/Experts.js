const expertsSection = () => {
  const groups = value("/experts");
  return section("experts", "Expert load", "Rows of a micro-batch that each expert receives, that is token copies. The rank with the most rows decides how long a layer takes.",
    groups.length === 0 ? empty("The model has no experts.") : [groups.map((group, index) => expertGroup(group, `/experts/${index}`, index)), (value("/routing") ?? []).map(recordedRouting)]);
};

const expertGroup = (group, path, index) => {
  const bold = (name, kind = "count") => element("b", {}, figure(`${path}/${name}`, kind)), layered = group.rows.length > 1;
  return element("div", { class: "expert-group" },
    element("h3", {}, element("code", {}, group.path), " ", sourceText(group.source)),
    element("ul", { class: "facts" },
      fact(bold("experts"), " experts a layer, top ", bold("topK")),
      fact(bold("layers"), group.layers === 1 ? " layer" : " layers"),
      fact("over ", bold("ranks"), group.ranks === 1 ? " rank" : " ranks"),
      fact("load factor (most ÷ mean rows of a rank) ", bold("loadFactorMean"), " in the mean layer, ", bold("loadFactorMost"), " in the worst"),
      fact("receive buffer of a layer: ", bold("receive/evenRows"), " rows of ", bold("receive/rowBytes", "bytes"), " at even load, ", bold("receive/evenBytes", "bytes"), group.receive.isConstant ? "; always " : "; at most ",
        bold("receive/worstRows"), " rows, ", bold("receive/worstBytes", "bytes"), ` (${group.receive.rule}); a token once for each rank: `, bold("receive/deduplicatedBytes", "bytes")),
      group.ranks > 1 && !layered && fact("the bars’ two tones change from rank to rank"),
      fact(group.isRecorded ? ["recorded in ", element("code", {}, group.trace ?? "a trace"), "; the step takes ", bold("stepPicoseconds", "time"), " at this load"] : "even load, as the plan assumes")),
    element("figure", {}, layered
      ? chart(`experts-${index}`, "Heat map of rows by layer and expert", () => Math.max(140, Math.min(520, group.rows.length * 14 + 60)), expertHeat(group))
      : chart(`experts-${index}`, "Rows of each expert", () => 150, expertBars(group))),
    layered && heatScale(group.rows, `${path}/rows`, "count"));
};

// What each placement makes of recorded routing.
const recordedRouting = (forecast, index) => {
  const path = `/routing/${index}`, bold = (name, kind = "count") => element("b", {}, figure(`${path}/${name}`, kind));
  const column = (title, name, kind, more) => ({ title, right: true, cell: (it, row) => figure(`${path}/placements/${row}/${name}`, kind), ...more });
  const marks = it => [it.isConfigured && "as compiled", it.isRecommended && "recommended", !it.fits && "does not fit"].filter(Boolean).join(", ");
  return element("div", { class: "expert-group" },
    element("h3", {}, "Recorded routing ", element("code", {}, forecast.recording), " in ", element("code", {}, forecast.path)),
    element("ul", { class: "facts" },
      fact(bold("samples"), " layers of micro-batches, of ", bold("steps"), forecast.steps === 1 ? " step, " : " steps, ", forecast.isExact ? "as recorded" : "drawn around the recorded shares: the recording has other tokens or ranks"),
      fact("the step takes ", bold("idealStepPicoseconds", "time"), " at forced balance"),
      fact("a slot takes ", bold("slotBytes", "bytes"), " of a rank"),
      fact(forecast.imbalanceLimit === null ? "memory suffices whatever the routing" : ["memory runs out when one rank has ", bold("imbalanceLimit", "plain"), " times the mean rows in every layer"])),
    table([
      { title: "Placement", cell: it => it.placement },
      column("Slots", "slots", "count"),
      column("Most ÷ mean rows", "meanImbalance", "plain"),
      column("p99", "p99Imbalance", "plain", { class: "narrow-hide" }),
      column("Most", "mostImbalance", "plain", { class: "narrow-hide" }),
      column("Replicas", "meanReplicas", "plain", { class: "narrow-hide" }),
      column("Layer", "layerPicoseconds", "time", { class: "narrow-hide" }),
      column("Step", "stepPicoseconds", "time"),
      column("Of forced balance", "shareOfIdeal", "share"),
      { title: "", cell: marks },
    ], forecast.placements, `Placements under ${forecast.recording}`));
};

const expertAxis = (color, group, nameGap) => axis(color, "category", {}, { name: "expert", nameGap, data: group.rows[0].map((_, expert) => String(expert)) });

const expertBars = group => color => {
  const rankOf = expert => Math.floor(expert / (group.experts / group.ranks));
  return {
    grid: gridOf(66, 2, 10, 40),
    xAxis: expertAxis(color, group, 26),
    yAxis: axis(color, "value", { formatter: axisText("count") }, { min: 0, splitNumber: 3 }),
    tooltip: tooltip(color, it => tip(`Expert ${it.dataIndex}`, ["rank of its group", String(rankOf(it.dataIndex))], ["rows", textOf(it.value, "count")])),
    series: [{
      type: "bar", barCategoryGap: group.experts > 64 ? "10%" : "25%", barMaxWidth: 48,
      data: group.rows[0].map((rows, expert) => ({ value: rows, itemStyle: { color: color(rankOf(expert) % 2 === 0 ? "--c0" : "--tone") } })),
    }],
  };
};

const expertHeat = group => color => {
  const [least, most] = heatRange(group.rows).map(cell => cell.number);
  return {
    grid: gridOf(66, 2, 4, 44),
    xAxis: expertAxis(color, group, 28),
    yAxis: axis(color, "category", {}, { inverse: true, data: group.rows.map((_, layer) => `layer ${layer}`) }),
    visualMap: { show: false, dimension: 2, min: least ?? 0, max: most ?? 1, inRange: { color: heatColors(color) } },
    tooltip: tooltip(color, ({ data: [expert, layer, rows] }) => tip(`Layer ${layer}, expert ${expert}`, ["rows", textOf(rows, "count")])),
    series: [{ type: "heatmap", progressive: 0, data: group.rows.flatMap((row, layer) => row.map((rows, expert) => [expert, layer, rows])), itemStyle: { borderWidth: 0 } }],
  };
};
