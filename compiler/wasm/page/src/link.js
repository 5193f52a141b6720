// A link that holds the spec: what is behind the `#` never leaves the browser by itself.

/** The most characters of a link's fragment; browsers and chats cut longer ones. */
export const LONGEST = 60_000;
/** The most bytes that a fragment may unfold to: a link comes from a stranger. */
const LARGEST = 4 << 20;

const PREFIX = "#spec=";
const EXAMPLE = "#example=";

/** The fragment for files, or for an example as it is; null where it would be too long. */
export async function write({ files, open, example }) {
  if (example) return EXAMPLE + encodeURIComponent(example);
  const bytes = new TextEncoder().encode(JSON.stringify({ files, open }));
  const packed = await through(bytes, new CompressionStream("deflate-raw"), Infinity);
  const fragment = PREFIX + base64(packed);
  return fragment.length > LONGEST ? null : fragment;
}

/**
 * What a fragment holds: `{files, open}`, `{example}`, or null where it is none of ours.
 * Throws, in plain words, where it is damaged.
 */
export async function read(fragment) {
  if (fragment.startsWith(EXAMPLE)) {
    return { example: decodeURIComponent(fragment.slice(EXAMPLE.length)) };
  }
  if (!fragment.startsWith(PREFIX)) return null;
  let held;
  try {
    const packed = unbase64(fragment.slice(PREFIX.length));
    const bytes = await through(packed, new DecompressionStream("deflate-raw"), LARGEST);
    held = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Error("the link is damaged: it may have been cut when it was sent");
  }
  const entries = Object.entries(held?.files ?? {});
  if (!entries.length || !entries.every(([path, text]) => isPath(path) && typeof text === "string")) {
    throw new Error("the link holds no estate");
  }
  return { files: Object.fromEntries(entries), open: held.open };
}

/** Whether a text can be the path of a file of an estate. */
export function isPath(path) {
  return (
    path.length <= 200 &&
    /^[^\\:\p{Cc}]+$/u.test(path) &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  );
}

async function through(bytes, stream, most) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      await reader.cancel();
      throw new Error("it unfolds to too much");
    }
    chunks.push(value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function base64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function unbase64(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}
