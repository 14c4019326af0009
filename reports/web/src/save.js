// Charts as files, made here: nothing leaves the page.

import {figure} from './figure.js';

// Colours by name as they are at the moment; a name may hold a pair, light and dark, which only an
// element resolves.
function resolved(text) {
  const probe = document.body.appendChild(document.createElement('span'));
  const colour = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const plain = text.replace(/var\((--[\w-]+)\)/g, (_, name) => colour(name));
  probe.remove();
  return plain;
}

function drawing(svg, panel) {
  const [width, height] = ['width', 'height'].map((side) => svg[side].baseVal.value);
  return resolved(figure(new XMLSerializer().serializeToString(svg), {width, height}, panel));
}

function download(blob, file) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function saveSvg(svg, panel, file) {
  download(new Blob([drawing(svg, panel)], {type: 'image/svg+xml'}), `${file}.svg`);
}

export function savePng(svg, panel, file, scale = 2) {
  const picture = new Image();
  picture.onload = () => {
    const canvas = document.createElement('canvas');
    canvas.width = picture.naturalWidth * scale;
    canvas.height = picture.naturalHeight * scale;
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => download(blob, `${file}.png`), 'image/png');
  };
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawing(svg, panel))}`;
}

const LOOK = new Set(['color', 'shape', 'dash', 'fill', 'ink', 'tip', 'order', 'column', 'verdict', 'text']);

// A spreadsheet would run a text that begins like a formula.
function field(value) {
  let text = String(value ?? '');
  if (typeof value === 'string' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function saveCsv(rows, file) {
  const columns = [...new Set(rows.flatMap(Object.keys))].filter((column) => !LOOK.has(column));
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  const text = lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');
  download(new Blob([text], {type: 'text/csv'}), `${file}.csv`);
}
