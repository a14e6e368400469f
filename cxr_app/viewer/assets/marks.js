// What lies over the film, on a canvas of its own: heat map, outlines, ruler. The film's canvas is
// never touched.

import { apply, lengthInMm } from "./geometry.js";

/**
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {import("./geometry.js").Matrix} Matrix
 *
 * @typedef {object} Marks
 * @property {import("./heatmap.js").HeatMap | null} heat
 * @property {number} opacity 0 to 1
 * @property {Point[][]} outlines on the film
 * @property {[Point, Point] | null} ruler on the film
 * @property {{row: number, column: number, kind: string} | null} spacing
 */

const HALO = "rgba(0, 0, 0, 0.75)";
const CONTOUR = "#ffd48a";
const OUTLINE = "#8fd3ff";
const RULER = "#fff37a";
const WHERE = {
  detector: "mm at the detector",
  calibrated: "mm, calibrated",
  unstated: "mm as the file says",
};

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Matrix} m from the film to the canvas
 * @param {Marks} marks
 * @param {number} ratio canvas pixels to a pixel of the page
 */
export function drawMarks(context, m, marks, ratio) {
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  if (marks.heat && marks.opacity > 0) drawHeat(context, m, marks.heat, marks.opacity, ratio);
  for (const outline of marks.outlines) {
    const line = outline.map((point) => apply(m, point));
    stroke(context, [[...line, line[0]]], OUTLINE, ratio);
  }
  if (marks.ruler && marks.spacing) drawRuler(context, m, marks.ruler, marks.spacing, ratio);
}

/**
 * What a ruler says.
 * @param {[Point, Point]} ruler
 * @param {{row: number, column: number, kind: string}} spacing
 * @returns {string}
 */
export function lengthInWords([from, to], spacing) {
  return `${lengthInMm(from, to, spacing).toFixed(1)} ${WHERE[spacing.kind]}`;
}

function drawHeat(context, m, heat, opacity, ratio) {
  const [left, top, right, bottom] = heat.box;
  context.save();
  context.setTransform(m.a, m.b, m.c, m.d, m.e, m.f);
  context.globalAlpha = opacity;
  context.imageSmoothingQuality = "high";
  context.drawImage(heat.raster, left, top, right - left, bottom - top);
  context.restore();
  const lines = heat.contour.map((line) => line.map((point) => apply(m, point)));
  context.save();
  context.globalAlpha = Math.min(1, 0.4 + opacity);
  stroke(context, lines, CONTOUR, ratio);
  context.restore();
}

function drawRuler(context, m, ruler, spacing, ratio) {
  const [from, to] = ruler.map((point) => apply(m, point));
  stroke(context, [[from, to]], RULER, ratio);
  for (const end of [from, to]) {
    const arm = 5 * ratio;
    const cross = (dx, dy) => [
      { x: end.x - dx, y: end.y - dy },
      { x: end.x + dx, y: end.y + dy },
    ];
    stroke(context, [cross(arm, 0), cross(0, arm)], RULER, ratio);
  }
  const text = lengthInWords(ruler, spacing);
  context.font = `600 ${13 * ratio}px system-ui, sans-serif`;
  const width = context.measureText(text).width;
  const inside = (at, most) => Math.min(Math.max(at, 8 * ratio), most - 8 * ratio);
  const x = inside(Math.max(from.x, to.x) + 10 * ratio, context.canvas.width - width);
  const y = inside((from.x > to.x ? from.y : to.y) - 10 * ratio, context.canvas.height);
  context.lineJoin = "round";
  context.lineWidth = 4 * ratio;
  context.strokeStyle = HALO;
  context.strokeText(text, x, Math.max(y, 20 * ratio));
  context.fillStyle = RULER;
  context.fillText(text, x, Math.max(y, 20 * ratio));
}

/** A light line with a dark one below it is seen on black and on white. */
function stroke(context, lines, colour, ratio) {
  context.beginPath();
  for (const line of lines) {
    line.forEach(({ x, y }, at) => (at ? context.lineTo(x, y) : context.moveTo(x, y)));
  }
  context.lineJoin = "round";
  context.lineCap = "round";
  for (const [width, style] of [[3.5, HALO], [1.5, colour]]) {
    context.lineWidth = width * ratio;
    context.strokeStyle = style;
    context.stroke();
  }
}
