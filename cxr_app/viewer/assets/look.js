// How the film's values are shown: as the program shows them, or through a window of the reader's.

import {
  dragged,
  fillColours,
  fullRange,
  inWords,
  isSameWindow,
  widened,
  windowLike,
  windowTable,
} from "./windowing.js";

const LEVEL_STEP = 16; // of the window's width to one key press

/**
 * @typedef {import("./windowing.js").Window} Window
 * @typedef {import("./stored.js").Stored} Stored
 */

export class Look {
  constructor() {
    /** @type {Stored | null} */
    this.stored = null;
    /** @type {Window | null} none: as the program shows the film */
    this.window = null;
    this.isNegative = false;
    /** @type {{label: string, window: Window | null}[]} */
    this.presets = [];
  }

  /** @param {Stored | null} stored */
  take(stored) {
    this.stored = stored;
    this.presets = stored ? presetsOf(stored) : [];
  }

  /** The window that the film is shown with at first, or one that comes near to it. */
  get own() {
    const { stored } = this;
    return stored.window ?? windowLike(stored.scale, stored.greys);
  }

  /** The window as numbers, also where the film is shown without one. */
  get current() {
    return this.window ?? this.own;
  }

  /** As linked viewers tell each other: beside the film's own window, since scales differ. */
  get shares() {
    if (!this.window) return null;
    const { own, window, sign } = this;
    const shift = (sign * (window.centre - own.centre)) / own.width;
    return { shift, factor: window.width / own.width };
  }

  set shares(shares) {
    if (!this.stored) return;
    const { own, sign } = this;
    this.window = shares && {
      ...own,
      centre: own.centre + sign * shares.shift * own.width,
      width: own.width * shares.factor,
    };
  }

  /** Which way the centre goes to make the film darker, unless it is inverted on the screen. */
  get sign() {
    return this.stored.scale.isInverted ? -1 : 1;
  }

  /** Place of the window among the presets; their number where it was set by hand. */
  get chosen() {
    const at = this.presets.findIndex(({ window }) =>
      window && this.window ? isSameWindow(window, this.window) : window === this.window,
    );
    return at < 0 ? this.presets.length : at;
  }

  /** @returns {string[]} */
  get labels() {
    const labels = this.presets.map(({ label }) => label);
    return this.stored ? [...labels, "Set by hand"] : ["Window", ""];
  }

  /** @returns {string} */
  get words() {
    if (!this.stored) return "";
    const { centre, width } = this.current;
    return `C ${inWords(centre)}  W ${inWords(width)}`;
  }

  drag(dx, dy) {
    this.window = dragged(this.current, dx, dy, this.stored.scale, this.isNegative);
  }

  widen(factor) {
    this.window = widened(this.current, factor, this.stored.scale);
  }

  /** @param {number} way 1 is lighter, -1 darker */
  lighten(way) {
    const { current, sign, isNegative } = this;
    const up = -way * sign * (isNegative ? -1 : 1);
    this.window = { ...current, centre: current.centre + (up * current.width) / LEVEL_STEP };
  }

  /** @param {number} at */
  choose(at) {
    this.window = this.presets[at]?.window ?? null;
  }

  /** @param {Uint32Array} colours canvas pixels of all codes */
  fill(colours) {
    const { stored, window, isNegative } = this;
    const greys = window ? windowTable(stored.scale, window) : stored.greys;
    fillColours(greys, isNegative, stored.scale.padding, colours);
  }
}

/** @param {Stored} stored */
function presetsOf(stored) {
  const named = (window, at) => ({
    label: `File's window ${at}: C ${inWords(window.centre)}, W ${inWords(window.width)}`,
    window,
  });
  // The first one shows the film already; where a lookup table does, it is a choice as well.
  const others = stored.window ? stored.windows.slice(1) : stored.windows;
  const first = stored.window && stored.windows.length ? "File's window" : "Default";
  return [
    { label: first, window: null },
    ...others.map((window, at) => named(window, at + (stored.window ? 2 : 1))),
    { label: "Full range", window: fullRange(stored.scale) },
    ...stored.presets.map(({ label, ...window }) => ({ label, window })),
  ];
}
