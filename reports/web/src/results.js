// Result files as the charts see them: cells grouped by what may be compared.

export const isOk = (cell) => cell.status === 'ok' && cell.summary != null;
export const median = (cell) => cell.summary.ns_per_op.median;

// What models are ranked by: {by, median, low, high}. Results of older versions rank by time alone.
export const merit = (cell) => cell.merit ?? {by: 'ns_per_op', ...cell.summary.ns_per_op};
export const meritUnit = (cell) => (merit(cell).by === 'p99' ? 'p99 latency' : `per ${cell.op}`);

export function paramsText(params) {
  return Object.entries(params).map(([name, value]) => `${name}=${value}`).join(' ');
}

export const workText = (cell) => [cell.workload, paramsText(cell.params)].filter(Boolean).join(' ');

export function placementText(cell) {
  return `${cell.cores} core${cell.cores === 1 ? '' : 's'} · ${cell.layout}` +
      (cell.oversubscribed ? ' · oversubscribed' : '');
}

export const workKey = (cell, without = []) => JSON.stringify([cell.workload,
  Object.entries(cell.params).filter(([name]) => !without.includes(name)).sort()]);
export const placementKey = (cell) =>
  JSON.stringify([cell.cores, cell.layout, Boolean(cell.oversubscribed)]);

// The samples of a cell as [process, ns per operation]. The page holds them so already; a result
// file has the samples themselves.
export function points(cell) {
  return cell.points ?? (cell.samples ?? []).filter((sample) => sample.ops > 0)
      .map((sample) => [sample.process, sample.wall_ns / sample.ops]);
}

export function grouped(items, key) {
  const groups = new Map();
  for (const item of items) {
    const name = key(item);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(item);
  }
  return groups;
}

// Cells that did the same work on the same placement, ranked; only these compare with each other.
export function groupsOf(cells) {
  return [...grouped(cells, (cell) => workKey(cell) + placementKey(cell)).values()].map((all) => ({
    work: workText(all[0]),
    any: all.find(isOk) ?? all[0],
    ranked: all.filter(isOk).sort((a, b) => merit(a).median - merit(b).median),
    unranked: all.filter((cell) => !isOk(cell)),
  }));
}

// The placements of a result, the one with most measured cells (then most cores) first.
export function placementsOf(cells) {
  const groups = [...grouped(cells, placementKey).entries()].map(([key, all]) => ({
    key, text: placementText(all[0]), cores: all[0].cores, models: new Set(
        all.filter(isOk).map((cell) => cell.model)).size, measured: all.filter(isOk).length}));
  return groups.sort((a, b) => b.models - a.models || b.measured - a.measured || b.cores - a.cores);
}

// Cells whose work differs in one parameter only, in the order of that parameter's values; a group
// has at least two values.
export function sweeps(cells, param) {
  const swept = cells.filter((cell) => typeof cell.params[param] === 'number');
  return [...grouped(swept, (cell) => workKey(cell, [param]) + placementKey(cell)).values()]
      .filter((all) => new Set(all.map((cell) => cell.params[param])).size > 1)
      .map((all) => all.sort((a, b) => a.params[param] - b.params[param]));
}

// Of a parameter that was swept over three values or more, the largest: a curve shows the others.
// Presets pair a small size with a large one, and both are kept.
export function withoutSweeps(groups) {
  const beside = (group, param) => groups.filter((other) =>
    workKey(other.any, [param]) === workKey(group.any, [param])).map((other) => other.any.params[param]);
  return groups.filter((group) => Object.entries(group.any.params).every(([param, value]) => {
    const values = beside(group, param);
    return typeof value !== 'number' || values.length < 3 || value === Math.max(...values);
  }));
}

export function titleWithout(cell, param) {
  const params = Object.fromEntries(Object.entries(cell.params).filter(([name]) => name !== param));
  return workText({...cell, params});
}

const short = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

// What tells these files apart: host, commit or date, whatever differs; otherwise the file's name.
export function labelsOf(results) {
  const parts = [
    (result) => result.environment.host, (result) => result.build.commit,
    (result) => result.build.compiler, (result) => result.date,
  ].filter((part) => new Set(results.map(part)).size > 1);
  return results.map((result, index) => {
    const label = parts.slice(0, 2).map((part) => short(part(result), 24)).join(' · ');
    return `${index + 1}: ${label || short(result.file ?? 'result', 40)}`;
  });
}
