// What the heat map's colours mean, and how strong they are.

import { element } from "./dom.js";
import { gradient } from "./heatmap.js";
import { inWords } from "./windowing.js";

export class Legend {
  /** @param {(opacity: number) => void} onOpacity 0 to 1 */
  constructor(onOpacity) {
    this.title = element("div", { class: "title" });
    this.bar = element("div", { class: "bar", "aria-hidden": "true" });
    this.bar.style.backgroundImage = gradient();
    this.line = element("div", { class: "line" });
    this.bar.append(this.line);
    this.numbers = element("div", { class: "numbers" });
    this.slider = element("input", {
      type: "range",
      min: 0,
      max: 100,
      step: 5,
      "aria-label": "Opacity of the heat map, percent",
      oninput: () => onOpacity(Number(this.slider.value) / 100),
    });
    const opacity = element("label", { class: "opacity" }, [
      element("span", { text: "Opacity", "aria-hidden": "true" }),
      this.slider,
    ]);
    const parts = [this.title, this.bar, this.numbers, opacity];
    // It lies on the film, which would take the slider's drag for its own.
    const keep = (event) => event.stopPropagation();
    const own = { onpointerdown: keep, onwheel: keep, ondblclick: keep };
    this.root = element("div", { class: "legend", hidden: true, ...own }, parts);
  }

  /**
   * @param {{label: string, low: number, high: number, contour: number | null} | null} overlay
   * @param {boolean} isOn
   * @param {number} opacity
   */
  show(overlay, isOn, opacity) {
    this.root.hidden = !overlay || !isOn;
    if (!overlay) return;
    const { label, low, high, contour } = overlay;
    this.title.textContent = label;
    const ends = [low, (low + high) / 2, high];
    this.numbers.replaceChildren(...ends.map((value) => element("span", { text: inWords(value) })));
    this.line.hidden = contour === null;
    if (contour !== null) {
      this.line.style.left = `${(100 * (contour - low)) / (high - low)}%`;
      this.numbers.append(element("span", { class: "wide", text: `line at ${inWords(contour)}` }));
    }
    this.slider.value = String(Math.round(opacity * 100));
  }
}
