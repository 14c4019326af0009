// Every section with charts, in the order of the page. A section turns a view of the results into
// panels: the name of a specification, its rows and signals, and the words above it.
import {costs} from './costs.js';
import {drift} from './drift.js';
import {grain} from './grain.js';
import {heatmap} from './heatmap.js';
import {load, percentiles} from './latency.js';
import {memory} from './memory.js';
import {scaling} from './scaling.js';
import {trend} from './trend.js';
import {versus} from './versus.js';
import {groupsOf, labelsOf, placementKey, placementsOf} from '../results.js';

export const sections = [heatmap, costs, scaling, percentiles, load, grain, memory, drift, versus, trend];

// What the charts are of: one of the results, on one of its placements.
export function viewOf(results, index = results.length - 1, placement = undefined) {
  const {cells} = results[index];
  const placements = placementsOf(cells);
  const chosen = placements.some(({key}) => key === placement) ? placement : placements[0]?.key;
  return {
    results, labels: labelsOf(results), index, result: results[index], cells, placements, placement: chosen,
    groups: groupsOf(cells.filter((cell) => placementKey(cell) === chosen)),
  };
}
