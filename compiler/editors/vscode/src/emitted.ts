// What is emitted for the node under the cursor, in a tab beside, renewed while the spec is edited.

import { basename } from "node:path";

import * as vscode from "vscode";
import type { Position } from "vscode-languageclient/node";

import { LANGUAGE } from "./language";
import { type Artifact, type Server, SOURCE } from "./server";

const SCHEME = "tenantry-out";

/** Of which node a shown file is. The place is where it was asked; an edit above moves it along. */
interface Asked {
  uri: vscode.Uri;
  position: vscode.Position;
}

export class Emitted implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly asked = new Map<string, Asked>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly watched: vscode.Disposable[];
  readonly onDidChange = this.changed.event;

  constructor(private readonly server: Server) {
    this.watched = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidChangeTextDocument((event) => this.follow(event)),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document.uri)),
      // Findings come when an edit has been looked at: then what is emitted is known, too.
      vscode.languages.onDidChangeDiagnostics((event) => this.renew(event.uris)),
    ];
  }

  dispose(): void {
    for (const it of [...this.watched, this.changed]) it.dispose();
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "";
  }

  async showHere(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.languageId !== LANGUAGE) return;
    const { document, selection } = editor;
    await this.show(document.uri.toString(), this.server.position(selection.active));
  }

  /** Shows what comes of the node at a place; of several files the one that is chosen. */
  async show(uri: string, position: Position): Promise<void> {
    const found = await this.server.ask<Artifact[]>("tenantry.showArtifact", [{ uri, position }]);
    if (!found) return;
    const artifact = found.length > 1 ? await choose(found) : found[0];
    if (!artifact) {
      if (found.length === 0) {
        const text = "Nothing is emitted for what is here, or an error stands in the way.";
        void vscode.window.showInformationMessage(text);
      }
      return;
    }
    const target = vscode.Uri.from({ scheme: SCHEME, path: `/${artifact.path}` });
    this.put(target, artifact.text);
    const place = new vscode.Position(position.line, position.character);
    this.asked.set(target.toString(), { uri: vscode.Uri.parse(uri), position: place });
    const first = (artifact.lines[0] ?? 1) - 1;
    const line = new vscode.Range(first, 0, first, 0);
    const editor = await vscode.window.showTextDocument(target, {
      viewColumn: vscode.ViewColumn.Beside,
      preserveFocus: true,
      preview: true,
      selection: line,
    });
    editor.revealRange(line, vscode.TextEditorRevealType.InCenter);
  }

  private put(uri: vscode.Uri, text: string): void {
    if (this.texts.get(uri.toString()) === text) return;
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
  }

  /** Lines that were added or taken above a place move it. */
  private follow({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    for (const it of this.asked.values()) {
      if (it.uri.toString() !== document.uri.toString()) continue;
      for (const { range, text } of contentChanges) {
        if (range.end.isAfterOrEqual(it.position)) continue;
        const added = text.split("\n").length - 1 - (range.end.line - range.start.line);
        it.position = it.position.translate(Math.max(added, -it.position.line));
      }
    }
  }

  private async renew(uris: readonly vscode.Uri[]): Promise<void> {
    const ours = (uri: vscode.Uri) =>
      uri.path.endsWith(".kdl") ||
      vscode.languages.getDiagnostics(uri).some((it) => it.source === SOURCE);
    if (this.asked.size === 0 || !uris.some(ours)) return;
    for (const [target, { uri, position }] of [...this.asked]) {
      const args = [{ uri: uri.toString(), position: this.server.position(position) }];
      const found = await this.server.ask<Artifact[]>("tenantry.showArtifact", args);
      const path = vscode.Uri.parse(target).path.slice(1);
      const now = found?.find((it) => it.path === path);
      // While an error stands in the way nothing is emitted: what was shown before stays.
      if (now) this.put(vscode.Uri.parse(target), now.text);
    }
  }

  private forget(uri: vscode.Uri): void {
    this.texts.delete(uri.toString());
    this.asked.delete(uri.toString());
  }
}

async function choose(found: Artifact[]): Promise<Artifact | undefined> {
  // Its own file before those that say a line about it, as the policy of who calls it does.
  const most = [...found].sort((a, b) => b.lines.length - a.lines.length);
  const items = most.map((artifact) => ({
    label: basename(artifact.path),
    description: artifact.path,
    detail: artifact.text.split("\n")[(artifact.lines[0] ?? 1) - 1]?.trim() ?? "",
    artifact,
  }));
  const options = { placeHolder: "Which of the files?", matchOnDescription: true };
  return (await vscode.window.showQuickPick(items, options))?.artifact;
}
