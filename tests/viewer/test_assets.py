"""The viewer's own files: how they are joined, and what they must not do."""

import re

import pytest

from cxr_app.viewer import assets

MODULES = sorted(assets.ASSETS.glob("*.js"))


def test_every_module_is_in_the_script_once_and_nothing_is_left_to_import():
    script = assets.script()

    for module in MODULES:
        assert script.count(f"const module_{module.stem} = ") == 1
    assert not re.search(r"^\s*(import|export (?!default module_main))", script, re.M)
    assert script.rstrip().endswith("export default module_main.main;")


def test_modules_in_a_circle_are_refused(tmp_path, monkeypatch):
    for one, other in (("main", "side"), ("side", "main")):
        text = f'import {{ a }} from "./{other}.js";\nexport const b = 1;\n'
        (tmp_path / f"{one}.js").write_text(text)
    monkeypatch.setattr(assets, "ASSETS", tmp_path)

    with pytest.raises(ValueError, match="main > side > main"):
        assets.script.__wrapped__()


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_module_makes_code_or_markup_of_text_or_asks_for_anything(module):
    text = module.read_text("utf-8")
    banned = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function"
    banned += (
        r"|\bfetch\(|XMLHttpRequest|WebSocket|importScripts|https?://(?!www\.w3\.org/2000/svg)"
    )
    banned += r"|localStorage|sessionStorage|document\.cookie|BroadcastChannel|postMessage"

    assert re.findall(banned, text) == []
    assert text.count("\n") < 300


def test_the_style_asks_for_nothing():
    assert re.findall(r"url\(|@import", assets.style()) == []


def keys() -> list[str]:
    text = (assets.ASSETS / "keys.js").read_text("utf-8")
    table = text.partition("const COMMANDS = {")[2].partition("}")[0]
    return re.findall(r'^  "?(.+?)"?: "', table, re.M)


def test_the_page_keeps_its_own_keys_and_the_guide_has_all_others():
    guide = (assets.ASSETS.parents[2] / "docs" / "guide" / "looking.md").read_text("utf-8")
    same = {"=", "_", "Backspace"}  # as + without Shift, - with it, Delete

    assert len(keys()) > 20
    assert {"r", "c"} & set(keys()) == set()
    assert [key for key in keys() if f"`{key}`" not in guide and key not in same] == []
