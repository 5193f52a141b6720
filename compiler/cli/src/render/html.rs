//! A writer of HTML: what is text stays text, whatever it holds.

/// What all pages share: how they look, and what their scripts begin with.
const STYLE: &str = include_str!("html/base.css");
const SCRIPT: &str = include_str!("html/base.js");

/// A page, whole in one file, as light or dark as who reads it likes: what its body holds, and a
/// script that runs when all of it is there.
pub(crate) fn page(title: &str, style: &str, script: &str, body: impl FnOnce(&mut Html)) -> String {
    let mut html = Html::default();
    html.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    // Nothing is fetched and nothing is sent, whatever the names in it say.
    html.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n");
    html.raw("<meta name=\"color-scheme\" content=\"light dark\">\n");
    html.within("title", &[], |html| html.text(title));
    html.raw(&format!(
        "\n<style>\n{STYLE}{style}</style>\n</head>\n<body>\n"
    ));
    body(&mut html);
    html.raw(&format!(
        "<script>\n{SCRIPT}{script}</script>\n</body>\n</html>\n"
    ));
    html.done()
}

/// What a page of several parts has around them: a heading, links to the parts, a last line.
pub(crate) struct Frame<'f> {
    /// Above everything.
    pub(crate) heading: &'f str,
    /// What the parts are, for who hears the page.
    pub(crate) parts: &'f str,
    /// What the parts' ids begin with; their numbers follow.
    pub(crate) id: &'f str,
    /// Below everything.
    pub(crate) footer: &'f str,
}

impl Frame<'_> {
    /// Writes it around as many parts as there are; where there are several, a link leads to each.
    pub(crate) fn around(
        &self,
        html: &mut Html,
        count: usize,
        link: impl Fn(&mut Html, usize),
        part: impl Fn(&mut Html, usize),
    ) {
        html.within("header", &[], |html| {
            html.within("h1", &[], |html| html.text(self.heading));
            if count > 1 {
                html.within("nav", &[("aria-label", self.parts)], |html| {
                    for at in 0..count {
                        let to = format!("#{}{at}", self.id);
                        html.within("a", &[("href", &to)], |html| link(html, at));
                    }
                });
            }
        });
        html.raw("\n<main>\n");
        for at in 0..count {
            part(html, at);
        }
        html.raw("</main>\n");
        html.within("footer", &[], |html| html.text(self.footer));
        html.raw("\n");
    }
}

/// A document that grows.
#[derive(Debug, Default)]
pub(crate) struct Html(String);

impl Html {
    /// Markup as it is.
    pub(crate) fn raw(&mut self, markup: &str) {
        self.0 += markup;
    }

    /// Text.
    pub(crate) fn text(&mut self, text: &str) {
        escape(text, &mut self.0);
    }

    /// Text in which what stands between backticks is a name.
    pub(crate) fn words(&mut self, text: &str) {
        for (at, part) in text.split('`').enumerate() {
            if at % 2 == 1 {
                self.within("code", &[], |html| html.text(part));
            } else {
                self.text(part);
            }
        }
    }

    /// An element and what is within.
    pub(crate) fn within(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        content: impl FnOnce(&mut Self),
    ) {
        self.empty(name, attributes);
        content(self);
        self.0 += &format!("</{name}>");
        // Lines end where a line in the page ends too, so that pages can be compared.
        if matches!(
            name,
            "tr" | "li" | "p" | "div" | "dl" | "h1" | "h2" | "h3" | "section" | "table"
        ) {
            self.0.push('\n');
        }
    }

    /// An element that holds nothing, or its beginning.
    pub(crate) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.0 += &format!("<{name}");
        for (attribute, value) in attributes {
            self.0 += &format!(" {attribute}=\"");
            escape(value, &mut self.0);
            self.0.push('"');
        }
        self.0.push('>');
    }

    /// Data for the script. Within a string of JSON a `<` may as well be written by its number,
    /// and nothing else in it can end the element.
    pub(crate) fn data(&mut self, class: &str, json: &str) {
        self.empty("script", &[("type", "application/json"), ("class", class)]);
        self.0 += &json.replace('<', "\\u003c");
        self.0 += "</script>\n";
    }

    /// The text of it all.
    pub(crate) fn done(self) -> String {
        self.0
    }
}

fn escape(text: &str, out: &mut String) {
    for c in crate::render::visible(text).chars() {
        match c {
            '&' => *out += "&amp;",
            '<' => *out += "&lt;",
            '>' => *out += "&gt;",
            '"' => *out += "&quot;",
            '\'' => *out += "&#39;",
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Html;

    #[test]
    fn text_stays_text() {
        let mut html = Html::default();
        html.within("b", &[("title", "a\"b'")], |html| html.text("<i>&\u{7}"));
        html.data("x", "[\"</script><!--\"]");
        assert_eq!(
            html.done(),
            "<b title=\"a&quot;b&#39;\">&lt;i&gt;&amp;␇</b>\
             <script type=\"application/json\" class=\"x\">[\"\\u003c/script>\\u003c!--\"]</script>\n"
        );
    }
}
