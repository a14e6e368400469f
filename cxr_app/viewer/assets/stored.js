// The full depth of a film in the browser: unpacked once, kept for the films seen last.

import { halved } from "./pyramid.js";

/**
 * @typedef {import("./windowing.js").Scale} Scale
 * @typedef {import("./windowing.js").Window} Window
 *
 * @typedef {object} Level
 * @property {Uint16Array} codes
 * @property {number} width
 * @property {number} height
 * @property {number} step its pixels to a pixel of the film: 1, 1/2, 1/4 ...
 *
 * @typedef {object} Stored
 * @property {string} film
 * @property {Level[]} levels the film, and copies of half the size of the one before
 * @property {Scale} scale
 * @property {Uint8Array} greys the grey of each code as the program shows it
 * @property {Window | null} window the file's, where it shows the film
 * @property {Window[]} windows
 * @property {(Window & {label: string})[]} presets
 * @property {{row: number, column: number, kind: string} | null} spacing
 */

const KEPT = 3; // films: two that are compared, and the one before
const SMALLEST = 256; // pixels of the shorter side, below which no smaller copy is made

/** @type {Map<string, Promise<Stored>>} */
const films = new Map();
const waiting = new EventTarget();

/**
 * The stored film of a message; it is unpacked at most once.
 * @param {import("./message.js").Message} message
 */
export function keep(message) {
  const { film, kind, sentence } = message.header;
  if (kind === "failure") {
    waiting.dispatchEvent(new CustomEvent(film, { detail: { sentence } }));
    return;
  }
  if (!films.has(film)) {
    films.set(film, unpacked(message));
    while (films.size > KEPT) films.delete(films.keys().next().value);
  }
  waiting.dispatchEvent(new CustomEvent(film, { detail: {} }));
}

/**
 * @param {string} film
 * @returns {Promise<Stored> | undefined}
 */
export function kept(film) {
  return films.get(film);
}

/** Let all films go. */
export function forgetAll() {
  films.clear();
}

/**
 * Be told when a film's values come, or why they do not.
 * @param {string} film
 * @param {(detail: {sentence?: string}) => void} listener
 * @returns {() => void} ends it
 */
export function onArrival(film, listener) {
  const heard = (event) => listener(event.detail);
  waiting.addEventListener(film, heard);
  return () => waiting.removeEventListener(film, heard);
}

/**
 * @param {import("./message.js").Message} message
 * @returns {Promise<Stored>}
 */
async function unpacked({ header, part }) {
  const { width, height } = header;
  const planes = await inflated(part("values"), width * height * header.bytes);
  const codes = summed(planes, width, height, header.bytes);
  const levels = [{ codes, width, height, step: 1 }];
  while (Math.min(levels.at(-1).width, levels.at(-1).height) >= 2 * SMALLEST) {
    levels.push(halved(levels.at(-1), header.padding));
  }
  return {
    film: header.film,
    levels,
    scale: {
      size: 256 ** header.bytes,
      lowest: header.lowest,
      slope: header.slope,
      intercept: header.intercept,
      isInverted: header.is_inverted,
      padding: header.padding,
      used: header.used,
    },
    greys: part("greys"),
    window: "centre" in header.window ? header.window : null,
    windows: header.windows,
    presets: header.presets,
    spacing: header.spacing,
  };
}

/**
 * @param {Uint8Array} packed a zlib stream
 * @param {number} size
 * @returns {Promise<Uint8Array>}
 */
async function inflated(packed, size) {
  const stream = new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (packed)])
    .stream()
    .pipeThrough(new DecompressionStream("deflate"));
  const found = new Uint8Array(size);
  let at = 0;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return found;
    found.set(value, at);
    at += value.length;
  }
}

/**
 * Undo what `encoding.pack_values` does.
 * @param {Uint8Array} planes
 * @param {number} width
 * @param {number} height
 * @param {number} bytes of a value
 * @returns {Uint16Array}
 */
function summed(planes, width, height, bytes) {
  const count = width * height;
  const codes = new Uint16Array(count);
  const most = bytes === 2 ? 0xffff : 0xff;
  for (let row = 0, at = 0; row < height; row += 1) {
    let code = 0;
    for (const end = at + width; at < end; at += 1) {
      const folded = bytes === 2 ? planes[at] | (planes[count + at] << 8) : planes[at];
      code = (code + ((folded >>> 1) ^ -(folded & 1))) & most;
      codes[at] = code;
    }
  }
  return codes;
}
