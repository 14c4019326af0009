// Light or dark: what the system prefers, until the reader says otherwise. The choice lasts as long
// as the page is open, since a page from a mail attachment has nowhere to keep it.
import {h} from './dom.js';

const prefersDark = matchMedia('(prefers-color-scheme: dark)');
const root = document.documentElement;

const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : prefersDark.matches);

export function themeButton() {
  const button = h('button', {type: 'button', class: 'theme', onclick: () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    show();
  }});
  function show() {
    button.textContent = isDark() ? 'Light colours' : 'Dark colours';
  }
  prefersDark.addEventListener('change', show);
  show();
  return button;
}
