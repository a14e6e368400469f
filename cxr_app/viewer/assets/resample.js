// The codes of a film at the pixels of the canvas. Windowing then is one look-up for each of them.

import { apply } from "./geometry.js";

/**
 * @typedef {import("./geometry.js").Matrix} Matrix
 * @typedef {import("./stored.js").Level} Level
 *
 * @typedef {object} Axis what one coordinate of the canvas adds to a place in the film
 * @property {Int32Array} near
 * @property {Int32Array} far what the next pixel of the film lies further on
 * @property {Uint8Array} share of the next pixel, in 1/128
 * @property {boolean} isExact no pixel lies between two of the film
 *
 * @typedef {{x: number, y: number, width: number, height: number}} Box
 */

const WHOLE = 128; // 65,535 x 128 x 128 is below 2^31

/**
 * The part of the canvas that the film covers.
 * @param {Matrix} m
 * @param {{width: number, height: number}} film
 * @param {{width: number, height: number}} canvas
 * @returns {Box}
 */
export function covered(m, film, canvas) {
  const one = apply(m, { x: 0, y: 0 });
  const other = apply(m, { x: film.width, y: film.height });
  const range = (from, to, size) => {
    const first = Math.max(0, Math.ceil(Math.min(from, to) - 0.5));
    return [first, Math.max(0, Math.min(size, Math.ceil(Math.max(from, to) - 0.5)) - first)];
  };
  const [x, width] = range(one.x, other.x, canvas.width);
  const [y, height] = range(one.y, other.y, canvas.height);
  return { x, y, width, height };
}

/**
 * The copy of the film that is at most twice as fine as the canvas.
 * @param {Level[]} levels
 * @param {number} scale canvas pixels to a pixel of the film
 * @returns {Level}
 */
export function levelFor(levels, scale) {
  const halvings = Math.max(0, Math.floor(Math.log2(1 / scale) + 1e-9));
  return levels[Math.min(halvings, levels.length - 1)];
}

/**
 * @param {Level} level
 * @param {Matrix} m from the film to the canvas
 * @param {Box} box
 * @param {{padding: [number, number] | null, isDraft: boolean}} how codes of the padding; whether
 *   the nearest pixel will do
 * @param {Uint16Array} into box.width x box.height
 */
export function resample(level, m, box, { padding, isDraft }, into) {
  const isTurned = m.a === 0;
  // A step along the canvas goes along the copy's rows, or from row to row where it is turned.
  const across = { size: level.width, stride: 1 };
  const down = { size: level.height, stride: level.width };
  const [h, v] = isTurned ? [down, across] : [across, down];
  const columns = axis(box.x, box.width, m.e, (isTurned ? m.c : m.a) / level.step, h);
  const rows = axis(box.y, box.height, m.f, (isTurned ? m.b : m.d) / level.step, v);
  if (isDraft || (columns.isExact && rows.isExact)) nearest(level.codes, columns, rows, into);
  else if (padding) besidePadding(level.codes, columns, rows, padding, into);
  else bilinear(level.codes, columns, rows, into);
}

/**
 * @param {number} start first pixel of the canvas
 * @param {number} count
 * @param {number} origin where the film begins
 * @param {number} scale canvas pixels to a pixel of the copy, below 0 where they run against it
 * @param {{size: number, stride: number}} along
 * @returns {Axis}
 */
function axis(start, count, origin, scale, { size, stride }) {
  const near = new Int32Array(count);
  const far = new Int32Array(count);
  const share = new Uint8Array(count);
  let isExact = true;
  for (let at = 0; at < count; at += 1) {
    const place = Math.min(Math.max((start + at + 0.5 - origin) / scale - 0.5, 0), size - 1);
    const first = Math.floor(place + 1e-6);
    near[at] = first * stride;
    far[at] = first + 1 < size ? stride : 0;
    share[at] = Math.round(Math.max(place - first, 0) * WHOLE);
    isExact &&= share[at] === 0;
  }
  return { near, far, share, isExact };
}

function nearest(codes, columns, rows, into) {
  const { near } = columns;
  const width = near.length;
  for (let row = 0, at = 0; row < rows.near.length; row += 1) {
    const start = rows.near[row];
    for (let column = 0; column < width; column += 1, at += 1) {
      into[at] = codes[start + near[column]];
    }
  }
}

function bilinear(codes, columns, rows, into) {
  const { near, far, share } = columns;
  const width = near.length;
  for (let row = 0, at = 0; row < rows.near.length; row += 1) {
    const start = rows.near[row];
    const below = rows.far[row];
    const low = rows.share[row];
    const high = WHOLE - low;
    for (let column = 0; column < width; column += 1, at += 1) {
      const a = start + near[column];
      const b = a + far[column];
      const right = share[column];
      const left = WHOLE - right;
      into[at] =
        ((codes[a] * left + codes[b] * right) * high +
          (codes[a + below] * left + codes[b + below] * right) * low +
          8192) >>
        14;
    }
  }
}

/** As `bilinear`; but where one of the four is padding, the nearest alone. */
function besidePadding(codes, columns, rows, [first, last], into) {
  const { near, far, share } = columns;
  const isPadding = (code) => code >= first && code <= last;
  for (let row = 0, at = 0; row < rows.near.length; row += 1) {
    const below = rows.far[row];
    const low = rows.share[row];
    for (let column = 0; column < near.length; column += 1, at += 1) {
      const a = rows.near[row] + near[column];
      const right = share[column];
      const four = [codes[a], codes[a + far[column]], codes[a + below], codes[a + far[column] + below]];
      if (four.some(isPadding)) {
        into[at] = four[(right >= 64 ? 1 : 0) + (low >= 64 ? 2 : 0)];
        continue;
      }
      const top = four[0] * (WHOLE - right) + four[1] * right;
      const bottom = four[2] * (WHOLE - right) + four[3] * right;
      into[at] = (top * (WHOLE - low) + bottom * low + 8192) >> 14;
    }
  }
}
