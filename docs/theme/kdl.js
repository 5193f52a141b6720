// KDL 2.0 for the book's highlighter, which knows no such language. The book has coloured its
// listings before this is loaded, so those of KDL are coloured again.
(function () {
    "use strict";

    const STRING = {
        className: "string",
        variants: [
            { begin: /#+"/, end: /"#+/ },
            { begin: /"""/, end: /"""/, contains: [{ begin: /\\[^]/ }] },
            { begin: /"/, end: /"/, contains: [{ begin: /\\[^]/ }, interpolation()] },
        ],
    };
    const COMMENT = {
        className: "comment",
        variants: [{ begin: /\/\//, end: /$/ }, { begin: /\/\*/, end: /\*\// }, { begin: /\/-/, end: /(?=[\s{])/ }],
    };
    const WORD = "[A-Za-z_][\\w.-]*";

    function interpolation() {
        return { className: "subst", begin: /\$\{/, end: /\}/ };
    }

    hljs.registerLanguage("kdl", function () {
        return {
            name: "KDL",
            contains: [
                COMMENT,
                // A node begins a line, or follows `{` or `;`.
                { className: "keyword", begin: new RegExp("(^[ \\t]*|[{;][ \\t]*)" + WORD) },
                STRING,
                { className: "attr", begin: new RegExp(WORD + "(?==)") },
                { className: "literal", begin: /#(true|false|null)\b/ },
                { className: "variable", begin: new RegExp("\\$" + WORD) },
                { className: "number", begin: /\b\d+(?![\w.-])/ },
                { begin: new RegExp(WORD) },
            ],
        };
    });

    for (const block of document.querySelectorAll("code.language-kdl")) {
        block.textContent = block.textContent;
        hljs.highlightBlock(block);
    }
})();
