// A chart with its heading and what can be taken home from it.
import specifications from 'specifications';
import {h, name} from './dom.js';
import {saveCsv, savePng, saveSvg} from './save.js';
import {tooltip} from './tooltip.js';
import {fill, viewOn} from './vega.js';

const drawn = new Map();  // chart element → view

// A chart is as wide as its panel; this also follows a turned telephone.
const observer = new ResizeObserver((entries) => {
  for (const {target, contentRect} of entries) {
    const view = drawn.get(target);
    const width = Math.floor(contentRect.width);
    if (view && width > 0 && view.width() !== width) view.width(width).runAsync();
  }
});

export function panelElement(panel, level) {
  const chart = h('div', {class: 'chart', role: 'img',
    'aria-label': `Chart: ${panel.title.slice(0, 200)}. ${panel.subtitle ?? ''} The table of all results has its numbers.`});
  const svg = () => chart.querySelector('svg');
  const file = `${panel.spec}-${panel.title}`.replace(/[^\w.=-]+/g, '-').slice(0, 60);
  const button = (text, save) => h('button', {type: 'button', onclick: save,
    'aria-label': `Save ${panel.title.slice(0, 80)} as ${text}`}, text);
  const element = h('figure', {class: 'panel', 'data-spec': panel.spec},
      h('figcaption', {}, h(`h${level}`, {}, name(panel.title)),
          panel.subtitle ? h('p', {}, name(panel.subtitle)) : null),
      h('div', {class: panel.minWidth ? 'scroll' : null}, chart),
      h('div', {class: 'tools'},
          button('SVG', () => saveSvg(svg(), panel, file)),
          button('PNG', () => savePng(svg(), panel, file)),
          button('CSV', () => saveCsv(panel.data.rows, file))));
  if (panel.minWidth) {
    // Wider than a telephone: scrolled in its panel, which the keyboard must reach.
    chart.style.minWidth = `${panel.minWidth}px`;
    chart.parentElement.tabIndex = 0;
    chart.parentElement.setAttribute('role', 'region');
    chart.parentElement.setAttribute('aria-label', panel.title);
  }
  element.draw = async (chosen) => {
    const view = viewOn(specifications[panel.spec], {renderer: 'svg', container: chart, hover: false, tooltip});
    drawn.set(chart, fill(view, panel, chosen).width(chart.clientWidth));
    await view.runAsync();
    svg().setAttribute('aria-hidden', 'true');  // the chart has its name, and the table its numbers
    observer.observe(chart);
  };
  return element;
}

export function choose(chosen) {
  for (const view of drawn.values()) view.signal('chosen', chosen).runAsync();
}

export function clearPanels() {
  for (const [chart, view] of drawn) {
    observer.unobserve(chart);
    view.finalize();
  }
  drawn.clear();
}
