const findingsSection = () => {
  const findings = value("/findings");
  return section("findings", "Findings", "What the rules found, by what it costs. Each saving is the whole step costed again; savings do not add up.",
    findings.length === 0 ? empty("Nothing was found.") : element("ul", { class: "findings" }, findings.map((finding, index) => findingItem(finding, `/findings/${index}`))));
};

const severityNames = { error: "Error", warning: "Warning", info: "Information" };

const findingItem = (finding, path) => element("li", { class: `finding ${finding.severity}` },
  element("p", {}, ruleLink(finding.rule), " ", element("b", {}, finding.title), " ", element("span", { class: "quiet" }, severityNames[finding.severity])),
  element("div", { class: "saving" }, finding.savedPicoseconds === null ? "" : [element("b", {}, figure(`${path}/savedPicoseconds`, "time")), " less a step"]),
  element("p", {}, finding.message),
  finding.source && element("p", { class: "where" }, sourceText(finding.source), finding.source.text && [" ", element("code", {}, finding.source.text)]));

// Only a rule's own form becomes an address.
const ruleLink = rule => /^SHW[0-9]{4}$/.test(rule) ? element("a", { href: `https://shardwright.dev/rules/${rule}`, rel: "noopener noreferrer", target: "_blank" }, rule) : element("code", {}, rule);
