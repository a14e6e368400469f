// The film and what lies over it, at the size of the screen's own pixels.

import { element } from "./dom.js";
import { drawMarks } from "./marks.js";
import { Painter } from "./painter.js";

const MOST_RATIO = 2; // finer screens are drawn at two pixels to one of the page

export class Stage {
  /**
   * @param {HTMLElement[]} above what stands over the film
   * @param {(size: import("./geometry.js").Size) => void} onResize
   */
  constructor(above, onResize) {
    this.film = element("canvas", { class: "film", role: "img" });
    this.marks = element("canvas", { class: "marks", "aria-hidden": "true" });
    this.root = element(
      "div",
      { class: "stage", tabindex: 0, role: "group", "aria-roledescription": "film viewer" },
      [this.film, this.marks, ...above],
    );
    this.painter = new Painter(this.film);
    this.over = this.marks.getContext("2d");
    this.observer = new ResizeObserver(() => this.measure(onResize));
    this.observer.observe(this.root);
  }

  get ratio() {
    return Math.min(window.devicePixelRatio || 1, MOST_RATIO);
  }

  measure(onResize) {
    const { clientWidth, clientHeight } = this.root;
    if (!clientWidth || !clientHeight) return;
    const size = {
      width: Math.round(clientWidth * this.ratio),
      height: Math.round(clientHeight * this.ratio),
    };
    if (size.width === this.film.width && size.height === this.film.height) return;
    for (const canvas of [this.film, this.marks]) {
      Object.assign(canvas, size);
      canvas.style.width = `${size.width / this.ratio}px`;
      canvas.style.height = `${size.height / this.ratio}px`;
    }
    onResize(size);
  }

  /**
   * @param {MouseEvent} event
   * @returns {import("./geometry.js").Point} in canvas pixels
   */
  pointOf(event) {
    const { left, top } = this.film.getBoundingClientRect();
    return { x: (event.clientX - left) * this.ratio, y: (event.clientY - top) * this.ratio };
  }

  /** @param {string} alt */
  name(alt) {
    this.film.setAttribute("aria-label", alt);
    this.root.setAttribute("aria-label", `${alt}. Press ? for the keys.`);
  }

  /**
   * @param {import("./geometry.js").Matrix} m
   * @param {import("./marks.js").Marks} marks
   */
  drawMarks(m, marks) {
    drawMarks(this.over, m, marks, this.ratio);
  }

  close() {
    this.observer.disconnect();
  }
}
