// Where the program `tenantry` is.

import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

import * as vscode from "vscode";

const NAME = process.platform === "win32" ? "tenantry.exe" : "tenantry";

/** The settings of this extension. */
export function settings(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration("tenantry");
}

/** The path in the settings with `~/` and `./` written out; empty if there is none. */
export function wanted(): string {
  const path = settings().get("path", "").trim();
  if (path.startsWith("~/")) return join(homedir(), path.slice(2));
  const folder = vscode.workspace.workspaceFolders?.[0];
  return folder && /^\.\.?\//.test(path) ? join(folder.uri.fsPath, path) : path;
}

/**
 * The program: the one that the settings name, else the first on the PATH, else where
 * `cargo install` puts it. Nothing if none of them can be run.
 */
export async function program(): Promise<string | undefined> {
  const path = wanted();
  if (isAbsolute(path)) return (await runs(path)) ? path : undefined;
  const name = path || NAME;
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  for (const folder of [...folders, join(homedir(), ".cargo", "bin")]) {
    if (await runs(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

async function runs(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
