// The ruler: one line on the film, by pointer or by keys.

import { apply, applyInverse } from "./geometry.js";

/** @typedef {import("./geometry.js").Point} Point */

const GRIP_PX = 14; // of the page, within which an end is taken hold of

export class Measure {
  constructor() {
    /** @type {[Point, Point] | null} on the film */
    this.line = null;
    this.end = 1;
  }

  /**
   * Begin a line, or take hold of an end.
   * @param {Point} at on the canvas
   * @param {import("./place.js").Place} place
   * @param {number} ratio canvas pixels to a pixel of the page
   */
  start(at, place, ratio) {
    const distance = (end) => {
      const there = apply(place.matrix, end);
      return Math.hypot(there.x - at.x, there.y - at.y);
    };
    const near = this.line?.findIndex((end) => distance(end) < GRIP_PX * ratio) ?? -1;
    this.end = near < 0 ? 1 : near;
    if (near < 0) this.line = [this.onFilm(at, place), this.onFilm(at, place)];
  }

  /**
   * @param {Point} at
   * @param {import("./place.js").Place} place
   */
  move(at, place) {
    if (this.line) this.line[this.end] = this.onFilm(at, place);
  }

  /** A click is no line. */
  finish() {
    if (this.line && this.line[0].x === this.line[1].x && this.line[0].y === this.line[1].y) {
      this.line = null;
    }
  }

  /**
   * A line in the middle, or the other end of the one there is.
   * @param {import("./place.js").Place} place
   */
  byKey(place) {
    if (this.line) {
      this.end = 1 - this.end;
      return;
    }
    const { x, y } = place.middle;
    const end = (at) => this.onFilm({ x: at, y }, place);
    this.line = [end(x * 0.75), end(x * 1.25)];
    this.end = 1;
  }

  /**
   * @param {number} dx canvas pixels
   * @param {number} dy
   * @param {import("./place.js").Place} place
   */
  nudge(dx, dy, place) {
    const there = apply(place.matrix, this.line[this.end]);
    this.move({ x: there.x + dx, y: there.y + dy }, place);
  }

  onFilm(at, place) {
    const { x, y } = applyInverse(place.matrix, at);
    const inside = (value, size) => Math.min(Math.max(value, 0), size);
    return { x: inside(x, place.film.width), y: inside(y, place.film.height) };
  }
}
