// A chart as a drawing of its own, with the words and the legend that the page has around it.
import {PATHS} from './shapes.js';

const FONT = 'font-family="system-ui, DejaVu Sans, sans-serif"';
const escaped = (text) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
    // What XML cannot hold at all.
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
const short = (text, width) => {
  const most = Math.floor(width / 6.6);
  return escaped(text.length > most ? `${text.slice(0, most - 1)}…` : text);
};

function text(words, x, y, size, attributes = '') {
  return `<text x="${x}" y="${y}" ${FONT} font-size="${size}" fill="var(--ink)" ${attributes}>${words}</text>`;
}

// The looks of a panel's models in rows that fit the width; what each row needs is estimated, since
// there is no font to measure with.
function legendRows(looks, width) {
  const rows = [[]];
  let x = 0;
  for (const look of looks) {
    const wide = 30 + Math.min(look.model.length, 40) * 6.6;
    if (x + wide > width && rows.at(-1).length) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1).push({...look, x});
    x += wide;
  }
  return rows;
}

function legend(rows, left, top) {
  return rows.flatMap((row, index) => row.map(({model, color, shape, x}) =>
    `<g transform="translate(${left + x},${top + index * 18})"><path d="${PATHS[shape]}" fill="${color}"/>` +
      `${text(short(model, 270), 17, 10, 11, 'fill-opacity="0.8"')}</g>`)).join('');
}

// Each model of the rows once, in their order; none where an axis names the models.
function looksOf({spec, data}) {
  if (!data.rows[0]?.shape || spec === 'costs' || spec === 'versus') return [];
  return [...new Map(data.rows.map(({model, color, shape}) => [model, {model, color, shape}])).values()];
}

// `svg` is the drawing of the chart alone, `width` × `height`.
export function figure(svg, {width, height}, panel) {
  const margin = 14;
  const rows = legendRows(looksOf(panel), width);
  const top = panel.subtitle ? 54 : 38;
  const full = top + height + (rows[0].length ? 10 + rows.length * 18 : 0) + margin;
  const across = width + 2 * margin;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${across}" height="${full}" viewBox="0 0 ${across} ${full}">` +
      '<rect width="100%" height="100%" fill="var(--panel)"/>' +
      text(short(panel.title, width), margin, 24, 13, 'font-weight="600"') +
      text(short(panel.subtitle ?? '', width), margin, 41, 11, 'fill-opacity="0.75"') +
      svg.replace('<svg', `<svg x="${margin}" y="${top}"`) +
      `${legend(rows, margin, top + height + 10)}</svg>`;
}
