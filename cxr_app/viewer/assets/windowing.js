// From stored values to greys: PS3.3, C.11.2.1.2 and C.11.2.1.3, as `imaging/dicom/display.py`.

/**
 * @typedef {object} Window
 * @property {number} centre in rescaled values
 * @property {number} width
 * @property {"LINEAR" | "LINEAR_EXACT" | "SIGMOID"} function
 *
 * @typedef {object} Scale how stored codes become rescaled values
 * @property {number} size how many codes there are: 256 or 65,536
 * @property {number} lowest the stored value of code 0
 * @property {number} slope
 * @property {number} intercept
 * @property {boolean} isInverted the lowest value is shown white
 * @property {[number, number] | null} padding lowest and highest code of what is no picture
 * @property {[number, number]} used lowest and highest code of the picture
 */

const WHITE = 255;
const SPAN_PX = 1024; // pixels of dragging that go through all values of the film

/**
 * @param {number} value rescaled
 * @param {Window} window
 * @returns {number} 0 to 255, not rounded
 */
export function greyOf(value, window) {
  if (window.function === "SIGMOID") {
    const steepness = (-4 * (value - window.centre)) / window.width;
    return WHITE / (1 + Math.exp(Math.min(Math.max(steepness, -700), 700)));
  }
  const half = window.function === "LINEAR" ? 0.5 : 0;
  const centre = window.centre - half;
  const width = window.width - 2 * half;
  if (value <= centre - width / 2) return 0;
  if (value > centre + width / 2) return WHITE;
  return Math.min(Math.max(((value - centre) / width + 0.5) * WHITE, 0), WHITE);
}

/**
 * @param {Scale} scale
 * @param {number} code
 * @returns {number}
 */
export function rescaled(scale, code) {
  return (code + scale.lowest) * scale.slope + scale.intercept;
}

/**
 * The grey of every code through a window. Padding is black.
 * @param {Scale} scale
 * @param {Window} window
 * @returns {Uint8Array}
 */
export function windowTable(scale, window) {
  const table = new Uint8Array(scale.size);
  for (let code = 0; code < scale.size; code += 1) {
    const grey = greyOf(rescaled(scale, code), window);
    table[code] = Math.floor((scale.isInverted ? WHITE - grey : grey) + 0.5);
  }
  if (scale.padding) table.fill(0, Math.max(0, scale.padding[0]), scale.padding[1] + 1);
  return table;
}

/**
 * A table of greys as canvas pixels, black and white exchanged on request; padding stays black.
 * @param {Uint8Array} greys
 * @param {boolean} isNegative
 * @param {[number, number] | null} padding
 * @param {Uint32Array} into
 */
export function fillColours(greys, isNegative, padding, into) {
  const flip = isNegative ? WHITE : 0;
  for (let code = 0; code < greys.length; code += 1) {
    into[code] = 0xff000000 | ((greys[code] ^ flip) * 0x010101);
  }
  if (isNegative && padding) into.fill(0xff000000, Math.max(0, padding[0]), padding[1] + 1);
}

/**
 * The window from the lowest to the highest value of the film.
 * @param {Scale} scale
 * @returns {Window}
 */
export function fullRange(scale) {
  const ends = scale.used.map((code) => rescaled(scale, code));
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const width = Math.max(high - low, Number.MIN_VALUE);
  return { centre: (low + high) / 2, width, function: "LINEAR_EXACT" };
}

/**
 * A window that comes near a table of greys, to begin dragging from where there is none.
 * @param {Scale} scale
 * @param {Uint8Array} greys
 * @returns {Window}
 */
export function windowLike(scale, greys) {
  const [first, last] = scale.used;
  const isBetween = (grey) => grey > 2 && grey < 253;
  let [from, to] = [first, last];
  while (from < last && !isBetween(greys[from])) from += 1;
  while (to > from && !isBetween(greys[to])) to -= 1;
  return from < to ? fullRange({ ...scale, used: [from, to] }) : fullRange(scale);
}

/**
 * The window after a drag: to the right wider, downwards darker.
 * @param {Window} window
 * @param {number} dx pixels of the screen
 * @param {number} dy
 * @param {Scale} scale
 * @param {boolean} isNegative black and white are exchanged on the screen
 * @returns {Window}
 */
export function dragged(window, dx, dy, scale, isNegative) {
  const span = fullRange(scale).width;
  const darker = scale.isInverted !== isNegative ? -1 : 1;
  return atLeast(
    {
      ...window,
      width: window.width + (dx * span) / SPAN_PX,
      centre: window.centre + (dy * darker * span) / SPAN_PX,
    },
    span,
  );
}

/**
 * The window made wider or narrower.
 * @param {Window} window
 * @param {number} factor
 * @param {Scale} scale
 * @returns {Window}
 */
export function widened(window, factor, scale) {
  return atLeast({ ...window, width: window.width * factor }, fullRange(scale).width);
}

function atLeast(window, span) {
  const least = window.function === "LINEAR" ? 1 : Math.min(1, span / 256);
  return { ...window, width: Math.max(window.width, least) };
}

/**
 * @param {Window} one
 * @param {Window} other
 * @returns {boolean}
 */
export function isSameWindow(one, other) {
  const { centre, width } = one;
  return centre === other.centre && width === other.width && one.function === other.function;
}

/**
 * A number as the screen says it: whole where the film's values are, else four digits.
 * @param {number} value
 * @returns {string}
 */
export function inWords(value) {
  const digits = Math.abs(value) >= 100 ? 0 : 2;
  return String(Number(value.toFixed(digits)));
}
