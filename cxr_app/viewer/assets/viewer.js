// One film on the page: what the reader does, and what is drawn of it.

import { sayApart } from "./apart.js";
import { element } from "./dom.js";
import { Hands, TOOLS } from "./hands.js";
import { heatMap } from "./heatmap.js";
import { help } from "./help.js";
import { Legend } from "./legend.js";
import { joinGroup } from "./link.js";
import { Look } from "./look.js";
import { Measure } from "./measure.js";
import { Place } from "./place.js";
import { Stage } from "./stage.js";
import { Status } from "./status.js";
import { kept, onArrival } from "./stored.js";
import { Toolbar } from "./toolbar.js";

const OPACITY = 0.5; // of the heat map, at first
const REST_MS = 120;
const LOADING = "Loading full depth";
const WISH_MS = 20_000;
const MOST_WISHES = 3;

export class Viewer {
  /** @param {ShadowRoot | HTMLElement} parent */
  constructor(parent) {
    this.place = new Place();
    this.look = new Look();
    this.measure = new Measure();
    this.header = null;
    this.heat = null;
    this.makeHeat = null;
    this.outlines = [];
    this.opacity = OPACITY;
    this.isOn = { heat: false, outline: false };
    this.asked = "";
    this.stale = { film: true, marks: true };
    this.isMoving = false;
    this.build(parent);
    this.link = joinGroup(() => this.header?.group ?? null, (followed) => this.follow(followed));
    this.hands = new Hands(this);
    this.hands.listen();
    this.sight = new IntersectionObserver(([{ isIntersecting }]) => {
      this.isSeen = isIntersecting;
      this.ask();
    });
    this.sight.observe(this.root);
  }

  build(parent) {
    this.toolbar = new Toolbar(
      (name) => this.hands.command(name),
      (at) => this.hands.windowed(() => this.look.choose(at)),
    );
    this.legend = new Legend((opacity) => {
      this.opacity = opacity;
      this.draw("marks");
    });
    this.status = new Status();
    this.help = help();
    this.stage = new Stage([this.status.notice, this.legend.root], (size) => {
      this.place.resize(size);
      this.draw("film", "marks");
    });
    const parts = [this.toolbar.root, this.stage.root, this.status.root, this.help];
    this.root = element("div", { class: "viewer" }, parts);
    parent.append(this.root);
  }

  /**
   * What Python tells; the same again with each run of the page.
   * @param {import("./message.js").Message} message
   * @param {(name: string, value: object) => void} setState
   */
  async update(message, setState) {
    this.setState = setState;
    const { header } = message;
    if (header.revision === this.header?.revision) return;
    const isNew = header.film !== this.header?.film;
    this.header = header;
    this.root.style.setProperty("--height", `${header.height_px}px`);
    this.stage.name(header.alt);
    this.takeMarks(message, isNew);
    if (isNew) await this.begin(message);
    this.draw("film", "marks");
  }

  async begin({ header, part }) {
    const coming = createImageBitmap(new Blob([part("preview")]));
    this.asked = "";
    this.preview = null;
    this.look = new Look();
    this.measure = new Measure();
    this.place.take({ width: header.width, height: header.height });
    this.leave?.();
    this.leave = onArrival(header.film, ({ sentence }) => this.arrived(sentence));
    if (kept(header.film)) this.arrived();
    else this.ask();
    const preview = await coming;
    if (this.header.film === header.film) this.preview = preview;
  }

  takeMarks({ header, part }, isNew) {
    const { overlay } = header;
    const grid = overlay && new Float32Array(part("grid").buffer);
    this.heat = null; // drawn when it is first shown
    this.makeHeat = overlay && (() => heatMap(overlay, grid));
    if (isNew) this.isOn.heat = Boolean(overlay?.is_on);
    const numbers = new Float32Array(part("outlines").buffer);
    let at = 0;
    this.outlines = header.outlines.map((count) =>
      Array.from({ length: count }, () => ({ x: numbers[at++], y: numbers[at++] })),
    );
  }

  /** Ask for the full depth, once the film is in sight. */
  ask() {
    const { film, has_depth: hasDepth } = this.header ?? {};
    if (!hasDepth || !this.isSeen || this.asked === film || this.look.stored || kept(film)) return;
    this.asked = film;
    this.status.say(LOADING);
    this.wish(film, 0);
  }

  /** Say it again where no answer comes: another part of the page may have spoken over it. */
  wish(film, times) {
    const isOpen = () => this.asked === film && this.status.isSaying(LOADING);
    if (times > MOST_WISHES || !isOpen()) return;
    sayApart(() => this.setState("depth", { wanted: film, times }));
    setTimeout(() => this.wish(film, times + 1), WISH_MS);
  }

  async arrived(sentence) {
    const { film } = this.header;
    const stored = sentence ? null : await kept(film);
    if (this.header.film !== film) return;
    // Python then takes the values out of the page: they are not sent with its next run.
    if (this.asked) sayApart(() => this.setState("depth", { held: film }));
    this.look.take(stored);
    this.status.say(sentence ?? "");
    this.draw("film", "marks");
  }

  close() {
    this.leave?.();
    this.link.leave();
    this.stage.close();
    this.sight.disconnect();
    this.hands.close();
    cancelAnimationFrame(this.frame);
    this.root.remove();
  }

  /** @param {import("./link.js").Followed} followed */
  follow({ place, window: chosen, isNegative }) {
    if (place) this.place.shares = place;
    if (chosen !== undefined) Object.assign(this.look, { shares: chosen, isNegative });
    this.draw("film", "marks");
  }

  /** @param {...("film" | "marks")} what */
  draw(...what) {
    for (const one of what) this.stale[one] = true;
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.drawNow();
    });
  }

  /** The film is in motion, under a finger or the wheel. */
  move() {
    this.isMoving = true;
    this.draw("film", "marks");
  }

  /** Draw once more, when it has come to rest. */
  rest() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.isMoving = false;
      this.draw("film");
    }, REST_MS);
  }

  drawNow() {
    const { place, look, stage } = this;
    if (!this.header) return;
    const m = place.matrix;
    if (this.stale.film) this.drawFilm(m);
    if (this.stale.marks) {
      stage.drawMarks(m, {
        heat: this.isOn.heat && this.makeHeat ? (this.heat ??= this.makeHeat()) : null,
        opacity: this.opacity,
        outlines: this.isOn.outline ? this.outlines : [],
        ruler: this.measure.line,
        spacing: look.stored?.spacing ?? null,
      });
    }
    this.stale = { film: false, marks: false };
    this.isMoving = false;
    this.showState();
  }

  drawFilm(m) {
    const { look, place, stage, preview } = this;
    if (look.stored) {
      look.fill(stage.painter.colours);
      const isDraft = stage.painter.paint(look.stored, m, place.view.scale, this.isMoving);
      if (isDraft) this.rest();
    } else if (preview) {
      stage.painter.paintPreview(preview, m, place.film, look.isNegative);
    } else {
      stage.painter.clear();
    }
  }

  showState() {
    const { look, place, toolbar, header } = this;
    const canMeasure = Boolean(look.stored?.spacing);
    for (const tool of TOOLS) toolbar.set(tool, { isPressed: this.hands.tool === tool });
    toolbar.set("window", { isOff: !look.stored });
    toolbar.set("ruler", { isThere: canMeasure });
    toolbar.set("invert", { isPressed: look.isNegative });
    toolbar.set("heat", { isPressed: this.isOn.heat, isThere: Boolean(header.overlay) });
    toolbar.set("outline", {
      isPressed: this.isOn.outline,
      isThere: this.outlines.length > 0,
      label: header.outline_label,
    });
    toolbar.set("full", { isThere: document.fullscreenEnabled }); // not on every phone
    toolbar.set("mirror", { isPressed: place.view.isMirrored });
    toolbar.setPresets(look.labels, look.chosen);
    this.legend.show(header.overlay, this.isOn.heat, this.opacity);
    this.status.show(look, place);
    // On all of the film a finger scrolls the page, unless it windows or measures.
    const isFree = this.hands.tool === "pan" && !place.isZoomed;
    this.stage.root.style.touchAction = isFree ? "pan-y" : "none";
    this.stage.root.dataset.tool = this.hands.tool;
  }
}
