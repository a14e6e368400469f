"""The model card in a real browser: the way there, both themes, a phone, links to its sections."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.stories.browser import Server, button, complaints, open_tab

pytestmark = pytest.mark.browser


def go_to(page: Page, title: str) -> None:
    page.get_by_role("link", name=title, exact=True).click()


@pytest.mark.parametrize(
    ("width", "scheme"), [("desktop", "light"), ("phone", "dark")], ids=["light", "dark phone"]
)
def test_the_card_is_read_and_the_form_is_as_it_was(
    chromium: Browser, server: Server, width: str, scheme: str
):
    visit = open_tab(chromium, server, width, scheme=scheme)
    page = visit.page
    page.get_by_label("Patient name").fill("Ann")
    page.get_by_label("Patient name").blur()

    go_to(page, "Model card")
    expect(page.get_by_role("heading", name="tiny 0.0.1")).to_be_visible()
    page.get_by_test_id("stSelectbox").get_by_role("combobox").click()
    page.get_by_role("option", name="pediatric-pneumonia 0.3.0").click()

    expect(page.get_by_role("heading", name="pediatric-pneumonia 0.3.0")).to_be_visible()
    roc = page.get_by_label("ROC curve of the 624", exact=False).and_(
        page.get_by_test_id("stVegaLiteChart")
    )
    page.get_by_role("link", name="ROC curve", exact=True).click()
    expect(roc).to_be_in_viewport()
    page.get_by_text("The curve as a table").click()
    expect(page.get_by_role("table", name="ROC:")).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart").locator("svg")).to_have_count(5)
    is_wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(is_wider)
    assert complaints(page) == []

    go_to(page, "Classify")
    expect(page.get_by_label("Patient name")).to_have_value("Ann")
    expect(button(page, "Classify")).to_be_visible()
    assert visit.complaints == []
    assert visit.outside == []
    page.context.close()
