// The door: what VS Code calls when an estate is opened. Everything that is known about estates is in
// the server, `tenantry lsp`; here is what only an editor can do.

import * as vscode from "vscode";
import type { WorkspaceEdit } from "vscode-languageclient/node";

import { Emitted } from "./emitted";
import { colourEstates } from "./language";
import { Pages } from "./pages";
import { type Page, Server } from "./server";
import { Status } from "./status";
import { offerTasks } from "./tasks";

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("Tenantry", { log: true });
  const server = new Server(log);
  const emitted = new Emitted(server);
  const pages = new Pages();
  server.shows({ artifact: (...args) => emitted.show(...args) });

  const command = (name: string, run: (...args: never[]) => unknown) =>
    vscode.commands.registerCommand(`tenantry.${name}`, run);
  context.subscriptions.push(
    log,
    server,
    emitted,
    pages,
    new Status(server),
    offerTasks(),
    colourEstates(),
    command("output", () => emitted.showHere()),
    command("graph", () => pages.show("graph")),
    command("placement", () => pages.show("place")),
    command("flows", () => pages.show("flows")),
    // Lenses name this one; the server makes no pages.
    command("showReport", (...[, page]: [unknown, Page]) => pages.show(page)),
    command("mendAll", () => mendAll(server)),
    command("restart", () => server.restart()),
    command("log", () => log.show()),
  );
  // Without trust nothing is run: which program it would be, a folder's settings could say.
  if (vscode.workspace.isTrusted) {
    await server.start();
  } else {
    context.subscriptions.push(vscode.workspace.onDidGrantWorkspaceTrust(() => server.start()));
  }
}

/** Applies every fix that is certain, in all files of the estate. */
async function mendAll(server: Server): Promise<void> {
  const uri = vscode.window.activeTextEditor?.document.uri.toString();
  if (!uri) return;
  const edit = await server.ask<WorkspaceEdit>("tenantry.fixAll", [{ uri }]);
  if (edit) await server.apply(edit);
}
