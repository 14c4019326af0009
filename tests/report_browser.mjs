// What a reader's browser shows of reports, as JSON on stdout, for report_test.py to judge:
//   node report_browser.mjs PACKAGES CHROMIUM DIRECTORY
// DIRECTORY holds the pages: all, basic, both, hostile (.html).
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';

const [, , packages, executablePath, directory] = process.argv;
const require = createRequire(`${packages}/`);
const {chromium} = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const browser = await chromium.launch({executablePath, args: ['--no-sandbox', '--disable-gpu',
  '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync']});

// Opens a page and waits until all of it is drawn. `troubles` gathers whatever should not happen.
async function open(name, options = {}) {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, colorScheme: 'light', ...options});
  const page = await context.newPage();
  const troubles = [];
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) troubles.push(`request: ${request.url()}`);
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => { troubles.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  await page.addInitScript(() => document.addEventListener('securitypolicyviolation',
      (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`)));
  const performance = await context.newCDPSession(page);
  await performance.send('Performance.enable', {timeDomain: 'threadTicks'});
  await page.goto(`file://${directory}/${name}.html`);
  if (options.javaScriptEnabled !== false) {
    await page.waitForSelector('html[data-state=ready]', {timeout: 120_000});
  }
  const {metrics} = await performance.send('Performance.getMetrics');
  return {page, troubles, cpuSeconds: metrics.find(({name: metric}) => metric === 'TaskDuration').value};
}

const panels = (page) => page.$$eval('.panel', (elements) => elements.map((element) => ({
  section: element.closest('section').id, spec: element.dataset.spec,
  title: element.querySelector('h3').textContent,
  subtitle: element.querySelector('figcaption p')?.textContent,
  marks: element.querySelectorAll('.chart [class*="mark-"].role-mark > *').length,
  // A label of an axis that reaches out of its panel is cut or lies upon its neighbour.
  outside: [...element.querySelectorAll('.chart text')].filter((text) => {
    const [inner, outer] = [text.getBoundingClientRect(), element.getBoundingClientRect()];
    return inner.width > 0 && (inner.left < outer.left - 1 || inner.right > outer.right + 1);
  }).map((text) => text.textContent),
})));

// Mean opacity of a model's shapes in a chart: they bear its colour.
const opacityOf = (page, spec, model) => page.$$eval(`[data-spec="${spec}"] .chart .mark-symbol path`, (paths, color) => {
  const own = paths.filter((path) => path.getAttribute('fill') === color);
  return own.reduce((sum, path) => sum + Number(path.getAttribute('opacity') ?? 1), 0) / own.length;
}, `var(--m-${model})`);

const axeOf = async (page) => {
  await page.evaluate(axe);  // outside the page's policy
  const {violations} = await page.evaluate(() => axe.run());
  return violations.filter(({impact}) => ['serious', 'critical'].includes(impact))
      .map(({id, nodes}) => `${id}: ${nodes.slice(0, 3).map(({html}) => html.slice(0, 200)).join(' | ')}`);
};

async function savedBy(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
  return {name: download.suggestedFilename(), text: readFileSync(await download.path(), 'latin1')};
}

const ground = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const firstRows = (page) => page.$$eval('#cells tbody tr:not([hidden])', (rows) =>
  rows.map((row) => [...row.cells].map((cell) => cell.textContent)));

async function interactions({page}) {
  const seen = {};
  const mark = page.locator('[data-spec="costs"] .mark-symbol path').first();
  await mark.scrollIntoViewIfNeeded();
  await mark.hover();
  seen.tooltip = await page.textContent('.tooltip');
  const legend = page.locator('.legend button', {hasText: 'fibers'});
  await legend.scrollIntoViewIfNeeded();
  const box = await legend.boundingBox();
  seen.before = [await opacityOf(page, 'costs', 'fibers'), await opacityOf(page, 'costs', 'pool')];
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await page.waitForTimeout(500);
  seen.chosen = [await opacityOf(page, 'costs', 'fibers'), await opacityOf(page, 'costs', 'pool')];
  await legend.press('Enter');  // and by keyboard back again
  await page.waitForTimeout(500);
  seen.after = [await opacityOf(page, 'costs', 'fibers'), await opacityOf(page, 'costs', 'pool')];
  await page.click('th[data-column="time"] button');
  seen.ascending = await firstRows(page);
  await page.click('th[data-column="time"] button');
  seen.descending = await firstRows(page);
  await page.fill('#filter', 'FIBERS mpmc');
  seen.filtered = await firstRows(page);
  seen.saved = {};
  for (const kind of ['SVG', 'PNG', 'CSV']) {
    seen.saved[kind] = await savedBy(page, `[data-spec="costs"] .tools button:text-is("${kind}")`);
  }
  seen.light = await ground(page);
  await page.click('.theme');
  seen.toggled = await ground(page);
  return seen;
}

const report = {};
const all = await open('all');
report.all = {panels: await panels(all.page), axe: await axeOf(all.page), absent: await all.page.textContent('#absent'),
  claims: await all.page.$$eval('#claims tbody td', (cells) => cells.map((cell) => cell.textContent).join('|')),
  cards: await all.page.$$eval('.verdict', (cards) => cards.map((card) => card.textContent)),
  ...(await interactions(all)), troubles: all.troubles};

const basic = await open('basic');
report.basic = {cpuSeconds: basic.cpuSeconds, troubles: basic.troubles};

const both = await open('both');
report.both = {panels: await panels(both.page), troubles: both.troubles,
  options: await both.page.$$eval('select option', (options) => options.map((option) => option.textContent)),
  environment: await both.page.textContent('.environment')};

const hostile = await open('hostile');
report.hostile = {troubles: hostile.troubles, panels: await panels(hostile.page),
  text: await hostile.page.textContent('#cells'), run: await hostile.page.evaluate(() => window.hostile ?? null),
  elements: await hostile.page.$$eval('main img, main script, main iframe', (elements) => elements.length),
  scripts: await hostile.page.$$eval('script', (elements) => elements.length),
  width: await hostile.page.evaluate(() => document.documentElement.scrollWidth)};

const dark = await open('all', {colorScheme: 'dark'});
report.dark = {ground: await ground(dark.page), axe: await axeOf(dark.page), troubles: dark.troubles};

const narrow = await open('all', {viewport: {width: 400, height: 800}});
report.narrow = {width: await narrow.page.evaluate(() => document.documentElement.scrollWidth),
  panels: await panels(narrow.page), troubles: narrow.troubles};

const print = await open('all', {colorScheme: 'dark'});
await print.page.emulateMedia({media: 'print'});
report.print = {scheme: await print.page.evaluate(() => getComputedStyle(document.documentElement).colorScheme),
  theme: await print.page.isVisible('.theme'), legend: await print.page.isVisible('.legend'), charts: await print.page.locator('.chart svg').count(),
  pages: (await print.page.pdf({format: 'A4'})).length};

const bare = await open('all', {javaScriptEnabled: false});
report.bare = {text: await bare.page.locator('body').innerText()};

await browser.close();
process.stdout.write(JSON.stringify(report));
