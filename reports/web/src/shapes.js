// The shapes of the models, 12 × 12, under the names that Vega has for them.
export const PATHS = {
  circle: 'M6 1.5a4.5 4.5 0 1 0 .01 0z',
  square: 'M2 2h8v8h-8z',
  diamond: 'M6 .8L11.2 6 6 11.2.8 6z',
  cross: 'M4.3 1h3.4v3.3H11v3.4H7.7V11H4.3V7.7H1V4.3h3.3z',
  'triangle-up': 'M6 1.3l5 9H1z',
  'triangle-down': 'M6 10.7l5-9H1z',
  'triangle-left': 'M1.3 6l9-5v10z',
  'triangle-right': 'M10.7 6l-9-5v10z',
};
