// The module's four functions as one that passes texts: see `abi.rs` for the other side.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The compiler, in this thread. */
export class Module {
  /** @param {WebAssembly.Module} compiled */
  constructor(compiled) {
    this.exports = new WebAssembly.Instance(compiled, {}).exports;
  }

  /**
   * Answers a request. A defect of ours ends the module: then an error is thrown that says which,
   * and the module must not be asked again.
   */
  ask(request) {
    const { memory, tenantry_room, tenantry_ask, tenantry_answer } = this.exports;
    const bytes = encoder.encode(JSON.stringify(request));
    try {
      const room = tenantry_room(bytes.length) >>> 0;
      new Uint8Array(memory.buffer, room, bytes.length).set(bytes);
      const length = tenantry_ask() >>> 0;
      const at = tenantry_answer() >>> 0;
      return JSON.parse(decoder.decode(new Uint8Array(memory.buffer, at, length)));
    } catch (error) {
      throw new Error(this.lastWords() || String(error));
    }
  }

  lastWords() {
    const bytes = new Uint8Array(this.exports.memory.buffer);
    const from = this.exports.tenantry_last_words() >>> 0;
    const to = bytes.indexOf(0, from);
    return decoder.decode(bytes.slice(from, Math.min(to < 0 ? from : to, from + 2000)));
  }
}
