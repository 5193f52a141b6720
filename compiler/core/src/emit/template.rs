//! Templates, for outputs that are text of their own and not a document: a script. A template is
//! part of the compiler; what it is filled with comes from strangers, so that every value is
//! escaped by the format that is written, and a template has no way to ask for one that is not.

use std::fmt;

use handlebars::{Handlebars, template::TemplateElement};
use serde::Serialize;

/// What a template writes, which decides how values are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A POSIX shell script. Each value becomes one word in single quotes, so that a template
    /// must not put quotes of its own around it.
    Shell,
}

/// Why a template could not be read or filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateError {
    /// It is not a template.
    Syntax(String),
    /// It asks for a value as it is, with `{{{ … }}}`.
    Unescaped,
    /// It names a value that is not there, or a helper failed.
    Render(String),
    /// A value holds a NUL, which no shell word can.
    Nul,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(words) => write!(f, "the template cannot be read: {words}"),
            Self::Unescaped => f.write_str("the template asks for a value without escapes"),
            Self::Render(words) => write!(f, "the template cannot be filled: {words}"),
            Self::Nul => f.write_str("a value holds a NUL character"),
        }
    }
}

impl std::error::Error for TemplateError {}

/// A template, read.
pub struct Template(Handlebars<'static>);

/// The name of the only template in a registry.
const NAME: &str = "template";

impl Template {
    /// Reads a template of a format.
    ///
    /// # Errors
    /// It is malformed, or holds a way around the escapes.
    pub fn new(format: Format, text: &'static str) -> Result<Self, TemplateError> {
        let parsed = handlebars::Template::compile(text)
            .map_err(|error| TemplateError::Syntax(error.to_string()))?;
        if has_unescaped(&parsed) {
            return Err(TemplateError::Unescaped);
        }
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        match format {
            Format::Shell => registry.register_escape_fn(shell_word),
        }
        registry.register_template(NAME, parsed);
        Ok(Self(registry))
    }

    /// The template filled with values.
    ///
    /// # Errors
    /// It names a value that is not there, or a value cannot be said in the format.
    pub fn render(&self, values: &impl Serialize) -> Result<String, TemplateError> {
        let text = self
            .0
            .render(NAME, values)
            .map_err(|error| TemplateError::Render(error.to_string()))?;
        if text.contains('\0') {
            return Err(TemplateError::Nul);
        }
        Ok(text)
    }
}

/// Whether a template, or a block within, holds a way around the escapes. Partials and decorators
/// count as one: none is needed, and they could bring one in by name.
fn has_unescaped(template: &handlebars::Template) -> bool {
    template.elements.iter().any(|element| match element {
        TemplateElement::RawString(_) | TemplateElement::Comment(_) => false,
        TemplateElement::Expression(helper) | TemplateElement::HelperBlock(helper) => {
            let blocks = [&helper.template, &helper.inverse];
            blocks.into_iter().flatten().any(has_unescaped)
        }
        _ => true,
    })
}

/// A text as one word of a POSIX shell: within single quotes every character means itself, and a
/// single quote is said between two such words.
pub fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use serde_json::json;

    use super::{Format, Template, TemplateError};

    fn shell(text: &'static str) -> Template {
        Template::new(Format::Shell, text).unwrap()
    }

    #[test]
    fn values_arrive_in_the_shell_as_they_were() {
        let hostile = "a'b\"c $(touch x) `id` \\ \n; rm -rf & * ~ é";
        let script = shell("printf %s {{#each args}}{{this}}{{/each}}{{lookup more 0}} # {{n}}");
        let script = script
            .render(&json!({ "args": [hostile], "more": ["; false"], "n": 1 }))
            .unwrap();
        let run = Command::new("sh")
            .args(["-eu", "-c", &script])
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8(run.stdout).unwrap(),
            format!("{hostile}; false")
        );
    }

    #[test]
    fn a_value_that_is_not_there_is_an_error() {
        let error = shell("{{host}}")
            .render(&json!({ "hots": "a" }))
            .unwrap_err();
        assert!(matches!(error, TemplateError::Render(_)), "{error}");
    }

    #[test]
    fn no_template_may_go_around_the_escapes() {
        for text in [
            "{{{x}}}",
            "{{&x}}",
            "{{~{x}~}}",
            "{{#if x}}{{{x}}}{{/if}}",
            "{{#if x}}{{else}}{{{x}}}{{/if}}",
            "{{> other}}",
        ] {
            let error = Template::new(Format::Shell, text).err();
            assert_eq!(error, Some(TemplateError::Unescaped), "{text}");
        }
    }

    #[test]
    fn a_nul_cannot_be_said() {
        let error = shell("echo {{x}}")
            .render(&json!({ "x": "a\0" }))
            .unwrap_err();
        assert_eq!(error, TemplateError::Nul);
    }
}
