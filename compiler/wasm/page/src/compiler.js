// The page's side of the compiler's thread.

import workerSource from "worker:./worker.js";

/** What a promise is refused with when the compiler was started anew before it could answer. */
export class Restarted extends Error {}

/** A defect of ours ended the compiler. */
export class Defect extends Error {}

/**
 * The compiler, in a thread of its own, so that no spec can make the page stand still. It may be
 * started anew at any time; `onStart` then has to tell it the files again.
 */
export class Compiler {
  /**
   * @param {ArrayBuffer} module
   * @param {() => void} onStart
   */
  constructor(module, onStart) {
    this.module = module;
    this.onStart = onStart;
    this.waiting = new Map();
    this.next = 1;
    this.source = URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
    this.start();
  }

  start() {
    this.worker?.terminate();
    this.abandon(new Restarted("the compiler was started anew"));
    this.worker = new Worker(this.source);
    this.worker.onmessage = ({ data }) => this.receive(data);
    this.worker.postMessage({ module: this.module });
    this.onStart();
  }

  abandon(error) {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  /** Asks; a refusal is an error with the compiler's words. */
  ask(request) {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, since: performance.now() });
      this.worker.postMessage({ id, request });
    });
  }

  /** Milliseconds since the oldest question that has no answer was asked. */
  get busy() {
    const [oldest] = this.waiting.values();
    return oldest ? performance.now() - oldest.since : 0;
  }

  receive({ id, answer, defect, broken, took }) {
    if (broken !== undefined) this.abandon(new Error(`the compiler does not start in this browser: ${broken}`));
    const waiting = this.waiting.get(id);
    if (!waiting) return;
    this.waiting.delete(id);
    if (defect !== undefined) {
      this.abandon(new Restarted("the compiler was started anew"));
      this.onStart();
      waiting.reject(new Defect(defect));
    } else if ("told" in answer) {
      this.took = took;
      waiting.resolve(answer.told);
    } else {
      waiting.reject(new Error(answer.refused));
    }
  }
}
