"""The viewer's own files as Streamlit takes them: one style sheet, one script.

Streamlit hands a component's script to the browser as one module, so what the modules in `assets/`
import from each other is joined when the page starts. Nothing is built: the files are what runs.
"""

import functools
import re
from pathlib import Path
from typing import Final

__all__ = ["script", "style"]

ASSETS: Final = Path(__file__).parent / "assets"
FIRST: Final = "main"
IMPORT: Final = re.compile(r'^import \{([^}]+)\} from "\./(\w+)\.js";\n', re.M)
EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|const|class) (\w+))", re.M)


@functools.cache
def style() -> str:
    """Give the style sheet."""
    return (ASSETS / "viewer.css").read_text("utf-8")


@functools.cache
def script() -> str:
    """Join the modules that `main.js` needs, each in a scope of its own.

    Raises
    ------
    ValueError
        For modules that import each other in a circle.
    """
    joined: dict[str, str] = {}
    _join(FIRST, joined, ())
    return "\n".join([*joined.values(), f"export default module_{FIRST}.main;", ""])


def _join(name: str, joined: dict[str, str], above: tuple[str, ...]) -> None:
    if name in above:
        raise ValueError(f"modules in a circle: {' > '.join([*above, name])}")
    if name in joined:
        return
    text = (ASSETS / f"{name}.js").read_text("utf-8")
    for _, other in IMPORT.findall(text):
        _join(other, joined, (*above, name))
    exported = ", ".join(EXPORT.findall(text))
    inside = EXPORT.sub("", IMPORT.sub(r"const {\1} = module_\2;\n", text))
    joined[name] = f"const module_{name} = (() => {{\n{inside}return {{ {exported} }};\n}})();"
