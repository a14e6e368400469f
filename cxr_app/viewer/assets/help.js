// The list of keys and gestures.

import { element } from "./dom.js";
import { KEYS } from "./keys.js";

const POINTER = [
  ["drag", "what the chosen tool does"],
  ["wheel, pinch", "zoom to the pointer"],
  ["Shift + drag", "pan; so does the middle button"],
  ["right drag", "zoom"],
  ["double click", "all of the film"],
];

/** @returns {HTMLDialogElement} */
export function help() {
  const rows = (pairs) =>
    pairs.flatMap(([key, does]) => [
      element("dt", {}, key.split("  ").map((one) => element("kbd", { text: one }))),
      element("dd", { text: does }),
    ]);
  const dialog = element("dialog", { class: "help", "aria-labelledby": "keys-title" }, [
    element("h2", { id: "keys-title", text: "Keys" }),
    element("dl", {}, rows(KEYS)),
    element("h2", { text: "Pointer" }),
    element("dl", {}, rows(POINTER)),
    element("p", { text: "Keys work while the film or one of its buttons has the focus." }),
    element("button", { type: "button", text: "Close", onclick: () => dialog.close() }),
  ]);
  // Escape closes it, and must not reach the page.
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  return dialog;
}
