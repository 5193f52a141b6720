// Tasks: `check`, `build` and `test` of each estate of the workspace, their findings as problems.

import { dirname, relative } from "node:path";

import * as vscode from "vscode";

import { program } from "./program";

interface Definition extends vscode.TaskDefinition {
  command: string;
  estate?: string;
  args?: string[];
}

/** More estates than this in one workspace, and a list of their tasks helps nobody. */
const MOST_ESTATES = 50;
const COMMANDS = ["check", "build", "test"];

export function offerTasks(): vscode.Disposable {
  return vscode.tasks.registerTaskProvider("tenantry", {
    provideTasks: async () => {
      const roots = await vscode.workspace.findFiles(
        "**/tenantry.kdl",
        "**/{vendor,node_modules,target}/**",
        MOST_ESTATES,
      );
      const path = (await program()) ?? "tenantry";
      return roots.sort((a, b) => a.path.localeCompare(b.path)).flatMap((root) => {
        const folder = vscode.workspace.getWorkspaceFolder(root);
        if (!folder) return [];
        const estate = relative(folder.uri.fsPath, dirname(root.fsPath)) || ".";
        return COMMANDS.map((command) => task(folder, { type: "tenantry", command, estate }, path));
      });
    },
    resolveTask: async (asked) => {
      const folder = typeof asked.scope === "object" ? asked.scope : vscode.workspace.workspaceFolders?.[0];
      const path = (await program()) ?? "tenantry";
      return folder && task(folder, asked.definition as Definition, path);
    },
  });
}

function task(folder: vscode.WorkspaceFolder, definition: Definition, path: string): vscode.Task {
  const { command, estate = ".", args = [] } = definition;
  const made = new vscode.Task(
    definition,
    folder,
    estate === "." ? command : `${command} ${estate}`,
    "tenantry",
    new vscode.ProcessExecution(path, [command, estate, "--format", "short", ...args], {
      cwd: folder.uri.fsPath,
    }),
    "$tenantry",
  );
  made.group = command === "test" ? vscode.TaskGroup.Test : vscode.TaskGroup.Build;
  made.presentationOptions = { clear: true, reveal: vscode.TaskRevealKind.Silent };
  return made;
}
