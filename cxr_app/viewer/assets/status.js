// The line below the film, and what stands over it.

import { element } from "./dom.js";
import { inWords, rescaled } from "./windowing.js";

const QUIET_MS = 500; // before a screen reader is told where something came to rest

export class Status {
  constructor() {
    this.value = element("span", { class: "value" });
    this.message = element("span", { class: "message", role: "status" });
    this.window = element("span", { class: "window" });
    this.zoom = element("span", { class: "zoom" });
    this.spoken = element("span", { class: "spoken", "aria-live": "polite" });
    this.root = element("div", { class: "status" }, [
      this.value,
      this.message,
      this.window,
      this.zoom,
      this.spoken,
    ]);
    this.notice = element("div", { class: "notice", hidden: true });
  }

  /**
   * @param {import("./look.js").Look} look
   * @param {import("./place.js").Place} place
   */
  show(look, place) {
    set(this.window, look.words);
    set(this.zoom, `${Math.round(place.view.scale * 100)} %`);
    const changes = [
      place.view.turns ? "turned" : "",
      place.view.isMirrored ? "mirrored" : "",
      look.isNegative ? "inverted" : "",
    ].filter(Boolean);
    const words = changes.join(", ");
    const begun = words.slice(0, 1).toUpperCase() + words.slice(1);
    set(this.notice, `${begun} for viewing only: the model's input is unchanged.`);
    this.notice.hidden = !changes.length;
  }

  /** @param {string} text of what goes on, or went wrong */
  say(text) {
    set(this.message, text);
  }

  /** @param {string} text */
  isSaying(text) {
    return this.message.textContent === text;
  }

  /** @param {string} text for a screen reader, once keys have come to rest */
  speak(text) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => set(this.spoken, text), QUIET_MS);
  }

  /**
   * @param {import("./stored.js").Stored | null} stored
   * @param {import("./geometry.js").Point | null} at on the film
   */
  tell(stored, at) {
    const [film] = stored?.levels ?? [];
    const [x, y] = at ? [Math.floor(at.x), Math.floor(at.y)] : [-1, -1];
    if (!film || x < 0 || y < 0 || x >= film.width || y >= film.height) {
      set(this.value, "");
      return;
    }
    const { scale } = stored;
    const code = film.codes[y * film.width + x];
    const isRescaled = scale.slope !== 1 || scale.intercept !== 0;
    const more = isRescaled ? ` (rescaled ${inWords(rescaled(scale, code))})` : "";
    set(this.value, `x ${x}  y ${y}  value ${code + scale.lowest}${more}`);
  }
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
