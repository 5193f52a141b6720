// The door: what VS Code calls when an estate is opened. Everything that is known about estates is in
// the server, `tenantry lsp`; here is what only an editor can do.

import * as vscode from "vscode";

import { Emitted } from "./emitted";
import { colourEstates } from "./language";
import { Pages } from "./pages";
import { Server } from "./server";
import { Status } from "./status";
import { offerTasks } from "./tasks";

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("Tenantry", { log: true });
  const server = new Server(log);
  const emitted = new Emitted(server);
  const pages = new Pages(server);
  server.shows({ artifact: (...args) => emitted.show(...args), page: (it) => pages.show(it) });

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
    command("fixAll", () => fixAll()),
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

/** Applies every fix that is certain in the file that is open; the server says which those are. */
async function fixAll(): Promise<void> {
  await vscode.commands.executeCommand("editor.action.codeAction", {
    kind: "source.fixAll",
    apply: "first",
  });
}
