// Keys, while the viewer has the focus. Never r or c: they are Streamlit's own.

export const STEP = 1.25; // of one key press: zoom, and width of the window

/** What the list of keys says, in its order. */
export const KEYS = [
  ["+  −", "enlarge, reduce"],
  ["0", "all of the film"],
  ["1", "one pixel of the film to one of the screen"],
  ["← ↑ → ↓", "move an enlarged film, or an end of the ruler"],
  ["[  ]", "more contrast, less contrast"],
  [",  .", "darker, lighter"],
  ["i", "exchange black and white"],
  ["h", "heat map on or off"],
  ["o", "outline on or off"],
  ["t  m", "turn, mirror: for viewing only"],
  ["w  p  d", "window, pan, ruler (distance)"],
  ["Enter", "with the ruler: set a line, then change its end"],
  ["Delete", "remove the ruler's line"],
  ["f", "full screen"],
  ["?", "these keys"],
];

const COMMANDS = {
  "+": "zoomIn",
  "=": "zoomIn",
  "-": "zoomOut",
  _: "zoomOut",
  0: "fit",
  1: "one",
  i: "invert",
  h: "heat",
  o: "outline",
  t: "turn",
  m: "mirror",
  w: "window",
  p: "pan",
  d: "ruler",
  f: "full",
  "?": "keys",
  "[": "narrower",
  "]": "wider",
  ",": "darker",
  ".": "lighter",
  Enter: "setRuler",
  Delete: "removeRuler",
  Backspace: "removeRuler",
};

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {HTMLElement} root
 * @param {object} on
 * @param {(command: string) => boolean} on.command whether it was carried out
 * @param {(dx: number, dy: number, isFine: boolean) => boolean} on.arrow likewise
 */
export function watchKeys(root, on) {
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {HTMLElement} */ (event.composedPath()[0]);
    if (target.closest("select, input, dialog")) return; // these have keys of their own
    if (event.key === "Enter" && target.closest("button")) return;
    const arrow = ARROWS[event.key];
    const command = COMMANDS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    // What the viewer has no use for goes on to the page: from film to film, say.
    const isDone = arrow ? on.arrow(...arrow, event.shiftKey) : command && on.command(command);
    if (!isDone) return;
    event.preventDefault();
    event.stopPropagation();
  });
}
