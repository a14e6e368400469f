"""Open the page in Chromium and fail on anything that the browser complains of.

Usage: python .ci/page_loads.py http://127.0.0.1:8501
"""

import os
import shutil
import sys

from playwright.sync_api import ConsoleMessage, sync_playwright

SECONDS = 90
FLAGS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def main(address: str) -> int:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("No chromium found; install it.", file=sys.stderr)
        return 2
    # Chromium refuses its sandbox to root, which is who runs in a container.
    flags = FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"console: {message.text}")

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on("requestfailed", lambda request: complaints.append(f"not loaded: {request.url}"))
        page.goto(address, timeout=SECONDS * 1000)
        # The heading comes early in the script's first run; the state says when the run has ended.
        page.get_by_role("heading").first.wait_for(timeout=SECONDS * 1000)
        page.locator("[data-test-script-state=notRunning]").wait_for(timeout=SECONDS * 1000)
        for alert in page.get_by_test_id("stException").all():
            complaints.append(f"exception on the page: {alert.inner_text()}")
        for alert in page.get_by_role("alert").all():
            if alert.locator("[data-testid=stAlertContentError]").count():
                complaints.append(f"error on the page: {alert.inner_text()}")
        if not page.get_by_role("button", name="Classify").count():
            complaints.append("there is no button Classify")
        heading = page.get_by_role("heading").first.inner_text()
        browser.close()
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"page loads: heading {heading!r}, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
