// Where a point of the film stands on the canvas: one zoom, one place, quarter turns, a mirror.

/**
 * @typedef {object} View
 * @property {number} scale canvas pixels to a pixel of the film
 * @property {number} x point of the film at the middle of the canvas
 * @property {number} y
 * @property {number} turns quarter turns clockwise, 0 to 3, after the mirror
 * @property {boolean} isMirrored left and right of the film exchanged
 *
 * @typedef {{width: number, height: number}} Size
 * @typedef {{x: number, y: number}} Point
 * @typedef {{a: number, b: number, c: number, d: number, e: number, f: number}} Matrix
 *   as a canvas takes it: x' = a x + c y + e, y' = b x + d y + f
 */

const MOST = 16; // canvas pixels to a pixel of the film

/**
 * The way from the film to the canvas. It moves by whole pixels only, so that at one to one each
 * pixel of the canvas is one of the film.
 * @param {View} view
 * @param {Size} canvas
 * @returns {Matrix}
 */
export function toCanvas(view, canvas) {
  const [cos, sin] = [[1, 0], [0, 1], [-1, 0], [0, -1]][view.turns];
  const across = view.isMirrored ? -view.scale : view.scale;
  const [a, b, c, d] = [cos * across, sin * across, -sin * view.scale, cos * view.scale];
  return {
    a,
    b,
    c,
    d,
    e: Math.round(canvas.width / 2 - a * view.x - c * view.y),
    f: Math.round(canvas.height / 2 - b * view.x - d * view.y),
  };
}

/**
 * @param {Matrix} m
 * @param {Point} point
 * @returns {Point}
 */
export function apply(m, point) {
  return { x: m.a * point.x + m.c * point.y + m.e, y: m.b * point.x + m.d * point.y + m.f };
}

/**
 * The point of the film under a point of the canvas.
 * @param {Matrix} m
 * @param {Point} point
 * @returns {Point}
 */
export function applyInverse(m, point) {
  const [x, y, det] = [point.x - m.e, point.y - m.f, m.a * m.d - m.b * m.c];
  return { x: (m.d * x - m.c * y) / det, y: (m.a * y - m.b * x) / det };
}

/**
 * The film's size as it lies on the canvas.
 * @param {Size} film
 * @param {number} turns
 * @returns {Size}
 */
export function turnedSize(film, turns) {
  return turns % 2 ? { width: film.height, height: film.width } : film;
}

/**
 * The scale at which all of the film is seen.
 * @param {Size} film
 * @param {Size} canvas
 * @param {number} turns
 * @returns {number}
 */
export function fitScale(film, canvas, turns) {
  const { width, height } = turnedSize(film, turns);
  return Math.min(canvas.width / width, canvas.height / height);
}

/**
 * The view as it may be: not smaller than all of the film, and no edge beyond the canvas's own
 * unless the film is smaller than the canvas, which then stands in the middle.
 * @param {View} view
 * @param {Size} film
 * @param {Size} canvas
 * @returns {View}
 */
export function held(view, film, canvas) {
  const fit = fitScale(film, canvas, view.turns);
  const scale = Math.min(Math.max(view.scale, Math.min(fit, 1)), Math.max(MOST, fit));
  const seen = turnedSize({ width: canvas.width / scale, height: canvas.height / scale }, view.turns);
  const hold = (at, size, part) =>
    part >= size ? size / 2 : Math.min(Math.max(at, part / 2), size - part / 2);
  return {
    ...view,
    scale,
    x: hold(view.x, film.width, seen.width),
    y: hold(view.y, film.height, seen.height),
  };
}

/**
 * All of the film in the middle of the canvas.
 * @param {View} view
 * @param {Size} film
 * @param {Size} canvas
 * @returns {View}
 */
export function fitted(view, film, canvas) {
  const scale = fitScale(film, canvas, view.turns);
  return { ...view, scale, x: film.width / 2, y: film.height / 2 };
}

/**
 * Another scale, with the film standing still under one point of the canvas.
 * @param {View} view
 * @param {number} scale
 * @param {Point} at
 * @param {Size} film
 * @param {Size} canvas
 * @returns {View}
 */
export function zoomed(view, scale, at, film, canvas) {
  const bounded = held({ ...view, scale }, film, canvas);
  // From the middle, without the rounding to whole pixels, which would add up from step to step.
  const off = { x: at.x - canvas.width / 2, y: at.y - canvas.height / 2 };
  const before = applyInverse({ ...toCanvas(view, canvas), e: 0, f: 0 }, off);
  const after = applyInverse({ ...toCanvas(bounded, canvas), e: 0, f: 0 }, off);
  const x = view.x + before.x - after.x;
  const y = view.y + before.y - after.y;
  return held({ ...view, scale: bounded.scale, x, y }, film, canvas);
}

/**
 * The film moved by canvas pixels.
 * @param {View} view
 * @param {number} dx
 * @param {number} dy
 * @param {Size} film
 * @param {Size} canvas
 * @returns {View}
 */
export function moved(view, dx, dy, film, canvas) {
  const m = toCanvas(view, canvas);
  const there = applyInverse({ ...m, e: 0, f: 0 }, { x: dx, y: dy });
  return held({ ...view, x: view.x - there.x, y: view.y - there.y }, film, canvas);
}

/**
 * Turned by quarters on the screen.
 * @param {View} view
 * @param {number} quarters clockwise
 * @returns {View}
 */
export function turned(view, quarters) {
  return { ...view, turns: (view.turns + quarters + 4) % 4 };
}

/**
 * Left and right of the screen exchanged, however the film is turned.
 * @param {View} view
 * @returns {View}
 */
export function mirrored(view) {
  return { ...view, isMirrored: !view.isMirrored, turns: (4 - view.turns) % 4 };
}

/**
 * Length of a line on the film in millimetres.
 * @param {Point} from
 * @param {Point} to
 * @param {{row: number, column: number}} spacing
 * @returns {number}
 */
export function lengthInMm(from, to, spacing) {
  return Math.hypot((to.x - from.x) * spacing.column, (to.y - from.y) * spacing.row);
}
