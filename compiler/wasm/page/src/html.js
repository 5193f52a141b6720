// Markup from the compiler quotes the spec, and a spec may come from a stranger.

const TAGS = new Set(
  "A B BLOCKQUOTE BR CODE DEL EM H1 H2 H3 H4 H5 H6 HR I LI OL P PRE S SPAN STRONG TABLE TBODY TD TH THEAD TR UL".split(" "),
);

/** The same markup with nothing in it but text and its structure. */
export function sanitized(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  clean(body);
  return body.innerHTML;
}

function clean(parent) {
  for (const element of [...parent.children]) {
    if (!TAGS.has(element.tagName)) {
      element.replaceWith(element.textContent);
      continue;
    }
    const href = element.getAttribute("href");
    const colour = element.tagName === "SPAN" ? element.getAttribute("class") : null;
    for (const { name } of [...element.attributes]) element.removeAttribute(name);
    if (element.tagName === "A" && href?.startsWith("https://")) {
      element.setAttribute("href", href);
      element.setAttribute("target", "_blank");
      element.setAttribute("rel", "noopener noreferrer");
    }
    if (colour && /^[\w -]+$/.test(colour)) element.setAttribute("class", colour);
    clean(element);
  }
}
