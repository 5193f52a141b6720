//! What holds for every text, whatever it is. The fuzzer and the ordinary tests share it.

use std::sync::Arc;

use tenantry_syntax::{
    FileId, Limits, Parse, Span,
    ast::{Entry, Node, Text},
    format::format,
    kind::TokenKind,
    lines::{Encoding, Lines},
    parse,
};

/// Panics where something does not hold for `text`.
pub(crate) fn hold(text: &str) {
    let parse = read(text);
    tokens_are_the_text(&parse);
    errors_are_inside(&parse);
    parse
        .document()
        .nodes()
        .for_each(|node| node_is_inside(node, whole(&parse)));
    lines_lead_back(&parse);
    formatting_settles_and_keeps_the_meaning(&parse);
}

fn read(text: &str) -> Parse {
    parse(
        FileId(7),
        Arc::from(text),
        &Limits {
            max_depth: 16,
            ..Limits::default()
        },
    )
}

fn whole(parse: &Parse) -> Span {
    Span::new(
        FileId(7),
        0,
        u32::try_from(parse.text().len()).unwrap_or(u32::MAX),
    )
}

fn tokens_are_the_text(parse: &Parse) {
    let mut end = 0;
    for (kind, range) in parse.tree().tokens() {
        assert_eq!(
            range.start, end,
            "{kind:?} begins where the token before it ends"
        );
        assert!(range.end > range.start, "{kind:?} is not empty");
        assert!(parse.text().is_char_boundary(range.end));
        end = range.end;
    }
    assert_eq!(end, parse.text().len());
}

fn errors_are_inside(parse: &Parse) {
    let mut last = 0;
    for error in parse.errors() {
        assert!(
            error.span.start >= last || error.limit,
            "errors are in order: {error:?}"
        );
        last = error.span.start;
        is_inside(parse, error.span, whole(parse));
        if let Some((span, _)) = error.related {
            is_inside(parse, span, whole(parse));
        }
    }
}

fn is_inside(parse: &Parse, span: Span, outer: Span) {
    assert_eq!(span.file, parse.file());
    assert!(outer.start <= span.start && span.start <= span.end && span.end <= outer.end);
    assert!(
        parse.text().get(span.range()).is_some(),
        "{span:?} cuts a character"
    );
}

fn node_is_inside(node: Node<'_>, outer: Span) {
    let span = node.span();
    let parse_text = |inner: Span, outer: Span| {
        assert!(outer.start <= inner.start && inner.start <= inner.end && inner.end <= outer.end);
    };
    parse_text(span, outer);
    parse_text(node.head_span(), span);
    parse_text(node.name_span(), node.head_span());
    text_leads_back(node.name_text());
    let _ = (node.comment_above(), node.annotation());
    for entry in node.entries() {
        parse_text(entry.span(), node.head_span());
        match entry {
            Entry::Arg(arg) => {
                parse_text(arg.value_span(), arg.span());
                arg.text().into_iter().for_each(text_leads_back);
            }
            Entry::Prop(prop) => {
                parse_text(prop.name_span(), prop.span());
                parse_text(prop.value_span(), prop.span());
                prop.text().into_iter().for_each(text_leads_back);
            }
        }
    }
    if let Some(block) = node.block_span() {
        parse_text(block, span);
        node.nodes().for_each(|child| node_is_inside(child, block));
    }
}

/// Every byte of a string's content comes from a byte of its token, in order.
fn text_leads_back(text: Text<'_>) {
    let content = text.value();
    let mut last = text.span().start;
    for at in (0..=content.len()).step_by(1 + content.len() / 64) {
        let from = text.source_offset(at);
        assert!(
            from >= last && from <= text.span().end,
            "{text:?}: {at} comes from {from}"
        );
        last = from;
    }
}

fn lines_lead_back(parse: &Parse) {
    let lines = Lines::new(Arc::from(parse.text()));
    for error in parse.errors().iter().take(20) {
        let at = error.span.start;
        let place = lines.position(at, Encoding::Utf16);
        assert!(place.line < lines.count());
        // Editors know no place between CR and LF, or behind a line end on its line.
        if at < lines.range(place.line).end {
            assert_eq!(lines.offset(place, Encoding::Utf16), at);
        }
    }
}

fn formatting_settles_and_keeps_the_meaning(parse: &Parse) {
    let Some(once) = format(parse) else {
        assert!(
            !parse.errors().is_empty(),
            "only errors keep a file from being formatted"
        );
        return;
    };
    let again = read(&once);
    assert_eq!(again.errors(), [], "{:?} became {once:?}", parse.text());
    assert_eq!(
        meaning(parse),
        meaning(&again),
        "{:?} became {once:?}",
        parse.text()
    );
    assert_eq!(
        comments(parse),
        comments(&again),
        "{:?} became {once:?}",
        parse.text()
    );
    assert_eq!(
        format(&again).as_deref(),
        Some(once.as_str()),
        "from {:?}",
        parse.text()
    );
}

/// All that a file says to its reader.
fn meaning(parse: &Parse) -> String {
    fn tell(node: Node<'_>, out: &mut String) {
        out.push_str(&format!(
            "{:?}{:?}",
            node.annotation().map(|a| a.0),
            node.name()
        ));
        for entry in node.entries() {
            out.push_str(&match entry {
                Entry::Arg(arg) => {
                    format!(" {:?}{:?}", arg.annotation().map(|a| a.0), arg.value())
                }
                Entry::Prop(prop) => {
                    let typed = prop.annotation().map(|a| a.0);
                    format!(" {:?}={typed:?}{:?}", prop.name(), prop.value())
                }
            });
        }
        if node.has_block() {
            out.push_str(" {\n");
            node.nodes().for_each(|child| tell(child, out));
            out.push('}');
        }
        out.push('\n');
    }
    let mut out = String::new();
    parse
        .document()
        .nodes()
        .for_each(|node| tell(node, &mut out));
    out
}

/// The comments of a file, in order, and what is taken out with `/-`.
fn comments(parse: &Parse) -> Vec<String> {
    let comments = parse.tree().tokens().filter(|(kind, _)| {
        use TokenKind::{BlockComment, LineComment, Slashdash};
        matches!(kind, LineComment | BlockComment | Slashdash)
    });
    let texts = comments.map(|(_, range)| {
        parse.text()[range]
            .trim_end()
            .replace("\r\n", "\n")
            .replace('\r', "\n")
    });
    texts.collect()
}
