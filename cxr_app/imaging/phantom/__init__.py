"""The phantom: a drawn front chest film of a child, every pixel of it ours."""

from cxr_app.imaging.phantom.draw import draw_phantom, phantom_png

__all__ = ["draw_phantom", "phantom_png"]
