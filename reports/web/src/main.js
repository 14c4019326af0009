// The page: reads the results that it carries and draws them.
import {sections, viewOf} from './charts/index.js';
import {h, name, swatch} from './dom.js';
import {byModel, look} from './look.js';
import {choose, clearPanels, panelElement} from './panel.js';
import {enhanceTable} from './table.js';
import {themeButton} from './theme.js';
import {verdictCards, verdictLead} from './verdicts.js';

let results;
const main = document.getElementById('charts');
const controls = document.getElementById('controls');
const chosen = new Set();
const claims = {title: 'What the textbook says',
  absent: 'add the file that concbench claims --format=json prints to the results.'};

function legend(models) {
  const buttons = models.map((model) => h('button', {type: 'button', 'aria-pressed': 'false', onclick: toggle},
      swatch(look(model)), name(model)));
  function toggle({currentTarget}) {
    const model = models[buttons.indexOf(currentTarget)];
    if (!chosen.delete(model)) chosen.add(model);
    buttons.forEach((button, index) => button.setAttribute('aria-pressed', String(chosen.has(models[index]))));
    choose([...chosen]);
  }
  return h('div', {class: 'legend', role: 'group', 'aria-label': 'Show only these models'}, buttons);
}

function select(label, options, value, onchange) {
  if (options.length < 2) return null;
  const element = h('select', {onchange: () => onchange(element.value)}, options.map(([key, text]) =>
    h('option', {value: key, selected: key === value}, text.slice(0, 80))));
  return h('label', {}, `${label} `, element);
}

function section({id, title, lead}, ...content) {
  return h('section', {id, 'aria-labelledby': `${id}-title`},
      h('h2', {id: `${id}-title`}, title), h('p', {class: 'lead'}, name(lead)), content);
}

function chartSection(described, panels) {
  const grid = h('div', {class: described.wide ? 'panels wide' : 'panels'},
      panels.map((panel) => panelElement(panel, 3)));
  return section(described, grid);
}

// Options of the command line, which no line may break.
const withOptions = (text) => text.split(/(--[^\s);]+)/).map((part, index) =>
  (index % 2 ? h('code', {}, part) : part));

function absentSection(absent) {
  return h('section', {id: 'absent', 'aria-labelledby': 'absent-title'},
      h('h2', {id: 'absent-title'}, 'Not in this result'),
      h('ul', {class: 'absent'}, absent.map(({title, absent: reason}) =>
        h('li', {}, h('strong', {}, title), ': ', withOptions(reason)))));
}

// The result of a file starts with verdicts, then come all charts for which it has data, then why
// it has no others.
function build(view) {
  const cards = verdictCards(view);
  const drawable = sections.map((described) => [described, described.panels(view)]);
  const shown = drawable.filter(([, panels]) => panels.length);
  const absent = drawable.filter(([, panels]) => !panels.length).map(([described]) => described);
  if (!document.getElementById('claims')) absent.push(claims);
  const verdicts = {id: 'verdicts', title: 'Which model?', lead: verdictLead(view),
    absent: 'no cell of this placement was measured.'};
  main.replaceChildren(
      ...(cards.length ? [section(verdicts, h('div', {class: 'cards'}, cards))] : []),
      ...shown.map(([described, panels]) => chartSection(described, panels)),
      ...(absent.length || !cards.length
        ? [absentSection(cards.length ? absent : [verdicts, ...absent])] : []));
}

function navigate() {
  const links = [...document.querySelectorAll('main section[id]')].filter(({id}) => id !== 'absent')
      .map(({id, firstElementChild}) => h('a', {href: `#${id}`}, firstElementChild.textContent));
  document.getElementById('contents').replaceChildren(...links);
}

async function draw(index, placement) {
  document.documentElement.dataset.state = 'drawing';
  clearPanels();
  const view = viewOf(results, index, placement);
  const models = [...new Set(view.cells.filter((cell) => cell.summary).map((cell) => cell.model))].sort(byModel);
  chosen.clear();
  controls.replaceChildren(...[
    select('Result', view.labels.map((label, at) => [String(at), label]), String(index), (at) => draw(Number(at))),
    select('Placement', view.placements.map(({key, text}) => [key, text]), view.placement, (key) => draw(index, key)),
    legend(models), themeButton(),
  ].filter(Boolean));
  build(view);
  navigate();
  for (const element of main.querySelectorAll('.panel')) {
    await element.draw([]);
    // A long page must answer between two charts.
    await new Promise((resume) => setTimeout(resume));
  }
  document.documentElement.dataset.state = 'ready';
  setTimeout(() => document.documentElement.dataset.painted = '');  // after what is in sight
}

// What the page carries, compressed: most of a result is the buckets of latencies.
async function carried() {
  const letters = atob(document.getElementById('data').textContent);
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).json();
}

async function show() {
  ({results} = await carried());
  const table = document.getElementById('cells');
  if (table) enhanceTable(table, results);
  await draw(results.length - 1);
}

show();
