#!/usr/bin/env python3
"""Sessions in real editors: a file with a mistake is opened, asked about, mended and renamed in.

    python3 tests/editors/sessions.py neovim target/debug/tenantry
    python3 tests/editors/sessions.py emacs target/debug/tenantry
    python3 tests/editors/sessions.py screen target/debug/tenantry --picture screen.txt

What is seen is held to the file beside each session; UPDATE=1 accepts what is seen now. An editor that
is not installed ends it with 77: nothing was tried.
"""

import argparse
import difflib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
EDITORS = HERE.parent.parent / "compiler" / "editors"
SECONDS = 180
NEOVIM = ["--headless", "--clean", "--cmd", f"set rtp^={EDITORS}/neovim"]


def neovim(folder, environment):
    script = HERE / "neovim" / "session.lua"
    switches = ["+filetype plugin on", "+syntax on", f"+luafile {script}"]
    return run(["nvim", *NEOVIM, *switches], folder, environment)


def emacs(folder, environment):
    # Not -Q: where Eglot is a package, the site's start file says where it lies.
    script = HERE / "emacs" / "session.el"
    call = ["emacs", "--batch", "-L", str(EDITORS / "emacs"), "-l", str(script)]
    return run(call, folder, environment)


def has_eglot():
    call = ["emacs", "--batch", "--eval", "(require 'eglot)"]
    return subprocess.run(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def run(call, folder, environment):
    try:
        done = subprocess.run(
            call, cwd=folder, env=environment, timeout=SECONDS, capture_output=True, text=True
        )
    except subprocess.TimeoutExpired:
        return f"{call[0]} did not end within {SECONDS} s"
    return None if done.returncode == 0 else f"{call[0]} ended with {done.returncode}\n{done.stderr}"


def screen(folder, environment, told, picture):
    """Neovim as somebody sees it, in a terminal of 110 columns."""
    name = f"tenantry-{os.getpid()}"
    start = folder / "start.lua"
    start.write_text(
        "require('tenantry').setup({ cmd = { vim.env.TENANTRY, 'lsp' } })\n"
        "vim.o.termguicolors, vim.o.number, vim.o.signcolumn = true, true, 'yes'\n"
    )
    call = ["nvim", *NEOVIM[1:], "+filetype plugin on", "+syntax on", f"+luafile {start}"]
    tmux = ["tmux", "-L", name]
    size = ["-x", "110", "-y", "24"]
    wanted = f"TENANTRY={environment['TENANTRY']}"
    subprocess.run(
        [*tmux, "-f", "/dev/null", "new-session", "-d", *size, "env", wanted, *call, "+edit tenants/beta.kdl"],
        cwd=folder, check=True,
    )
    def capture(*more):
        shot = [*tmux, "capture-pane", "-p", *more, "-t", "0"]
        return subprocess.run(shot, capture_output=True, text=True).stdout

    def await_(what):
        end = time.monotonic() + 60
        while what not in (seen := capture()):
            if time.monotonic() > end:
                raise TimeoutError(f"waited in vain for {what!r}:\n{seen}")
            time.sleep(0.2)

    try:
        await_("■ `replica` is not")
        # On the second letter of what the hover is to be about.
        keys = ['/memory "', "Enter", "l", ":lua vim.lsp.buf.hover()", "Enter"]
        subprocess.run([*tmux, "send-keys", "-t", "0", *keys], check=True)
        await_("memory SIZE")
        if picture:
            picture.write_text(capture("-e"))
        lines = [line.rstrip() for line in capture().splitlines()]
        told.write_text("\n".join(lines).rstrip() + "\n")
    except TimeoutError as problem:
        return str(problem)
    finally:
        subprocess.run([*tmux, "kill-server"])
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["neovim", "emacs", "screen"])
    parser.add_argument("tenantry", type=pathlib.Path)
    parser.add_argument("--picture", type=pathlib.Path, help="where the screen goes, with its colours")
    asked = parser.parse_args()
    needs = {"neovim": ["nvim"], "emacs": ["emacs"], "screen": ["nvim", "tmux"]}[asked.what]
    for need in needs:
        if not shutil.which(need):
            print(f"there is no {need} here")
            return 77
    if asked.what == "emacs" and not has_eglot():
        print("this Emacs has no Eglot: it is a part of Emacs 29, and a package before")
        return 77

    with tempfile.TemporaryDirectory(prefix="session-") as place:
        folder = pathlib.Path(place) / "estate"
        shutil.copytree(HERE / "estate", folder)
        told = pathlib.Path(place) / "told"
        environment = {
            **os.environ,
            "HOME": place,
            "XDG_CONFIG_HOME": place,
            "TENANTRY": str(asked.tenantry.resolve()),
            "TOLD": str(told),
        }
        if asked.what == "screen":
            problem = screen(folder, environment, told, asked.picture)
            expected = HERE / "neovim" / "screen.txt"
        else:
            problem = {"neovim": neovim, "emacs": emacs}[asked.what](folder, environment)
            expected = HERE / asked.what / "expected.txt"
        seen = told.read_text() if told.exists() else ""
    if problem:
        print(f"{problem}\n{seen}")
        return 1
    if os.environ.get("UPDATE"):
        expected.write_text(seen)
    before = expected.read_text() if expected.exists() else ""
    for line in difflib.unified_diff(before.splitlines(), seen.splitlines(), "expected", "seen", lineterm=""):
        print(line)
    print(f"{asked.what}: {len(seen.splitlines())} lines")
    return int(before != seen)


sys.exit(main())
