"""What all pages share: title, notice, settings, and the boundary where errors become sentences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from cxr_app import patches
from cxr_app.bundle import Bundle
from cxr_app.codes import Code
from cxr_app.pages import state
from cxr_app.pages.parts import address, model, style, wording
from cxr_app.pages.parts.guard import guarded
from cxr_app.settings import Settings, read_settings

__all__ = ["Page", "show"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page.

    Attributes
    ----------
    title : str
        Its name in the navigation.
    path : str
        Its place in the address.
    lead : str
        The sentence below the title.
    draw : callable (Settings, Bundle) -> None
        Draws what is its own; the bundle is the one that answers.
    uses_engine : bool
        Films are classified on it, so the engine is started and the tab's workspace opened.
    """

    title: str
    path: str
    lead: str
    draw: Callable[[Settings, Bundle], None]
    uses_engine: bool = False


def show(pages: Sequence[Page]) -> None:
    """Draw the page that the address names; the first one is the default.

    Pages have no icons: Streamlit would fetch them from a server outside.
    """
    found: list[StreamlitPage] = []
    found += [
        st.Page(
            _framed(page, found),
            title=page.title,
            url_path=page.path,
            default=page is pages[0],
        )
        for page in pages
    ]
    # Streamlit's own navigation hides in the sidebar on a phone, and covers the page from there.
    st.navigation(found, position="hidden").run()


def _framed(page: Page, every: Sequence[StreamlitPage]) -> Callable[[], None]:
    def framed() -> None:
        with guarded():
            _draw(page, every)

    return framed


def _draw(page: Page, every: Sequence[StreamlitPage]) -> None:
    settings = read_settings()
    address.check(settings)
    patches.keep_uploads_in_memory(settings.limits.max_bytes)
    patches.draw_whole_on_return()
    style.apply()
    with st.container(horizontal=True, gap="small", key="navigation"):
        for one in every:
            st.page_link(one, width="content")
    st.title("CXR Demo", anchor=False)
    st.write(page.lead)
    bundle = model.load(settings)
    st.info(wording.plain(wording.notice(bundle.spec.notice)), icon=":material/info:")
    address.warn(settings)
    # On any page a tab's films stay alive; only where there are none need the engine not start.
    if page.uses_engine or state.is_in_use():
        # What stands above is on the screen meanwhile.
        services = model.start(settings, bundle)
        state.open_workspace(services)
        if (lost := state.loss(services)) is not None:
            st.warning(lost, icon=":material/history:")
    if (failed := state.problem(Code.INTERNAL_ERROR)) is not None:
        st.error(wording.plain(f"{failed} Code: {failed.code}"), icon=":material/error:")
    page.draw(settings, bundle)
