// Makes the table of all results, which the page has without any script, sortable and filterable.
import {h} from './dom.js';

const NUMERIC = {
  time: (cell) => cell.summary?.ns_per_op.median,
  low: (cell) => cell.summary?.ns_per_op.low,
  rate: (cell) => cell.summary?.ops_per_s.median,
  busy: (cell) => cell.summary?.cpu_per_wall,
  memory: (cell) => cell.memory?.peak_rss,
  cores: (cell) => cell.cores,
};

function textKey(row, header) {
  const text = row.cells[header.cellIndex].textContent;
  return header.dataset.column === 'best' ? parseFloat(text.replaceAll(',', '')) || null : text;
}

// Unknown values come last in either direction.
function compare(a, b, direction) {
  if (a == null || b == null) return (a == null) - (b == null);
  return direction * (typeof a === 'number' ? a - b : a.localeCompare(b, 'en', {numeric: true}));
}

export function enhanceTable(table, results) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const cellOf = (row) => {
    const [result, cell] = row.dataset.at.split('.').map(Number);
    return results[result].cells[cell];
  };

  function sort(header) {
    const column = header.dataset.column;
    const direction = header.getAttribute('aria-sort') === 'ascending' ? -1 : 1;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
    header.setAttribute('aria-sort', direction > 0 ? 'ascending' : 'descending');
    const key = (row) => (NUMERIC[column] ? NUMERIC[column](cellOf(row)) : textKey(row, header));
    const keyed = rows.map((row) => [key(row), row]).sort(([a], [b]) => compare(a, b, direction));
    body.append(...keyed.map(([, row]) => row));
    table.classList.add('sorted');
  }

  for (const header of table.tHead.rows[0].cells) {
    const text = [...header.childNodes];
    header.replaceChildren(h('button', {type: 'button', onclick: () => sort(header)}, text));
  }

  const shown = h('output', {for: 'filter'});
  const texts = rows.map((row) => row.textContent.toLowerCase());
  function filter(words) {
    let count = 0;
    rows.forEach((row, index) => {
      row.hidden = !words.every((word) => texts[index].includes(word));
      count += !row.hidden;
    });
    shown.textContent = `${count} of ${rows.length} rows`;
  }
  const input = h('input', {id: 'filter', type: 'search', placeholder: 'fibers mpmc …', autocomplete: 'off',
    oninput: () => filter(input.value.toLowerCase().split(/\s+/).filter(Boolean))});
  filter([]);
  table.closest('.scroll').before(h('p', {class: 'filter'},
      h('label', {for: 'filter'}, 'Only rows with '), input, ' ', shown));
}
