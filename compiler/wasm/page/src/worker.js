// The compiler's thread: requests in, answers out, in order.

import { Module } from "./module.js";

let compiled;
let compiler;
/** The last thing that is to be done; what comes later waits for it. */
let last = Promise.resolve();

async function begin(module) {
  compiled = await WebAssembly.compile(module);
  compiler = new Module(compiled);
}

function answer({ id, request }) {
  const begun = performance.now();
  try {
    const answer = compiler.ask(request);
    self.postMessage({ id, answer, took: performance.now() - begun });
  } catch (error) {
    compiler = new Module(compiled);
    self.postMessage({ id, defect: error.message });
  }
}

self.onmessage = ({ data }) => {
  last = last.then(() => (data.module ? begin(data.module) : answer(data)));
  last.catch((error) => self.postMessage({ broken: error.message }));
};
