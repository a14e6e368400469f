// Which part of the film is seen, and how large.

import { fitScale, fitted, held, mirrored, moved, toCanvas, turned, zoomed } from "./geometry.js";

/**
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {import("./geometry.js").Size} Size
 */

export class Place {
  constructor() {
    /** @type {Size} */
    this.film = { width: 1, height: 1 };
    /** @type {Size} */
    this.canvas = { width: 1, height: 1 };
    this.reset();
  }

  reset() {
    const upright = { scale: 1, x: 0, y: 0, turns: 0, isMirrored: false };
    this.view = fitted(upright, this.film, this.canvas);
    this.isFit = true;
  }

  /** @param {Size} film */
  take(film) {
    this.film = film;
    this.reset();
  }

  /** @param {Size} canvas */
  resize(canvas) {
    this.canvas = canvas;
    this.set(this.isFit ? fitted(this.view, this.film, canvas) : this.view);
  }

  get matrix() {
    return toCanvas(this.view, this.canvas);
  }

  get middle() {
    return { x: this.canvas.width / 2, y: this.canvas.height / 2 };
  }

  get fit() {
    return fitScale(this.film, this.canvas, this.view.turns);
  }

  get isChanged() {
    return this.view.turns !== 0 || this.view.isMirrored;
  }

  /** Whether a part of the film lies outside the canvas. */
  get isZoomed() {
    return this.view.scale > this.fit * 1.001;
  }

  set(view) {
    this.view = held(view, this.film, this.canvas);
    this.isFit = Math.abs(this.view.scale / this.fit - 1) < 0.001;
  }

  showAll() {
    this.set(fitted(this.view, this.film, this.canvas));
    this.isFit = true;
  }

  /**
   * @param {number} factor
   * @param {Point} [at]
   */
  zoomBy(factor, at = this.middle) {
    let scale = this.view.scale * factor;
    // The way out ends at all of the film, where one is on it.
    if (factor < 1 && this.isZoomed && scale < this.fit) scale = this.fit;
    this.zoomTo(scale, at);
  }

  /**
   * @param {number} scale
   * @param {Point} [at]
   */
  zoomTo(scale, at = this.middle) {
    this.set(zoomed(this.view, scale, at, this.film, this.canvas));
  }

  move(dx, dy) {
    this.set(moved(this.view, dx, dy, this.film, this.canvas));
  }

  turn() {
    const wasFit = this.isFit;
    this.view = turned(this.view, 1);
    if (wasFit) this.showAll();
    else this.set(this.view);
  }

  mirror() {
    this.set(mirrored(this.view));
  }

  /** As linked viewers tell each other, whose films may have other sizes. */
  get shares() {
    const { scale, x, y } = this.view;
    return { zoom: scale / this.fit, x: x / this.film.width, y: y / this.film.height };
  }

  set shares({ zoom, x, y }) {
    const { film, fit } = this;
    this.set({ ...this.view, scale: zoom * fit, x: x * film.width, y: y * film.height });
  }
}
