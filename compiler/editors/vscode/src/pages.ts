// Pages that the server makes (graph, placement, flows), each in a tab of its own, renewed when a file
// of the estate is saved.

import * as vscode from "vscode";

import { LANGUAGE } from "./language";
import type { Page, Server } from "./server";

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

  constructor(private readonly server: Server) {
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

  private async ask(page: Page): Promise<string | undefined> {
    const uri = vscode.window.activeTextEditor?.document.uri.toString();
    const made =
      page === "graph"
        ? await this.server.ask<unknown>("tenantry.showGraph", uri ? [uri] : [])
        : await this.server.ask<unknown>("tenantry.showReport", uri ? [page, uri] : [page]);
    return html(made);
  }
}

/** The page in an answer, which is the page itself or an object that has it. */
function html(answer: unknown): string | undefined {
  if (typeof answer === "string") return answer;
  if (typeof answer === "object" && answer !== null) {
    const { html, dot } = answer as { html?: unknown; dot?: unknown };
    if (typeof html === "string") return html;
    if (typeof dot === "string") return `<pre>${dot.replace(/&/g, "&amp;").replace(/</g, "&lt;")}</pre>`;
  }
  return undefined;
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
