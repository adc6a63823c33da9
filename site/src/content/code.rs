//! The catalogue of content rules: one code each, with its reason and an example.

use std::fmt;

use super::diagnostic::Severity;

/// One rule about content.
#[derive(Debug)]
pub struct Rule {
    /// The code as printed, such as `C103`.
    pub code: &'static str,
    /// What a breach means for serving.
    pub severity: Severity,
    /// The rule in one line.
    pub title: &'static str,
    /// Why the rule exists and how to mend a breach.
    pub help: &'static str,
    /// Content that breaks it.
    pub example: &'static str,
}

macro_rules! rules {
    ($($code:ident $severity:ident $title:literal $help:literal $example:literal)*) => {
        /// The code of a rule.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $title] $code),* }

        impl Code {
            /// All codes in order.
            pub const ALL: &'static [Self] = &[$(Self::$code),*];

            /// The rule behind the code.
            pub fn rule(self) -> &'static Rule {
                match self {
                    $(Self::$code => &Rule {
                        code: stringify!($code),
                        severity: Severity::$severity,
                        title: $title,
                        help: $help,
                        example: $example,
                    }),*
                }
            }
        }
    };
}

rules! {
    S101 Error "the file is not TOML"
        "Front matter and claims are TOML 1.0. The place is where reading stopped making sense."
        "title = Postfix"
    S102 Error "front matter is missing"
        "A page begins with a line +++, its fields as TOML, and a second line +++."
        "# Postfix"
    S103 Error "a required key is missing"
        "The place is the table that lacks the key. schemas/content lists what each type needs."
        "[[claim]]\nextension = \"imap/idle\""
    S104 Error "an unknown key"
        "Unknown keys are refused, since they are nearly always known keys mistyped."
        "licens = \"MIT\""
    S105 Error "a value that is not one of the allowed words"
        "Words with a fixed list (status, kind, support, evidence …) are compared and counted."
        "support = \"yess\""
    S106 Error "a value of the wrong type"
        "For instance a text where a list of texts belongs."
        "roles = \"mta\""
    S107 Error "a value of the wrong form or length"
        "Slugs are lower case with hyphens, summaries are at most 160 characters, addresses of \
         pages begin with https:// or http://, dates are YYYY, YYYY-MM or YYYY-MM-DD."
        "reviewed = \"last year\""
    S108 Error "file name and content disagree"
        "products/<slug>/index.md, protocols/<id>.md and extensions/<protocol>/<slug>.md name \
         what they hold; paths below manual/ are slugs and leave the generated pages \
         configuration, wit and rfc-status alone; a file outside these folders is never read."
        "slug = \"postfx\"   # in products/postfix/index.md"
    R101 Error "an unknown product"
        "fork_of, succeeded_by, bundles and links name products by slug."
        "succeeded_by = \"dovcot\""
    R102 Error "an unknown extension"
        "Claims, requires and implied_by name extensions as protocol/slug."
        "extension = \"imap/condstor\""
    R103 Error "an unknown protocol"
        "Protocols are named by id."
        "protocols = [\"smpt\"]"
    R104 Error "a link that leads nowhere"
        "Links that begin with / must lead to a page of the catalog, and a # to a heading there. \
         The heading \"Old names\" has the id text-old-names."
        "See [idle](/extensions/imap/idel)."
    R105 Error "an unknown term"
        "see names other terms of the glossary by slug."
        "see = [\"mtta\"]"
    R106 Error "an unknown feature or row"
        "Claims name features by slug; rows of a comparison are extensions as protocol/slug or \
         features by slug."
        "feature = \"virtual-domain\""
    U101 Error "the same name twice"
        "Two products may not share an alias, two extensions of one protocol may not share a wire \
         token, one product may claim each extension once per evidence and source, and two \
         chapters of the manual share neither title, address nor place in their section."
        "aliases = [\"exim4\", \"exim4\"]"
    U102 Error "an alias is another page's title"
        "A search for that title could not tell the two apart."
        "aliases = [\"Postfix\"]   # on the page of Exim"
    C101 Error "a claim without a source"
        "Every claim names the page, file or document that a reader can open to check it."
        "[[claim]]\nsupport = \"yes\""
    C102 Error "a date that cannot be"
        "Dates may not lie in the future, and an event may not precede the first release."
        "date = 2199-01-01"
    C103 Error "a version that cannot be"
        "since and until name a listed version or a dotted number; until comes after since."
        "since = \"newest\""
    C104 Error "a claim that needs more words"
        "partial needs a note that says which part; removed needs until."
        "support = \"partial\""
    C105 Warning "claims that disagree"
        "Two fresh claims that someone checked say different things; readers see both, marked as \
         disputed. Look again at the older one, or narrow it by a version or a note."
        "[[claim]]\nextension = \"imap/idle\"\nsupport = \"no\"   # measured/debian-12.toml says yes"
    C106 Error "measured evidence written by hand"
        "Only the prober writes measured results, into measured/*.toml."
        "evidence = \"measured\"   # in claims.toml"
    C107 Error "support for something whose foundation is missing"
        "An extension cannot work where one that it requires does not. One of the two claims is \
         wrong, or `requires` on the page of the extension is."
        "[[claim]]\nextension = \"imap/qresync\"\nsupport = \"yes\"   # imap/condstore is \"no\""
    C108 Warning "a claim past its date"
        "Evidence ages: source and docs after 730 days, vendor, third-party and memory after 365. \
         Claims about discontinued products do not age. Check again and set the date."
        "date = 2019-05-01"
    C109 Error "a claim about nothing, or about two things"
        "A claim names one extension or one feature. A value belongs to a feature that has values."
        "[[claim]]\nextension = \"imap/idle\"\nfeature = \"clustering\""
    C110 Error "a value that the feature does not know"
        "A feature with a list of values is comparable only while claims keep to the list."
        "value = \"monolitic\""
    C111 Error "a measured file that something changed"
        "A measured file holds its own digest and those of its transcripts. Run the prober again \
         (cargo xtask peers) instead of writing into what it wrote."
        "result = \"exercised\"   # changed by hand"
    V101 Error "figures that do not agree"
        "Not more hosts can be told apart than answered; a share is its count divided by the base; \
         the shares add up to 100 with a line for what the source does not tell."
        "answered = 958\nidentified = 985"
    V102 Error "a share that is not explained"
        "Each line of a survey names a product of the catalog, or a note says what it is."
        "[[share]]\nlabel = \"smap\"\npercent = 2.31"
    M101 Error "a flaw in the prose"
        "Headings start at level 2 and skip none, images have a text, addresses are links."
        "## History\n#### Names"
    M102 Error "unsafe markup"
        "Raw HTML is never shown, and links are https, http, mailto or a path of this site."
        "<script>alert(1)</script>"
    M103 Error "a link without a meaning"
        "A link's text says where it leads, also when read alone."
        "[click here](/products/exim)"
    M104 Warning "an RFC spelled in another way"
        "Prose says RFC and the number with one blank between. `check --fix` mends it."
        "See RFC2177."
    L101 Error "a link that is dead"
        "links.lock.toml says that the address failed on two visits, a week or more apart. Name \
         another source, or record an archived copy as `archive` of its entry there."
        "source = \"https://gone.example/\""
    L102 Warning "a record of a link that no page uses"
        "links.lock.toml keeps only links of the content. `check --fix` removes the rest."
        "[[link]]\nurl = \"https://unused.example/\""
    T101 Error "an address in a transcript"
        "Transcripts are published: mail addresses and addresses of hosts that may be someone's do \
         not belong there. Names below example, test, invalid and localhost are nobody's."
        "C: MAIL FROM:<joe@corp.net>"
    T102 Error "a credential in a transcript"
        "Passwords and what stands for them, plain or in base64, are only those of the account \
         that the prober made for itself, or are replaced by [redacted]."
        "C: PASS hunter2"
    X101 Error "a published address that leads nowhere"
        "Others link to it. Name its new place in redirects.toml; addresses are never dropped."
        "address = [\"/products/postfx\"]   # in addresses.lock.toml"
    X102 Error "a redirect that does not help"
        "A redirect leads from an address without a page straight to a page."
        "[[redirect]]\nfrom = \"/products/vmailer\"\nto = \"/products/postfx\""
    X103 Warning "a page that is not recorded as published"
        "addresses.lock.toml lists every address, so that none is lost. `check --fix` records it."
        "address = []"
    F101 Warning "untidy layout"
        "Blanks at ends of lines, more or less than one line feed at the end. `check --fix` mends it."
        "title = \"Exim\"   "
    F102 Warning "a list out of order"
        "Lists whose order says nothing are in alphabetical order. `check --fix` sorts them."
        "aliases = [\"exim4\", \"Exim MTA\"]"
    F103 Warning "keys out of order"
        "Keys stand in the order of the guide, so that pages read alike. `check --fix` sorts them."
        "title = \"Exim\"\nslug = \"exim\""
    G101 Error "something still open"
        "A stub made by `waxseal-site new` says TODO where the author has to fill in something."
        "summary = \"TODO: one sentence\""
}

impl Code {
    /// The code with this name in any case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|code| code.rule().code.eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.rule().code)
    }
}

/// What `check --explain` prints.
pub fn explain(code: Code) -> String {
    let rule = code.rule();
    let word = match rule.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let example: String = rule
        .example
        .lines()
        .map(|line| format!("    {line}\n"))
        .collect();
    format!(
        "{} ({word}): {}\n\n{}\n\nFor instance:\n\n{example}",
        rule.code, rule.title, rule.help
    )
}
