// The film on its canvas. Values at the canvas's pixels are kept, so that a window is one look-up.

import { covered, levelFor, resample } from "./resample.js";

const SURROUND = "#0a0d0f";
const BUDGET_MS = 7; // beyond it a film in motion is drawn without smoothing, then once with it

export class Painter {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    // Pixels are written by the processor: a canvas on the graphics card would copy them twice.
    this.context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    this.colours = new Uint32Array(65536);
    this.codes = new Uint16Array(0);
    this.place = "";
    this.image = null;
    this.spentMs = 0; // on the last film that was drawn with smoothing at a new place
  }

  /**
   * Paint stored values.
   * @param {import("./stored.js").Stored} stored
   * @param {import("./geometry.js").Matrix} m
   * @param {number} scale
   * @param {boolean} isMoving
   * @returns {boolean} whether it is to be painted once more, when it has come to rest
   */
  paint(stored, m, scale, isMoving) {
    const { canvas } = this;
    const started = performance.now();
    const isDraft = isMoving && this.spentMs > BUDGET_MS;
    const matrix = Object.values(m);
    const place = [stored.film, canvas.width, canvas.height, isDraft, ...matrix].join();
    const isNew = place !== this.place;
    if (isNew) {
      this.box = covered(m, stored.levels[0], canvas);
      const count = this.box.width * this.box.height;
      if (this.codes.length < count) this.codes = new Uint16Array(count);
      const level = levelFor(stored.levels, scale);
      resample(level, m, this.box, { padding: stored.scale.padding, isDraft }, this.codes);
      this.place = place;
      this.clear();
    }
    if (this.box.width && this.box.height) this.window();
    if (isNew && !isDraft) this.spentMs = performance.now() - started;
    return isDraft;
  }

  /** Look the kept values up. */
  window() {
    const { context } = this;
    const { x, y, width, height } = this.box;
    if (this.image?.width !== width || this.image?.height !== height) {
      this.image = context.createImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    const { pixels, codes, colours } = this;
    for (let at = 0; at < pixels.length; at += 1) pixels[at] = colours[codes[at]];
    context.putImageData(this.image, x, y);
  }

  /**
   * Paint the preview, until the stored values are there.
   * @param {ImageBitmap} preview
   * @param {import("./geometry.js").Matrix} m
   * @param {{width: number, height: number}} film
   * @param {boolean} isNegative
   */
  paintPreview(preview, m, film, isNegative) {
    this.clear();
    this.place = "";
    this.context.setTransform(m.a, m.b, m.c, m.d, m.e, m.f);
    this.context.imageSmoothingQuality = "high";
    this.context.drawImage(preview, 0, 0, film.width, film.height);
    if (isNegative) {
      this.context.globalCompositeOperation = "difference"; // from white
      this.context.fillStyle = "#fff";
      this.context.fillRect(0, 0, film.width, film.height);
      this.context.globalCompositeOperation = "source-over";
    }
    this.context.resetTransform();
  }

  clear() {
    this.context.fillStyle = SURROUND;
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }
}
