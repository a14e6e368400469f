"""How fast the film viewer is: until a film is there, while it is windowed, while it is moved.

    python benchmarks/viewer.py [--side 3000] [--seconds 3] [--dwv FOLDER]

It needs Chromium, which draws in software here: a screen with a graphics card is faster. A film of
`side` pixels and 16 bits is drawn, shown on a canvas of 1,280 x 1,024, and dragged. `--dwv` names
a folder that holds `node_modules/dwv` and measures that library beside it, with the same film, the
same drag and the same clock: the time that the page's own frames take, and the time between them.
Two ways to window are then compared without a viewer: a table on the processor, as here, and a
texture of 16 bits on WebGL2.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the project runs from its checkout

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from cxr_app.imaging.stored import StoredFilm
from tests.imaging.dicom.makers import dcm

CANVAS = (1280, 1024)
VISITS = 6
BARS = (2, 87)  # what the viewer's frame, toolbar and status take beside its canvas
AIMS = {
    "preview": 300.0,
    "full depth": 1500.0,
    "window step": 8.0,
    "window frames": 17.0,  # at 60 frames a second they come 16.7 ms apart
    "pan frames": 17.0,
}

# What a page does in a frame and between two: drawing, and listening to the pointer. A library may
# draw in either.
CLOCK = """
window.frames_ = { work: [], at: [] };
let spent = 0;
const timed = (act) => function (...given) {
  const started = performance.now();
  try {
    return typeof act === "function" ? act.apply(this, given) : act.handleEvent(...given);
  } finally {
    spent += performance.now() - started;
  }
};
const ask = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (draw) => ask(timed(draw));
const listen = EventTarget.prototype.addEventListener;
EventTarget.prototype.addEventListener = function (name, act, ...more) {
  const isMove = /^(pointer|mouse)move$/.test(name);
  return listen.call(this, name, isMove ? timed(act) : act, ...more);
};
const tick = () => ask((now) => {
  frames_.at.push(now);
  if (spent) frames_.work.push(spent);
  spent = 0;
  tick();
});
tick();
"""

FIRST = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const find = (what) => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
    .map((host) => host.shadowRoot?.querySelector(what)).find(Boolean);
  [...document.querySelectorAll('button')].find((one) => one.textContent.includes('Show')).click();
  const started = performance.now();
  const found = {};
  while (!found.depth) {
    await frame();
    const canvas = find('canvas.film');
    if (!found.preview && canvas?.width > 300) {
      const [grey] = canvas.getContext('2d').getImageData(640, 500, 1, 1).data;
      if (grey > 20) found.preview = performance.now() - started;
    }
    if (find('.status .window')?.textContent) found.depth = performance.now() - started;
  }
  return found;
}"""

DWV = """<!doctype html><style>body { margin: 0 } #film { width: 1280px; height: 1024px }</style>
<div id="film"></div>
<script type="importmap">{"imports": {"dwv": "/dwv.js", "konva": "/konva.js",
"jszip": "/jszip.js", "magic-wand-tool": "/wand.js"}}</script>
<script type="module">
import { App, AppOptions, ViewConfig } from "dwv";
const app = new App();
const options = new AppOptions({ "*": [new ViewConfig("film")] });
options.tools = { WindowLevel: {} };
app.init(options);
const loaded = new Promise((done) => app.addEventListener("renderend", done));
window.show = async () => {
  const file = new File([await (await fetch("/film.dcm")).arrayBuffer()], "film.dcm");
  const started = performance.now();
  app.loadFiles([file]);
  await loaded;
  app.setTool("WindowLevel");
  return performance.now() - started;
};
window.isReady = true;
</script>"""

LOOK_UP = """async ([width, height, rounds]) => {
  const codes = Uint16Array.from({ length: width * height }, (_, at) => (at * 2654435761) >>> 20);
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  document.body.append(canvas);
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = new Uint32Array(65536);
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    await new Promise((done) => requestAnimationFrame(done));
    const started = performance.now();
    for (let code = 0; code < 65536; code += 1) {
      colours[code] = 0xff000000 | (Math.min(255, (code + round) >> 4) * 0x010101);
    }
    for (let at = 0; at < pixels.length; at += 1) pixels[at] = colours[codes[at]];
    context.putImageData(image, 0, 0);
    times.push(performance.now() - started);
  }
  return times;
}"""

WEBGL = """async ([width, height, rounds]) => {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  document.body.append(canvas);
  const gl = canvas.getContext('webgl2', { antialias: false });
  if (!gl) return null;
  const compile = (kind, text) => {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    return shader;
  };
  const program = gl.createProgram();
  gl.attachShader(program, compile(gl.VERTEX_SHADER, `#version 300 es
    void main() {
      gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4. - 1., 0., 1.);
    }`));
  gl.attachShader(program, compile(gl.FRAGMENT_SHADER, `#version 300 es
    precision highp float; precision highp usampler2D;
    uniform usampler2D film; uniform vec2 window; out vec4 colour;
    void main() {
      float value = float(texelFetch(film, ivec2(gl_FragCoord.xy), 0).r);
      colour = vec4(vec3(clamp((value - window.x) / window.y + .5, 0., 1.)), 1.);
    }`));
  gl.linkProgram(program);
  gl.useProgram(program);
  const codes = Uint16Array.from({ length: width * height }, (_, at) => (at * 2654435761) >>> 20);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
    gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
  }
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.R16UI, width, height, 0, gl.RED_INTEGER,
    gl.UNSIGNED_SHORT, codes);
  const place = gl.getUniformLocation(program, 'window');
  const times = [];
  const pixel = new Uint8Array(4);
  for (let round = 0; round < rounds; round += 1) {
    await new Promise((done) => requestAnimationFrame(done));
    const started = performance.now();
    gl.uniform2f(place, 2000 + round, 3000);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);  // waits until it is drawn
    times.push(performance.now() - started);
  }
  return times;
}"""


@contextmanager
def serving(side: int) -> Iterator[str]:
    """Serve a page with one drawn film."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as home:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        command = [sys.executable, "-m", "streamlit", "run", "tests/viewer/page.py"]
        command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
        process = subprocess.Popen(
            [*command, "--server.headless", "true"],
            cwd=ROOT,
            env={**os.environ, "FILM_SIDE": str(side), "HOME": home},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _await(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def _await(address: str) -> None:
    last = time.monotonic() + 60
    while time.monotonic() < last:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):  # noqa: S310
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the page did not start")


def open_page(chromium: Browser, *, is_timed: bool = True) -> Page:
    """Open a tab in which the viewer's canvas has 1,280 x 1,024 pixels."""
    wide, high = CANVAS
    page = chromium.new_page(viewport={"width": wide + 160 + BARS[0], "height": high + 300})
    if is_timed:
        page.add_init_script(CLOCK)
    return page


def drag(page: Page, seconds: float, **press: Any) -> dict[str, list[float]]:
    """Drag in circles; return the time that frames took, and the time between them."""
    page.evaluate("frames_.work.length = frames_.at.length = 0")
    page.mouse.move(640, 560)
    page.mouse.down(**press)
    started = time.monotonic()
    while (passed := time.monotonic() - started) < seconds:
        page.mouse.move(640 + 200 * np.sin(2 * passed), 560 + 150 * np.cos(3 * passed))
    page.mouse.up(**press)
    found = page.evaluate("frames_")
    return {"work": found["work"], "between": np.diff(found["at"]).tolist()}


def measure_viewer(chromium: Browser, address: str, seconds: float) -> dict[str, list[float]]:
    """Measure our own."""
    page = open_page(chromium)
    height = CANVAS[1] + BARS[1]
    visits = []
    for _ in range(VISITS):
        page.goto(f"{address}/?kind=deep&wait=1&height={height}")
        page.get_by_role("button", name="Show").wait_for(timeout=60_000)
        page.wait_for_timeout(1000)
        visits.append(page.evaluate(FIRST))
    size = page.locator("canvas.film").evaluate("(one) => [one.width, one.height]")
    if size != list(CANVAS):
        raise SystemExit(f"the canvas has {size} pixels instead of {CANVAS}")
    page.evaluate("frames_.at.length = 0")
    page.wait_for_timeout(1000)
    idle = np.diff(page.evaluate("frames_.at")).tolist()
    windowing = drag(page, seconds)
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Zoom in").click()
    moving = drag(page, seconds, button="middle")
    page.close()
    return {
        # The first visit draws the film, and warms up.
        "preview": [visit["preview"] for visit in visits[1:]],
        "full depth": [visit["depth"] for visit in visits[1:]],
        "idle frames": idle,
        "window step": windowing["work"],
        "window frames": windowing["between"],
        "pan step": moving["work"],
        "pan frames": moving["between"],
    }


def measure_dwv(
    chromium: Browser, folder: Path, seconds: float, film: StoredFilm
) -> dict[str, list[float]]:
    """Measure dwv, which is given the same film as a DICOM file."""
    modules = folder / "node_modules"
    wrap = "export default (() => {{ const module = {{ exports: {{}} }}, exports = module.exports;"
    commonjs = wrap.replace("{{", "{").replace("}}", "}") + " {text}\nreturn module.exports; })();"
    files = {"/": DWV, "/dwv.js": (modules / "dwv/dist/dwv.min.js").read_text("utf-8")}
    for name, path in {
        "/konva.js": "konva/konva.min.js",
        "/jszip.js": "jszip/dist/jszip.min.js",
        "/wand.js": "magic-wand-tool/dist/magic-wand.min.js",
    }.items():
        text = (modules / path).read_text("utf-8")
        files[name] = commonjs.replace("{text}", text)
    file = dcm(film.values, WindowCenter="2000", WindowWidth="3600")
    page = open_page(chromium)

    def answer(route: Any) -> None:
        path = "/" + route.request.url.split("/", 3)[3]
        if path == "/film.dcm":
            route.fulfill(body=file, content_type="application/dicom")
        elif path in files:
            kind = "text/html" if path == "/" else "text/javascript"
            route.fulfill(body=files[path], content_type=kind)
        else:
            route.fulfill(status=404)

    page.route("http://dwv.test/**", answer)
    page.goto("http://dwv.test/")
    page.wait_for_function("window.isReady")
    shown = page.evaluate("show()")
    found = drag(page, seconds)
    page.close()
    return {
        "full depth": [shown],
        "window step": found["work"],
        "window frames": found["between"],
    }


def report(name: str, found: dict[str, list[float]]) -> None:
    """Print medians and 95th percentiles in milliseconds, and whether an aim was met."""
    for what, times in found.items():
        high = float(np.percentile(times, 95))
        aim = AIMS.get(what)
        said = "" if aim is None else f", aim {aim:g}: {'met' if high <= aim else 'MISSED'}"
        print(f"{name:>7} {what:>14}: median {np.median(times):7.1f}  p95 {high:7.1f} ms{said}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=3000, help="pixels of a side of the film")
    parser.add_argument("--seconds", type=float, default=3.0, help="of dragging")
    parser.add_argument("--dwv", type=Path, help="folder with node_modules/dwv")
    asked = parser.parse_args()
    os.environ["FILM_SIDE"] = str(asked.side)
    place = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if place is None:
        raise SystemExit("no Chromium: apt-get install chromium")
    arguments = ["--no-sandbox", "--disable-gpu"]
    with serving(asked.side) as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=place, args=arguments)
        report("viewer", measure_viewer(chromium, address, asked.seconds))
        if asked.dwv is not None:
            from tests.viewer.films import deep  # noqa: PLC0415  # it reads FILM_SIDE

            report("dwv", measure_dwv(chromium, asked.dwv, asked.seconds, deep()[0]))
        page = open_page(chromium, is_timed=False)
        report("table", {"window step": page.evaluate(LOOK_UP, [*CANVAS, 100])})
        chromium.close()
        # Without a graphics card Chromium has WebGL only where it is told so.
        chromium = playwright.chromium.launch(
            executable_path=place, args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        times = open_page(chromium, is_timed=False).evaluate(WEBGL, [*CANVAS, 100])
        print("  WebGL2 is not there" if times is None else "", end="")
        report("WebGL2", {} if times is None else {"window step": times})
        chromium.close()
    print(json.dumps({"side": asked.side, "canvas": CANVAS}))


if __name__ == "__main__":
    main()
