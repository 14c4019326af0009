// What a mark says when it is pointed at: text, never markup.
import {h} from './dom.js';

let box = null;

function place(event) {
  const gap = 14;
  const {offsetWidth: width, offsetHeight: height} = box;
  const x = Math.min(event.clientX + gap, window.innerWidth - width - 8);
  const y = event.clientY + gap + height > window.innerHeight ? event.clientY - height - gap
    : event.clientY + gap;
  box.style.left = `${Math.max(8, x)}px`;
  box.style.top = `${Math.max(8, y)}px`;
}

// Vega calls this with an empty value when the pointer leaves a mark.
export function tooltip(_handler, event, _item, value) {
  box ??= document.body.appendChild(h('div', {class: 'tooltip', role: 'status', hidden: true}));
  box.hidden = value == null || value === '';
  if (box.hidden) return;
  box.textContent = value;
  place(event);
}
