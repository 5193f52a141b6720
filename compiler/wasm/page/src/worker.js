// The compiler's thread: requests in, answers out, in order.

import { Module } from "./module.js";

let compiled;
let compiler;

self.onmessage = async ({ data }) => {
  if (data.module) {
    compiled = await WebAssembly.compile(data.module);
    compiler = new Module(compiled);
    self.postMessage({ ready: true });
    return;
  }
  const begun = performance.now();
  try {
    const answer = compiler.ask(data.request);
    self.postMessage({ id: data.id, answer, took: performance.now() - begun });
  } catch (error) {
    compiler = new Module(compiled);
    self.postMessage({ id: data.id, defect: error.message });
  }
};
