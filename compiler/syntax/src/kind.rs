//! The vocabulary of the tree: what a token can be, and what a run of tokens can be.

/// What one token is. Every byte of a file is in exactly one token.
///
/// Kinds that are a mistake, but whose meaning is plain (`true`, `2TiB`, `r"x"`), keep it, so that
/// one mistake in the text does not become a second one in whoever reads the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TokenKind {
    /// The byte order mark at the very start.
    Bom,
    /// Spaces and tabs, also those of Unicode.
    Space,
    /// One line end; CR LF is one.
    Newline,
    /// `// …`, without its line end.
    LineComment,
    /// `/* … */`, nested ones inside it.
    BlockComment,
    /// `/-`: takes out what follows.
    Slashdash,
    /// `\` at the end of a line: the node goes on below.
    Continuation,
    /// `{`
    OpenBrace,
    /// `}`
    CloseBrace,
    /// `(`
    OpenParen,
    /// `)`
    CloseParen,
    /// `;`
    Semicolon,
    /// `=`
    Equals,
    /// A string without quotes.
    Bare,
    /// `"…"`
    Quoted,
    /// `#"…"#`
    Raw,
    /// `"""` … `"""` over several lines.
    MultiLine,
    /// `#"""` … `"""#` over several lines.
    RawMultiLine,
    /// A number, as KDL writes it.
    Number,
    /// `#true`
    True,
    /// `#false`
    False,
    /// `#null`
    Null,
    /// `#inf`, `#-inf` or `#nan`.
    NotFinite,
    /// A mistake: `true`, `null`, `inf` … without the `#`.
    BareKeyword,
    /// A mistake: text that has to be quoted, such as `2TiB` or `/ready`.
    BadWord,
    /// A mistake: a raw string as KDL 1 wrote it, `r"…"`.
    OldRaw,
    /// A mistake: `#` and a word that is no keyword.
    BadKeyword,
    /// A mistake without a meaning: bytes that fit nowhere.
    Bad,
    /// The end of the file, empty. Not among the tokens that a tree hands out.
    Eof,
}

impl TokenKind {
    /// Whether this is a string, meant ones included.
    pub fn is_string(self) -> bool {
        matches!(
            self,
            Self::Bare
                | Self::Quoted
                | Self::Raw
                | Self::MultiLine
                | Self::RawMultiLine
                | Self::BareKeyword
                | Self::BadWord
                | Self::OldRaw
        )
    }

    /// Whether this can stand where a value is due, mistakes with a meaning included.
    pub fn is_value(self) -> bool {
        self.is_string()
            || matches!(
                self,
                Self::Number
                    | Self::True
                    | Self::False
                    | Self::Null
                    | Self::NotFinite
                    | Self::BadKeyword
            )
    }

    /// Whether this says nothing to the reader of values: space, line ends, comments.
    pub fn is_trivia(self) -> bool {
        matches!(
            self,
            Self::Bom
                | Self::Space
                | Self::Newline
                | Self::LineComment
                | Self::BlockComment
                | Self::Continuation
        )
    }
}

/// What a run of tokens is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ElementKind {
    /// A node: annotation, name, entries, blocks.
    Node,
    /// `(type)`
    Annotation,
    /// An argument: annotation, value.
    Arg,
    /// A property: name, `=`, annotation, value.
    Prop,
    /// `{ … }`
    Block,
    /// `/-` and the one thing that it takes out.
    Skipped,
}
