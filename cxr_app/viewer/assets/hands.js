// What pointers, keys and buttons do to a viewer.

import { applyInverse } from "./geometry.js";
import { watchPointers } from "./gestures.js";
import { STEP, watchKeys } from "./keys.js";
import { lengthInWords } from "./marks.js";

export const TOOLS = ["window", "pan", "ruler"];
const ARROW_PX = 60; // of the page, that an arrow key moves the film by
const FINE_PX = 1; // likewise an end of the ruler, with the shift key; without it ten times that
const DRAG_ZOOM = 0.006; // of a pixel of a drag with the right button

export class Hands {
  /** @param {import("./viewer.js").Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    // A finger that meets the film is mostly on its way down the page.
    this.tool = window.matchMedia("(pointer: coarse)").matches ? "pan" : "window";
    this.commands = { ...this.placing(), ...this.looking(), ...this.measuring(), ...this.rest() };
    this.onFull = () => viewer.toolbar.set("full", { isPressed: this.isFull });
    document.addEventListener("fullscreenchange", this.onFull);
  }

  listen() {
    const { stage, root, place } = this.viewer;
    watchPointers(stage.root, {
      kindOf: (event) => this.kindOf(event),
      pointOf: (event) => stage.pointOf(event),
      drag: (kind, phase, at, dx, dy) => this.drag(kind, phase, at, dx, dy),
      pinch: (factor, at, dx, dy) => {
        place.move(dx, dy);
        this.moved(() => place.zoomBy(factor, at));
      },
      wheel: (factor, at) => {
        if (factor < 1 && !place.isZoomed) return false; // the page may scroll on
        this.moved(() => place.zoomBy(factor, at));
        return true;
      },
      hover: (at) => this.hover(at),
      twice: () => this.command("fit"),
    });
    // On the root: a click on a button does not end the keys.
    watchKeys(root, {
      command: (name) => this.command(name),
      arrow: (dx, dy, isFine) => this.arrow(dx, dy, isFine),
    });
  }

  close() {
    document.removeEventListener("fullscreenchange", this.onFull);
  }

  /**
   * @param {string} name
   * @returns {boolean} whether it could be done
   */
  command(name) {
    const isDone = this.commands[name]() !== false;
    if (isDone) this.viewer.draw("film", "marks");
    return isDone;
  }

  placing() {
    const { place } = this.viewer;
    const doing = (change) => () => this.placed(change);
    return {
      zoomIn: doing(() => place.zoomBy(STEP)),
      zoomOut: doing(() => place.zoomBy(1 / STEP)),
      fit: doing(() => place.showAll()),
      one: doing(() => place.zoomTo(1)),
      turn: doing(() => place.turn()),
      mirror: doing(() => place.mirror()),
    };
  }

  looking() {
    const { viewer } = this;
    const doing = (change) => () => this.looked(change);
    return {
      narrower: doing(() => viewer.look.widen(1 / STEP)),
      wider: doing(() => viewer.look.widen(STEP)),
      darker: doing(() => viewer.look.lighten(-1)),
      lighter: doing(() => viewer.look.lighten(1)),
      invert: () => {
        viewer.look.isNegative = !viewer.look.isNegative;
        this.tellLook();
      },
      heat: () => this.switch("heat", viewer.makeHeat),
      outline: () => this.switch("outline", viewer.outlines.length),
    };
  }

  measuring() {
    const { viewer } = this;
    const choose = (tool, isThere) => () => {
      if (!isThere()) return false;
      this.tool = tool;
      return true;
    };
    const canMeasure = () => Boolean(viewer.look.stored?.spacing);
    return {
      window: choose("window", () => viewer.look.stored),
      pan: choose("pan", () => true),
      ruler: choose("ruler", canMeasure),
      setRuler: () => {
        if (this.tool !== "ruler" || !canMeasure()) return false;
        viewer.measure.byKey(viewer.place);
        this.speakLength();
        return true;
      },
      removeRuler: () => {
        const isThere = Boolean(viewer.measure.line);
        viewer.measure.line = null;
        return isThere;
      },
    };
  }

  rest() {
    const { viewer } = this;
    return {
      reset: () => {
        viewer.place.reset();
        viewer.look.window = null;
        viewer.look.isNegative = false;
        viewer.measure.line = null;
        this.placed(() => {});
        this.tellLook();
      },
      full: () => this.toggleFull(),
      keys: () => viewer.help.showModal(),
    };
  }

  toggleFull() {
    if (!document.fullscreenEnabled) return false;
    const asked = this.isFull ? document.exitFullscreen() : this.viewer.root.requestFullscreen();
    asked.catch(() => {}); // the browser may refuse, and says so itself
    return true;
  }

  get isFull() {
    const root = /** @type {ShadowRoot} */ (this.viewer.root.getRootNode());
    return root.fullscreenElement === this.viewer.root;
  }

  kindOf(event) {
    if (event.button === 1 || event.shiftKey) return "pan";
    return event.button === 2 ? "zoom" : this.tool;
  }

  drag(kind, phase, at, dx, dy) {
    const { place, look, stage, measure } = this.viewer;
    const isMove = phase === "move";
    if (kind === "pan" && isMove) this.moved(() => place.move(dx, dy));
    if (kind === "zoom") this.zoomByDrag(phase, at, dy);
    if (kind === "window" && isMove && look.stored) {
      this.windowed(() => look.drag(dx / stage.ratio, dy / stage.ratio));
    }
    if (kind === "ruler") {
      if (phase === "start") measure.start(at, place, stage.ratio);
      else if (isMove) measure.move(at, place);
      else measure.finish();
      this.viewer.draw("marks");
    }
  }

  zoomByDrag(phase, at, dy) {
    if (phase === "start") this.grip = at;
    const factor = Math.exp((-dy * DRAG_ZOOM) / this.viewer.stage.ratio);
    if (phase === "move") this.moved(() => this.viewer.place.zoomBy(factor, this.grip));
  }

  arrow(dx, dy, isFine) {
    const { place, measure, stage } = this.viewer;
    if (this.tool === "ruler" && measure.line) {
      const step = (isFine ? FINE_PX : 10 * FINE_PX) * stage.ratio;
      measure.nudge(dx * step, dy * step, place);
      this.viewer.draw("marks");
      this.speakLength();
      return true;
    }
    if (!place.isZoomed) return false;
    const step = -ARROW_PX * stage.ratio;
    this.placed(() => place.move(dx * step, dy * step));
    return true;
  }

  hover(at) {
    const { look, place, status } = this.viewer;
    status.tell(look.stored, at && applyInverse(place.matrix, at));
  }

  /** Change the place, and tell the viewers that follow. */
  placed(change) {
    const { viewer } = this;
    change();
    viewer.link.say({ place: viewer.place.shares });
    viewer.draw("film", "marks");
    viewer.status.speak(`Zoom ${Math.round(viewer.place.view.scale * 100)} percent`);
  }

  /** Change the place in motion. */
  moved(change) {
    this.placed(change);
    this.viewer.move();
  }

  /** Change the window by key. */
  looked(change) {
    if (!this.viewer.look.stored) return false;
    this.windowed(change);
    return true;
  }

  /** Change the window, and tell the viewers that follow. */
  windowed(change) {
    change();
    this.tellLook();
    this.viewer.draw("film");
  }

  tellLook() {
    const { look, link, status } = this.viewer;
    if (look.stored) link.say({ window: look.shares, isNegative: look.isNegative });
    if (look.stored) status.speak(look.words);
  }

  switch(name, isThere) {
    if (!isThere) return false;
    this.viewer.isOn[name] = !this.viewer.isOn[name];
    return true;
  }

  speakLength() {
    const { measure, look, status } = this.viewer;
    if (measure.line) status.speak(lengthInWords(measure.line, look.stored.spacing));
  }
}
