// The item in the status bar: how many errors and warnings the estate has, and whether the server runs.

import * as vscode from "vscode";

import { type Server, SOURCE } from "./server";

export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    "tenantry.findings",
    vscode.StatusBarAlignment.Left,
    10,
  );
  private readonly watched: vscode.Disposable[];

  constructor(private readonly server: Server) {
    this.item.name = "Tenantry";
    this.watched = [
      vscode.languages.onDidChangeDiagnostics(() => this.update()),
      server.onChange(() => this.update()),
    ];
    this.update();
  }

  dispose(): void {
    for (const it of [this.item, ...this.watched]) it.dispose();
  }

  private update(): void {
    const told = this.server.state === "running" ? this.findings() : STATES[this.server.state];
    this.item.text = told.text;
    this.item.tooltip = told.tooltip;
    this.item.command = told.command;
    this.item.backgroundColor = told.colour && new vscode.ThemeColor(told.colour);
    this.item.show();
  }

  private findings(): Told {
    const all = vscode.languages
      .getDiagnostics()
      .flatMap(([, list]) => list.filter((it) => it.source === SOURCE));
    const count = (level: vscode.DiagnosticSeverity) =>
      all.filter((it) => it.severity === level).length;
    const errors = count(vscode.DiagnosticSeverity.Error);
    const warnings = count(vscode.DiagnosticSeverity.Warning);
    const notes = all.length - errors - warnings;
    const sound = errors + warnings === 0;
    return {
      text: sound ? "$(check) estate" : `$(error) ${errors} $(warning) ${warnings} estate`,
      tooltip: [plural(errors, "error"), plural(warnings, "warning"), plural(notes, "note")].join(", "),
      command: "workbench.actions.view.problems",
      colour: errors > 0 ? "statusBarItem.errorBackground" : undefined,
    };
  }
}

interface Told {
  text: string;
  tooltip: string;
  command: string;
  colour?: string | undefined;
}

const STATES: Record<"stopped" | "starting" | "missing", Told> = {
  starting: {
    text: "$(sync~spin) estate",
    tooltip: "The server of Tenantry starts",
    command: "tenantry.log",
  },
  stopped: {
    text: "$(debug-disconnect) estate",
    tooltip: "The server of Tenantry does not run: click to start it",
    command: "tenantry.restart",
    colour: "statusBarItem.warningBackground",
  },
  missing: {
    text: "$(warning) tenantry?",
    tooltip: "The program `tenantry` was not found: click to look again",
    command: "tenantry.restart",
    colour: "statusBarItem.warningBackground",
  },
};

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
