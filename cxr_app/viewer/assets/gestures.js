// Mouse, pen and fingers on the film.

/**
 * @typedef {import("./geometry.js").Point} Point in canvas pixels
 *
 * @typedef {object} Gestures
 * @property {(event: PointerEvent) => string} kindOf what a drag that begins so does
 * @property {(event: MouseEvent) => Point} pointOf
 * @property {(kind: string, phase: "start" | "move" | "end", at: Point, dx: number, dy: number) => void} drag
 * @property {(factor: number, at: Point, dx: number, dy: number) => void} pinch
 * @property {(factor: number, at: Point) => boolean} wheel whether the wheel was used
 * @property {(at: Point | null) => void} hover
 * @property {(at: Point) => void} twice
 */

const LINE_PX = 16; // of a wheel that counts lines

/**
 * @param {HTMLElement} stage
 * @param {Gestures} on
 */
export function watchPointers(stage, on) {
  /** @type {Map<number, Point>} */
  const down = new Map();
  let kind = "";

  const finish = (at) => {
    if (kind) on.drag(kind, "end", at, 0, 0);
    kind = "";
  };
  stage.addEventListener("pointerdown", (event) => {
    if (event.button === 1) event.preventDefault(); // no automatic scrolling
    stage.focus({ preventScroll: true });
    stage.setPointerCapture(event.pointerId);
    const at = on.pointOf(event);
    down.set(event.pointerId, at);
    if (down.size === 2) finish(at); // the first finger's drag becomes a pinch
    if (down.size !== 1) return;
    kind = on.kindOf(event);
    on.drag(kind, "start", at, 0, 0);
  });
  stage.addEventListener("pointermove", (event) => {
    const at = on.pointOf(event);
    on.hover(at);
    const before = down.get(event.pointerId);
    if (!before) return;
    if (down.size === 2) pinch(down, event.pointerId, at, on);
    down.set(event.pointerId, at);
    if (kind) on.drag(kind, "move", at, at.x - before.x, at.y - before.y);
  });
  const up = (event) => {
    if (down.delete(event.pointerId)) finish(on.pointOf(event));
  };
  stage.addEventListener("pointerup", up);
  stage.addEventListener("pointercancel", up);
  stage.addEventListener("pointerleave", () => on.hover(null));
  stage.addEventListener("contextmenu", (event) => event.preventDefault()); // right drag: zoom
  stage.addEventListener("dblclick", (event) => on.twice(on.pointOf(event)));
  stage.addEventListener("wheel", (event) => turnWheel(event, on), { passive: false });
}

function pinch(down, id, at, on) {
  const [still] = [...down].filter(([other]) => other !== id).map(([, point]) => point);
  const before = down.get(id);
  const length = (point) => Math.hypot(point.x - still.x, point.y - still.y);
  const middle = { x: (at.x + still.x) / 2, y: (at.y + still.y) / 2 };
  const factor = length(at) / Math.max(length(before), 1);
  on.pinch(factor, middle, (at.x - before.x) / 2, (at.y - before.y) / 2);
}

function turnWheel(event, on) {
  const pixels = event.deltaY * (event.deltaMode === 0 ? 1 : LINE_PX);
  // A pinch on a touch pad comes as a wheel with the control key, in small steps.
  const factor = Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.0015));
  if (on.wheel(factor, on.pointOf(event)) || event.ctrlKey) event.preventDefault();
}
