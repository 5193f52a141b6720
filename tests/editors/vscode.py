#!/usr/bin/env python3
"""The packaged extension in VS Code itself, in a browser, with pictures to look at.

    python3 tests/editors/vscode.py --code-server …/code-server --tenantry target/debug/tenantry \
        --vsix compiler/editors/vscode/tenantry.vsix --pictures target/pictures

code-server is VS Code as a web page, from npm (a minute and 600 MB, which is why no run of the tests
installs it; it wants the Node.js that its package.json names), and `playwright` is from PyPI with a
Chromium of the system's. What must be seen is waited for, so that a run without a failure says that the
extension starts, gives files their language, marks the mistake, tells about it, and shows its pages.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from playwright.sync_api import TimeoutError, expect, sync_playwright

HERE = pathlib.Path(__file__).resolve().parent
MILLISECONDS = 180_000
TRIES = 6

# Of each page the command that shows it, and what it is headed.
PAGES = {
    "flows": ("Show Who May Talk to Whom", "Who may talk to whom"),
    "place": ("Show Where Everything Stands", "Placement"),
    "graph": ("Show the Graph", "What waits for what"),
}


def settings(tenantry, theme):
    return {
        "tenantry.path": str(tenantry),
        "workbench.startupEditor": "none",
        "workbench.colorTheme": theme,
        "workbench.secondarySideBar.defaultVisibility": "hidden",
        "security.workspace.trust.enabled": False,
        "telemetry.telemetryLevel": "off",
        "editor.minimap.enabled": False,
        "editor.fontSize": 14,
        "chat.commandCenter.enabled": False,
    }


def answers(address):
    try:
        urllib.request.urlopen(address, timeout=5)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def server(asked, place, estate):
    data, extensions = place / "data", place / "extensions"
    # Which program is run is a setting of the machine, where the others are the user's.
    for scope in ["User", "Machine"]:
        (data / scope).mkdir(parents=True)
        told = json.dumps(settings(asked.tenantry, asked.theme))
        (data / scope / "settings.json").write_text(told)
    folders = ["--user-data-dir", str(data), "--extensions-dir", str(extensions)]
    config = ["--config", str(place / "config.yaml")]
    (place / "config.yaml").write_text("auth: none\n")
    subprocess.run(
        [asked.code_server, *config, *folders, "--install-extension", str(asked.vsix)], check=True
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"127.0.0.1:{port}"
    log = open(place / "log", "w")
    running = subprocess.Popen(
        [asked.code_server, *config, *folders, "--auth", "none", "--bind-addr", address, str(estate)],
        stdout=log, stderr=log,
    )
    try:
        end = time.monotonic() + MILLISECONDS / 1000
        while not answers(f"http://{address}/healthz"):
            if running.poll() is not None or time.monotonic() > end:
                raise RuntimeError((place / "log").read_text())
            time.sleep(0.2)
        yield f"http://{address}/?folder={estate}"
    finally:
        running.terminate()
        running.wait()


class Session:
    def __init__(self, page, pictures):
        self.page, self.pictures = page, pictures

    def picture(self, name):
        self.page.wait_for_timeout(700)
        self.page.screenshot(path=self.pictures / f"{name}.png")

    def found(self, text):
        """Waits until what was typed into the palette has found something."""
        row = self.page.locator(".quick-input-list .monaco-list-row", has_text=text).first
        expect(row).to_be_visible(timeout=MILLISECONDS)

    def open(self, name):
        self.page.keyboard.press("Control+P")
        self.page.keyboard.type(name)
        self.found(pathlib.Path(name).name)
        self.page.keyboard.press("Enter")
        expect(self.page.locator(f".tab[data-resource-name='{pathlib.Path(name).name}']")).to_be_visible()

    def command(self, title):
        self.page.keyboard.press("F1")
        self.page.keyboard.type(title)
        self.found(title)
        self.page.keyboard.press("Enter")

    def goto(self, line, column):
        """Goes there, and waits until it is there: keys that come too early go elsewhere."""
        self.page.keyboard.press("Control+G")
        box = self.page.locator(".quick-input-widget input").first
        expect(box).to_be_focused()
        self.page.keyboard.type(f"{line}:{column}")
        expect(box).to_have_value(f":{line}:{column}")
        self.page.keyboard.press("Enter")
        self.at(line)

    def at(self, line):
        where = self.page.locator("#status\\.editor\\.selection")
        expect(where).to_contain_text(f"Ln {line},")

    def ask(self, title, answer):
        """Gives a command until its answer stays: one that comes before the newest text is looked at,
        or before lines above have moved the text, goes away again."""
        for _ in range(TRIES):
            self.command(title)
            with contextlib.suppress(TimeoutError):
                answer.wait_for(timeout=MILLISECONDS / TRIES)
                return
            self.page.keyboard.press("Escape")
        expect(answer).to_be_visible()

    def hover(self, words):
        self.ask("Show or Focus Hover", self.page.locator(".monaco-hover-content", has_text=words).first)

    def lens(self, words):
        """Waits for a line above a declaration: it stands there empty until the server has resolved it."""
        told = self.page.locator(".codelens-decoration", has_text=words).first
        expect(told).to_be_visible(timeout=MILLISECONDS)

    def show(self, name, title, words):
        """Asks for a page, and waits for what is in it: it is a frame in a frame."""
        self.command(f"Tenantry: {title}")
        frame = self.page.frame_locator("iframe.webview.ready").frame_locator("iframe#active-frame")
        expect(frame.locator("h1")).to_have_text(words, timeout=MILLISECONDS)
        expect(frame.locator(".live .stage svg.lines path, [aria-label='Nodes'] button").first).to_be_attached(timeout=MILLISECONDS)
        self.picture(name)
        self.command("View: Close All Editors")
        expect(self.page.locator(".tab")).to_have_count(0)
        self.open("tenantry.kdl")

    def mend(self):
        """Takes the first thing that is offered for the mistake, and saves: pages are of what is saved."""
        expect(self.page.locator(".squiggly-error")).to_have_count(1)
        self.goto(6, 20)
        offered = self.page.locator(".action-widget .monaco-list-row", has_text="write `replicas`")
        self.ask("Quick Fix...", offered.first)
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".squiggly-error")).to_have_count(0)
        self.lens("flows: 0 in, 1 out")
        self.picture("mended")
        self.page.keyboard.press("Control+S")
        expect(self.page.locator(".tab.dirty")).to_have_count(0)

    def run(self, want):
        page = self.page
        page.wait_for_selector(".monaco-workbench", timeout=MILLISECONDS)
        self.open("beta.kdl")
        expect(page.locator("#status\\.editor\\.mode")).to_contain_text("Tenantry")
        page.wait_for_selector(".squiggly-error", timeout=MILLISECONDS)
        expect(page.locator("[id='tenantry.tenantry.tenantry.findings'], #tenantry\\.findings").first).to_be_visible()
        self.lens("–")
        self.goto(6, 20)
        self.hover("replica")
        self.picture("mistake")
        if "complete" in want:
            page.keyboard.press("Escape")
            self.goto(8, 24)
            page.keyboard.press("End")
            page.keyboard.press("Enter")
            self.at(9)
            page.keyboard.type("re")
            offered = page.locator(".suggest-widget.visible .monaco-list-row", has_text="replicas")
            expect(offered.first).to_be_visible(timeout=MILLISECONDS)
            self.picture("completion")
            page.keyboard.press("Escape")
            for _ in range(3):
                page.keyboard.press("Control+Z")
        page.keyboard.press("Escape")
        self.mend()
        self.open("tenantry.kdl")
        self.lens("fits on 1 of 1 node")
        self.picture("colours")
        self.goto(38, 14)
        self.hover("each takes")
        self.lens("flows: 2 in, 0 out")
        self.picture("hover")
        page.keyboard.press("Escape")
        for name, (title, words) in PAGES.items():
            if name in want:
                self.show(name, title, words)
        if "output" in want:
            self.goto(38, 14)
            self.command("Tenantry: Show What Is Emitted Here")
            # Others have lines about it too; its own file is offered first.
            expect(page.locator(".quick-input-widget input").first).to_have_attribute("placeholder", "Which of the files?")
            expect(page.locator(".quick-input-list .monaco-list-row").first).to_contain_text("hello.yaml")
            self.picture("files")
            page.keyboard.press("Enter")
            expect(page.locator(".tab[data-resource-name='hello.yaml']")).to_be_visible()
            emitted = page.locator(".editor-instance", has_text="apiVersion").first
            expect(emitted).to_be_visible(timeout=MILLISECONDS)
            self.picture("output")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--code-server", required=True)
    parser.add_argument("--tenantry", type=lambda it: pathlib.Path(it).resolve(), required=True)
    parser.add_argument("--vsix", type=pathlib.Path, required=True)
    parser.add_argument("--pictures", type=pathlib.Path, required=True)
    parser.add_argument("--estate", type=pathlib.Path, default=HERE / "estate")
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    parser.add_argument("--theme", default="Default Dark Modern")
    parser.add_argument("--want", nargs="*", default=["complete", *PAGES, "output"])
    asked = parser.parse_args()
    asked.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="vscode-") as name:
        place = pathlib.Path(name)
        estate = place / "estate"
        shutil.copytree(asked.estate, estate)
        with server(asked, place, estate) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=asked.chromium, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.set_default_timeout(MILLISECONDS)
            expect.set_options(timeout=MILLISECONDS)
            page.goto(address)
            session = Session(page, asked.pictures)
            try:
                session.run(asked.want)
            except Exception:
                session.picture("failed")
                print((place / "log").read_text()[-2000:])
                raise
            browser.close()
    print(f"pictures in {asked.pictures}")
    return 0


sys.exit(main())
