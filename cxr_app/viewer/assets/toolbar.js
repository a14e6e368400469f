// The buttons above the film.

import { element, icon } from "./dom.js";
import { ICONS } from "./icons.js";

/** Name, what is written, what is said, key; tools are chosen, toggles are on or off. */
const BUTTONS = [
  ["tools", "window", "Window", "Window: drag to change brightness and contrast", "w", "tool"],
  ["tools", "pan", "Pan", "Pan: drag to move an enlarged film", "p", "tool"],
  ["tools", "ruler", "Ruler", "Ruler: drag to measure", "d", "tool"],
  ["look", "invert", "Invert", "Exchange black and white", "i", "toggle"],
  ["look", "heat", "Heat map", "Heat map", "h", "toggle"],
  ["look", "outline", "Lungs", "Outline", "o", "toggle"],
  ["size", "zoomOut", "Zoom out", "Zoom out", "-", ""],
  ["size", "zoomIn", "Zoom in", "Zoom in", "+", ""],
  ["size", "fit", "Fit", "Fit: all of the film", "0", ""],
  ["size", "one", "Actual", "One pixel of the film to one of the screen", "1", ""],
  ["turn", "turn", "Turn", "Turn, for viewing only", "t", ""],
  ["turn", "mirror", "Mirror", "Mirror, for viewing only", "m", "toggle"],
  ["rest", "reset", "Reset", "Reset window, zoom and turns", "", ""],
  ["rest", "full", "Full screen", "Full screen", "f", "toggle"],
  ["rest", "keys", "Keys", "Keys", "?", ""],
];

export class Toolbar {
  /**
   * @param {(command: string) => void} onCommand
   * @param {(index: number) => void} onPreset
   */
  constructor(onCommand, onPreset) {
    /** @type {Map<string, HTMLElement>} */
    this.buttons = new Map();
    const groups = new Map();
    for (const [group, name, label, said, key, kind] of BUTTONS) {
      const button = element(
        "button",
        {
          type: "button",
          title: key ? `${said} (${key})` : said,
          "aria-label": said,
          "aria-keyshortcuts": key === "+" ? "Plus" : key || null,
          "aria-pressed": kind ? "false" : null,
          onclick: () => onCommand(name),
        },
        [icon(ICONS[name]), element("span", { class: "label", text: label })],
      );
      this.buttons.set(name, button);
      if (!groups.has(group)) groups.set(group, element("div", { class: `group ${group}` }));
      groups.get(group).append(button);
    }
    this.select = element("select", {
      "aria-label": "Window",
      title: "Window",
      onchange: () => onPreset(Number(this.select.value)),
    });
    const parts = [...groups.values()];
    const presets = element("div", { class: "group presets" }, [this.select, this.more()]);
    parts.splice(1, 0, presets, element("div", { class: "break" }));
    this.root = element("div", { class: "toolbar", role: "group", "aria-label": "Tools" }, parts);
  }

  /** On a phone, the button that shows the last two groups. */
  more() {
    const more = element(
      "button",
      {
        type: "button",
        class: "more",
        title: "More",
        "aria-label": "More tools",
        "aria-expanded": "false",
        onclick: () => {
          const isOpen = this.root.classList.toggle("open");
          more.setAttribute("aria-expanded", String(isOpen));
        },
      },
      [icon(ICONS.more)],
    );
    return more;
  }

  /**
   * @param {string} name
   * @param {{isPressed?: boolean, isThere?: boolean, isOff?: boolean, label?: string}} how
   */
  set(name, { isPressed, isThere, isOff, label }) {
    const button = this.buttons.get(name);
    if (isPressed !== undefined) button.setAttribute("aria-pressed", String(isPressed));
    if (isThere !== undefined) button.hidden = !isThere;
    if (isOff !== undefined) button.toggleAttribute("disabled", isOff);
    if (label !== undefined) {
      button.querySelector(".label").textContent = label;
      button.setAttribute("aria-label", `Outline: ${label}`);
      button.title = `Outline: ${label} (o)`;
    }
  }

  /**
   * @param {string[]} labels of the windows; the last one is for a window that was set by hand
   * @param {number} chosen
   */
  setPresets(labels, chosen) {
    const options = labels.map((text, at) =>
      element("option", { value: at, text, hidden: at === labels.length - 1 }),
    );
    this.select.replaceChildren(...options);
    this.select.value = String(chosen);
    this.select.toggleAttribute("disabled", labels.length < 3);
  }
}
