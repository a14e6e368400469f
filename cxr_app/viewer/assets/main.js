// What Streamlit calls when the viewer appears, and again with each run of the page.

import { readMessage } from "./message.js";
import { forgetAll, keep } from "./stored.js";
import { Viewer } from "./viewer.js";

const FORGET_MS = 60_000; // after the last viewer has gone: its film may be on its way back

/** @type {Map<object, Viewer>} */
const viewers = new Map();
let forgetting = 0;

/**
 * @param {object} component
 * @param {Uint8Array} component.data a message of `encoding.py`
 * @param {ShadowRoot} component.parentElement
 * @param {(name: string, value: object) => void} component.setStateValue
 * @returns {(() => void) | undefined} what Streamlit calls when the viewer goes
 */
export function main({ data, parentElement, setStateValue }) {
  const message = readMessage(data);
  if (message.header.kind !== "view") {
    keep(message);
    return undefined;
  }
  clearTimeout(forgetting);
  if (!viewers.has(parentElement)) viewers.set(parentElement, new Viewer(parentElement));
  const viewer = viewers.get(parentElement);
  viewer.update(message, setStateValue);
  return () => {
    viewers.delete(parentElement);
    viewer.close();
    if (!viewers.size) forgetting = setTimeout(forgetAll, FORGET_MS);
  };
}
