// The server: finds the program, starts and restarts it, and routes what it asks the editor to show.

import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  type StaticFeature,
  type Position,
  State,
  Trace,
  type WorkspaceEdit,
} from "vscode-languageclient/node";

import { LANGUAGE } from "./language";
import { program, settings, wanted } from "./program";

/** What findings of the server are marked with, apart from those of others. */
export const SOURCE = "tenantry";
/** Where a page tells how to install the program. */
const GUIDE = "https://git.example/tenantry/docs/guide/editors.md";
/** A server that went down so often within `SPAN` stays down until somebody asks for it. */
const MOST_CRASHES = 4;
const SPAN = 3 * 60_000;

/** A page that the program makes. */
export type Page = "graph" | "place" | "flows";

/** A place in an emitted file that comes from the node that was asked about. */
export interface Artifact {
  path: string;
  text: string;
  /** Those that come from the node, counted from 1. */
  lines: number[];
}

/** Who shows what the server has made; lenses ask for it through commands of the server. */
export interface Shows {
  artifact: (uri: string, position: Position) => unknown;
}

/** A test that was run. */
interface Tested {
  name: string;
  passed: boolean;
  failures: unknown[];
}

function report(tests: Tested[]): void {
  for (const { name, passed, failures } of tests) {
    if (passed) void vscode.window.showInformationMessage(`Passed: ${name}`);
    else void vscode.window.showErrorMessage(`Failed: ${name}. ${failures.map(String).join(" ")}`);
  }
}

/** Tells the server that its commands, in lenses above all, lead somewhere here. */
const SHOWS_PAGES: StaticFeature = {
  fillClientCapabilities: (capabilities) => {
    capabilities.experimental = { ...capabilities.experimental, tenantryPages: true };
  },
  initialize: () => undefined,
  getState: () => ({ kind: "static" }),
  clear: () => undefined,
};

export class Server implements vscode.Disposable {
  /** What can be said of it; `missing` if there is no program. */
  state: "stopped" | "starting" | "running" | "missing" = "stopped";
  private client: LanguageClient | undefined;
  private crashes: number[] = [];
  private shown: Shows | undefined;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly watched: vscode.Disposable[] = [];
  /** Told when the state is another. */
  readonly onChange = this.changed.event;

  constructor(private readonly log: vscode.LogOutputChannel) {
    this.watched.push(
      vscode.workspace.onDidChangeConfiguration(async (event) => {
        if (event.affectsConfiguration("tenantry.path")) await this.restart();
        if (event.affectsConfiguration("tenantry.trace.server")) await this.trace();
      }),
    );
  }

  shows(shown: Shows): void {
    this.shown = shown;
  }

  dispose(): void {
    for (const it of [...this.watched, this.changed]) it.dispose();
    void this.client?.dispose();
  }

  async restart(): Promise<void> {
    this.crashes = [];
    const old = this.client;
    this.client = undefined;
    await old?.dispose().catch(() => undefined);
    await this.start();
  }

  async start(): Promise<void> {
    this.set("starting");
    const path = await program();
    if (path === undefined) return this.missing();
    this.log.info(`starting ${path} lsp`);
    const client = new LanguageClient(
      "tenantry",
      "Tenantry",
      { command: path, args: ["lsp"] },
      this.options(),
    );
    client.registerFeature(SHOWS_PAGES);
    this.client = client;
    client.onDidChangeState(({ newState }) => {
      if (this.client !== client) return;
      this.set(newState === State.Running ? "running" : newState === State.Starting ? "starting" : "stopped");
    });
    try {
      await client.start();
      await this.trace();
    } catch (error) {
      this.log.error(`${path} lsp did not start: ${error}`);
      this.set("stopped");
    }
  }

  /** Asks the server to run one of its commands. Nothing, and a word of it, if it cannot. */
  async ask<T>(command: string, args: unknown[]): Promise<T | undefined> {
    if (!this.client || this.state !== "running") return undefined;
    try {
      return await this.client.sendRequest<T>("workspace/executeCommand", {
        command,
        arguments: args,
      });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.log.error(`${command}: ${text}`);
      void vscode.window.showErrorMessage(`Tenantry: ${text}`);
      return undefined;
    }
  }

  /** Applies an edit that the server has answered with. */
  async apply(edit: WorkspaceEdit): Promise<void> {
    const made = await this.client?.protocol2CodeConverter.asWorkspaceEdit(edit);
    if (made) await vscode.workspace.applyEdit(made);
  }

  /** A position as the protocol has it. */
  position(position: vscode.Position): Position {
    return { line: position.line, character: position.character };
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: [{ scheme: "file", language: LANGUAGE }],
      diagnosticCollectionName: SOURCE,
      outputChannel: this.log,
      initializationOptions: settings(),
      synchronize: {
        configurationSection: "tenantry",
        fileEvents: vscode.workspace.createFileSystemWatcher("**/{*.kdl,tenantry.lock}"),
      },
      markdown: { supportHtml: false },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue }),
        closed: () => this.closed(),
      },
      middleware: {
        // A lens names a command of the server, whose answer is to be shown.
        executeCommand: (command, args, next) => this.route(command, args, () => next(command, args)),
      },
    };
  }

  private async route(command: string, args: unknown[], next: () => unknown): Promise<unknown> {
    if (command === "tenantry.showArtifact") {
      const { uri, position } = args[0] as { uri: string; position: Position };
      return this.shown?.artifact(uri, position);
    }
    const answer = await next();
    if (command === "tenantry.runTest") report(answer as Tested[]);
    return answer;
  }

  private closed(): { action: CloseAction; handled?: boolean } {
    const now = Date.now();
    this.crashes = [...this.crashes.filter((it) => now - it < SPAN), now];
    if (this.crashes.length <= MOST_CRASHES) return { action: CloseAction.Restart, handled: true };
    void vscode.window
      .showErrorMessage(
        `The server of Tenantry ended ${this.crashes.length} times within three minutes.`,
        "Start Again",
        "Show the Log",
      )
      .then((answer) => {
        if (answer === "Start Again") return this.restart();
        if (answer === "Show the Log") this.log.show();
        return undefined;
      });
    return { action: CloseAction.DoNotRestart, handled: true };
  }

  private async missing(): Promise<void> {
    this.set("missing");
    const named = wanted();
    const text = named
      ? `There is no program \`${named}\`, which the setting \`tenantry.path\` names.`
      : "The program `tenantry` is not on the PATH. Files are coloured, and nothing more.";
    this.log.warn(text);
    const answer = await vscode.window.showWarningMessage(text, "Say Where It Is", "How to Install It");
    if (answer === "Say Where It Is") {
      await vscode.commands.executeCommand("workbench.action.openSettings", "tenantry.path");
    } else if (answer === "How to Install It") {
      await vscode.env.openExternal(vscode.Uri.parse(GUIDE));
    }
  }

  private async trace(): Promise<void> {
    const level = settings().get<string>("trace.server", "off");
    await this.client?.setTrace(Trace.fromString(level));
  }

  private set(state: Server["state"]): void {
    this.state = state;
    void vscode.commands.executeCommand("setContext", "tenantry.running", state === "running");
    this.changed.fire();
  }
}
