// Which files are an estate's. `tenantry.kdl` is one by its name; other files end in `.kdl` as those
// of any program do, and are one if a `tenantry.kdl` lies in their folder or above. They are of the
// language `kdl` until that is known, so that opening one wakes this extension: the search for a
// `tenantry.kdl` in the workspace is given up after some seconds.

import * as vscode from "vscode";

export const LANGUAGE = "tenantry-kdl";
const ROOT = "tenantry.kdl";

/** Gives files of estates their language, those that are open and those that will be. */
export function colourEstates(): vscode.Disposable {
  const opened = vscode.workspace.onDidOpenTextDocument(colour);
  for (const document of vscode.workspace.textDocuments) void colour(document);
  return opened;
}

async function colour(document: vscode.TextDocument): Promise<void> {
  const { uri, languageId } = document;
  if (languageId === LANGUAGE || !uri.path.endsWith(".kdl") || uri.scheme === "git") return;
  if (!["plaintext", "kdl"].includes(languageId) || associated(document)) return;
  if (await belongs(uri)) await vscode.languages.setTextDocumentLanguage(document, LANGUAGE);
}

/** Whether the user said in `files.associations` what such a file is. */
function associated(document: vscode.TextDocument): boolean {
  const all = vscode.workspace.getConfiguration("files", document).get("associations", {});
  return Object.keys(all).some((glob) => {
    const pattern = glob.includes("/") ? glob : `**/${glob}`;
    return vscode.languages.match({ pattern }, document) > 0;
  });
}

/** The folder of the estate that holds this file: the nearest at or above it with a `tenantry.kdl`. */
export async function estateOf(file: vscode.Uri): Promise<vscode.Uri | undefined> {
  const parent = (uri: vscode.Uri) => vscode.Uri.joinPath(uri, "..");
  for (let folder = parent(file); ; folder = parent(folder)) {
    if (await exists(vscode.Uri.joinPath(folder, ROOT))) return folder;
    if (folder.path === parent(folder).path) return undefined;
  }
}

async function belongs(file: vscode.Uri): Promise<boolean> {
  return (await estateOf(file)) !== undefined;
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
