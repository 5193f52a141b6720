// Pages that the program makes (graph, placement, flows), each in a tab of its own, renewed when a file
// of the estate is saved.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import * as vscode from "vscode";

import { estateOf, LANGUAGE } from "./language";
import { program } from "./program";
import type { Page } from "./server";

const run = promisify(execFile);
/** A page of ten thousand workloads has some tens of megabytes, and takes some seconds. */
const BOUNDS = { maxBuffer: 256 * 1024 * 1024, timeout: 120_000 };

const TITLES: Record<Page, string> = {
  graph: "Graph",
  place: "Where Everything Stands",
  flows: "Who May Talk to Whom",
};

/** What a page may do: run its own script, and fetch nothing from anywhere. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; font-src data:";

export class Pages implements vscode.Disposable {
  private readonly panels = new Map<Page, vscode.WebviewPanel>();
  private readonly watched: vscode.Disposable[];

  /** The file that a page was asked from last, for when a page itself is in front. */
  private last: vscode.Uri | undefined;

  constructor() {
    this.watched = [
      vscode.workspace.onDidSaveTextDocument(async (document) => {
        if (document.languageId === LANGUAGE) await this.renew();
      }),
      vscode.window.onDidChangeActiveColorTheme(() => this.renew()),
    ];
  }

  dispose(): void {
    for (const it of this.watched) it.dispose();
    for (const panel of [...this.panels.values()]) panel.dispose();
  }

  async show(page: Page): Promise<void> {
    const open = this.panels.get(page);
    if (open) {
      open.reveal(undefined, true);
      await this.fill(page);
      return;
    }
    const html = await this.ask(page);
    if (html === undefined) return;
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel(`tenantry.${page}`, TITLES[page], column, {
      enableScripts: true,
      enableFindWidget: true,
      retainContextWhenHidden: true,
      localResourceRoots: [],
    });
    panel.onDidDispose(() => this.panels.delete(page));
    this.panels.set(page, panel);
    panel.webview.html = guarded(html);
  }

  private async renew(): Promise<void> {
    for (const page of [...this.panels.keys()]) await this.fill(page);
  }

  private async fill(page: Page): Promise<void> {
    const html = await this.ask(page);
    const panel = this.panels.get(page);
    if (html !== undefined && panel) panel.webview.html = guarded(html);
  }

  /** The page of what is saved, made by the program itself; nothing, and why not, if it cannot. */
  private async ask(page: Page): Promise<string | undefined> {
    const file = vscode.window.activeTextEditor?.document.uri ?? this.last;
    const estate = file && (await estateOf(file));
    const path = await program();
    if (!estate || !path) {
      void vscode.window.showInformationMessage("Open a file of the estate first.");
      return undefined;
    }
    this.last = file;
    const folder = await mkdtemp(join(tmpdir(), "tenantry-"));
    try {
      const out = join(folder, "page.html");
      // What it finds ends it with another code than 0; whether there is a page is what counts.
      await run(path, [page, estate.fsPath, "--html", out], BOUNDS).catch(() => undefined);
      return await readFile(out, "utf8");
    } catch {
      const text = "There is no page while the estate has errors.";
      void vscode.window.showWarningMessage(text);
      return undefined;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** What VS Code adds to pages of its own, taken back: ours have colours and margins. */
const PLAIN = "body{padding:0}code{color:inherit;background:none;padding:0}";

/** The page with a policy in its head, as dark or light as the editor, whatever the system is. */
function guarded(page: string): string {
  const dark = [vscode.ColorThemeKind.Dark, vscode.ColorThemeKind.HighContrast].includes(
    vscode.window.activeColorTheme.kind,
  );
  const themed = page
    .replaceAll("(prefers-color-scheme: dark)", dark ? "(min-width: 0)" : "(max-width: 0)")
    .replaceAll("color-scheme: light dark", `color-scheme: ${dark ? "dark" : "light"}`);
  const policy = `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
  const head = `${policy}<style>${PLAIN}</style>`;
  const at = themed.search(/<head[^>]*>/i);
  if (at < 0) return `<!doctype html><html><head>${head}</head><body>${themed}</body></html>`;
  const end = themed.indexOf(">", at) + 1;
  return themed.slice(0, end) + head + themed.slice(end);
}
