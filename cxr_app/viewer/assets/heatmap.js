// A small grid of numbers over the film: colour, a line at one value, and the legend's colours.

/**
 * @typedef {object} HeatMap
 * @property {HTMLCanvasElement} raster the grid enlarged and coloured
 * @property {[number, number, number, number]} box left, top, right, bottom on the film
 * @property {[import("./geometry.js").Point, import("./geometry.js").Point][]} contour on the film
 */

// One hue, amber, rising in lightness: its order is seen without colour vision, too.
const STOPS = [
  [74, 36, 0],
  [128, 66, 0],
  [188, 106, 4],
  [236, 154, 40],
  [255, 205, 112],
];
const CELL = 24; // pixels of the raster to a cell of the grid
const MOST = 512; // pixels of a side of the raster

/**
 * @param {number} share 0 at the lowest value of the legend, 1 at the highest
 * @returns {[number, number, number, number]} red, green, blue and alpha, 0 to 255
 */
export function colourOf(share) {
  const at = Math.min(Math.max(share, 0), 1) * (STOPS.length - 1);
  const first = Math.min(Math.floor(at), STOPS.length - 2);
  const [red, green, blue] = STOPS[first].map((low, channel) =>
    Math.round(low + (STOPS[first + 1][channel] - low) * (at - first)),
  );
  const alpha = Math.round(255 * Math.min(Math.max(share, 0), 1) ** 0.8);
  return [red, green, blue, alpha];
}

/**
 * The legend's bar.
 * @returns {string} a CSS gradient, lowest value first
 */
export function gradient() {
  return `linear-gradient(to right, ${STOPS.map((rgb) => `rgb(${rgb.join()})`).join()})`;
}

/**
 * Between the centres of a grid's cells, bilinearly; beyond the outer centres, their values.
 * @param {Float32Array} grid
 * @param {number} rows
 * @param {number} columns
 * @param {number} x in cells from the left edge
 * @param {number} y in cells from the top edge
 * @returns {number}
 */
export function between(grid, rows, columns, x, y) {
  const inside = (at, count) => Math.min(Math.max(at - 0.5, 0), count - 1);
  const [u, v] = [inside(x, columns), inside(y, rows)];
  const [left, top] = [Math.floor(u), Math.floor(v)];
  const right = Math.min(left + 1, columns - 1);
  const bottom = Math.min(top + 1, rows - 1);
  const mix = (one, other, share) => one + (other - one) * share;
  return mix(
    mix(grid[top * columns + left], grid[top * columns + right], u - left),
    mix(grid[bottom * columns + left], grid[bottom * columns + right], u - left),
    v - top,
  );
}

/**
 * @param {Record<string, any>} overlay as Python tells it
 * @param {Float32Array} grid
 * @returns {HeatMap}
 */
export function heatMap(overlay, grid) {
  const { rows, columns, low, high, contour, box } = overlay;
  const width = Math.min(columns * CELL, MOST);
  const height = Math.min(rows * CELL, MOST);
  const values = new Float32Array(width * height);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const x = ((column + 0.5) / width) * columns;
      const y = ((row + 0.5) / height) * rows;
      values[row * width + column] = between(grid, rows, columns, x, y);
    }
  }
  const raster = coloured(values, width, height, (value) => (value - low) / (high - low));
  const line = contour === null ? [] : crossings(values, width, height, contour, box);
  return { raster, box, contour: line };
}

function coloured(values, width, height, shareOf) {
  const raster = document.createElement("canvas");
  Object.assign(raster, { width, height });
  const context = raster.getContext("2d");
  const image = context.createImageData(width, height);
  values.forEach((value, at) => image.data.set(colourOf(shareOf(value)), 4 * at));
  context.putImageData(image, 0, 0);
  return raster;
}

/**
 * Marching squares: where the line crosses each square of four neighbouring values.
 * @returns {[import("./geometry.js").Point, import("./geometry.js").Point][]}
 */
function crossings(values, width, height, level, [left, top, right, bottom]) {
  const [sx, sy] = [(right - left) / width, (bottom - top) / height];
  /** @type {[import("./geometry.js").Point, import("./geometry.js").Point][]} */
  const lines = [];
  /** @param {number[]} point */
  const placed = ([x, y]) => ({ x: left + (x + 0.5) * sx, y: top + (y + 0.5) * sy });
  for (let y = 0; y + 1 < height; y += 1) {
    for (let x = 0; x + 1 < width; x += 1) {
      const at = y * width + x;
      const isAbove = values[at] >= level;
      const others = [values[at + 1], values[at + width], values[at + width + 1]];
      if (others.every((value) => value >= level === isAbove)) continue;
      const corners = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]];
      const found = corners.flatMap((from, side) => {
        const to = corners[(side + 1) % 4];
        const [a, b] = [from, to].map(([u, v]) => values[v * width + u]);
        if (a >= level === b >= level) return [];
        const share = (level - a) / (b - a);
        return [[from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]];
      });
      for (let side = 0; side + 1 < found.length; side += 2) {
        lines.push([placed(found[side]), placed(found[side + 1])]);
      }
    }
  }
  return lines;
}
