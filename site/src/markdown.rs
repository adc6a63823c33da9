//! Prose: Markdown to HTML that needs no trust, and what is wrong with it.
//!
//! Raw HTML is shown as text, links keep only known schemes, headings get unique ids, and table
//! alignment becomes a class, since the policy of our pages forbids inline style.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{
    Alignment, CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html,
};

use crate::content::Code;

/// Prose made ready for a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Safe HTML.
    pub html: String,
    /// The words alone, for the search index.
    pub plain: String,
    /// Headings in order.
    pub headings: Vec<Heading>,
    /// Links within the site and within the page, with their byte offset.
    pub links: Vec<(usize, String)>,
    /// Links to other sites, with their byte offset.
    pub outside: Vec<(usize, String)>,
    /// Mistakes, with their byte offset.
    pub flaws: Vec<(usize, Code, String)>,
}

/// A heading of prose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 2 to 6.
    pub level: usize,
    /// Its id on the page.
    pub id: String,
    /// Its words.
    pub text: String,
}

/// Renders Markdown; `rendered.flaws` tells what was wrong, the HTML is safe either way.
pub fn render(markdown: &str) -> Rendered {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut walk = Walk {
        level: 1,
        ..Walk::default()
    };
    let mut events = Vec::new();
    for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
        walk.event(event, range, &mut events);
    }
    html::push_html(&mut walk.out.html, events.into_iter());
    walk.out
}

/// Whether a link may be followed: a web address, a mail address or a place on this site.
pub fn is_safe_link(target: &str) -> bool {
    let lower = target.to_ascii_lowercase();
    let scheme = ["https://", "http://", "mailto:"]
        .iter()
        .any(|good| lower.starts_with(good));
    let local = (target.starts_with('/') && !target.starts_with("//")) || target.starts_with('#');
    (scheme || local)
        && !target
            .chars()
            .any(|letter| letter.is_control() || letter == '\\')
}

/// The beginning of a block of code. It can be scrolled, so it can be reached by keyboard.
fn code_start(kind: &CodeBlockKind<'_>) -> String {
    let language = match kind {
        CodeBlockKind::Fenced(info) => info.split([' ', ',']).next().unwrap_or_default(),
        CodeBlockKind::Indented => "",
    };
    let known = !language.is_empty() && language.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if known {
        format!("<pre tabindex=\"0\"><code class=\"language-{language}\">")
    } else {
        "<pre tabindex=\"0\"><code>".to_owned()
    }
}

#[derive(Default)]
struct Walk {
    out: Rendered,
    level: usize,
    ids: BTreeMap<String, usize>,
    heading: Option<(usize, String)>,
    link: Option<Link>,
    in_code: bool,
    alignments: Vec<Alignment>,
    in_head: bool,
    cell: usize,
}

struct Link {
    offset: usize,
    text: String,
    image: bool,
    dropped: bool,
    bare_allowed: bool,
}

impl Link {
    fn new(offset: usize, image: bool, bare_allowed: bool) -> Self {
        Self {
            offset,
            text: String::new(),
            image,
            dropped: false,
            bare_allowed,
        }
    }
}

impl Walk {
    fn event<'a>(&mut self, event: Event<'a>, at: Range<usize>, events: &mut Vec<Event<'a>>) {
        match event {
            Event::Html(raw) | Event::InlineHtml(raw) => {
                let shown = raw.trim().to_owned();
                self.flaw(
                    at.start,
                    Code::M102,
                    format!("raw HTML {shown:?} is not allowed"),
                );
                events.push(Event::Text(raw));
            }
            Event::Text(text) => {
                self.text(&text, at.start);
                events.push(Event::Text(text));
            }
            Event::Code(text) => {
                self.words(&text);
                events.push(Event::Code(text));
            }
            Event::Start(tag) => self.start(tag, at.start, events),
            Event::End(tag) => self.end(tag, events),
            Event::SoftBreak | Event::HardBreak => {
                self.words(" ");
                events.push(event);
            }
            Event::Rule
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => events.push(event),
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the library's tags that need no care pass as they are"
    )]
    fn start<'a>(&mut self, tag: Tag<'a>, offset: usize, events: &mut Vec<Event<'a>>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.heading_level(level as usize, offset);
                self.heading = Some((events.len(), String::new()));
                events.push(Event::Html(CowStr::Borrowed("")));
            }
            Tag::Link {
                ref dest_url,
                link_type,
                ..
            } => {
                let bare = matches!(link_type, LinkType::Autolink | LinkType::Email);
                if self.follow(dest_url, Link::new(offset, false, bare)) {
                    events.push(Event::Start(tag));
                }
            }
            Tag::Image { ref dest_url, .. } => {
                if self.follow(dest_url, Link::new(offset, true, false)) {
                    events.push(Event::Start(tag));
                }
            }
            Tag::Table(alignments) => {
                let plain = vec![Alignment::None; alignments.len()];
                self.alignments = alignments;
                events.push(Event::Html("<div class=\"scroll\" tabindex=\"0\">".into()));
                events.push(Event::Start(Tag::Table(plain)));
            }
            Tag::TableHead | Tag::TableRow => {
                (self.in_head, self.cell) = (matches!(tag, Tag::TableHead), 0);
                events.push(Event::Start(tag));
            }
            Tag::TableCell => events.push(Event::Html(self.cell_start().into())),
            Tag::CodeBlock(kind) => {
                self.in_code = true;
                events.push(Event::Html(code_start(&kind).into()));
            }
            Tag::HtmlBlock => events.push(Event::Start(Tag::Paragraph)),
            other => events.push(Event::Start(other)),
        }
    }

    fn heading_level(&mut self, level: usize, offset: usize) {
        if level < 2 || level > self.level + 1 {
            let wanted = self.level + 1;
            let message = format!("heading of level {level} where {wanted} comes next");
            self.flaw(offset, Code::M101, message);
        }
        self.level = level.max(2);
    }

    fn cell_start(&mut self) -> String {
        let class = match self.alignments.get(self.cell) {
            Some(Alignment::Right) => " class=\"right\"",
            Some(Alignment::Center) => " class=\"center\"",
            Some(Alignment::Left | Alignment::None) | None => "",
        };
        self.cell += 1;
        let name = if self.in_head {
            "th scope=\"col\""
        } else {
            "td"
        };
        format!("<{name}{class}>")
    }

    /// Notes a link and says whether it may stand; pictures come from this site only.
    fn follow(&mut self, target: &str, mut link: Link) -> bool {
        let local = target.starts_with('/');
        let safe = is_safe_link(target) && (local || !link.image);
        if !safe {
            self.flaw(
                link.offset,
                Code::M102,
                format!("link to {target:?} is not allowed"),
            );
        } else if local || target.starts_with('#') {
            self.out.links.push((link.offset, target.to_owned()));
        } else if target.to_ascii_lowercase().starts_with("http") {
            self.out.outside.push((link.offset, target.to_owned()));
        }
        link.dropped = !safe;
        self.link = Some(link);
        safe
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the library's tags that need no care pass as they are"
    )]
    fn end<'a>(&mut self, tag: TagEnd, events: &mut Vec<Event<'a>>) {
        match tag {
            TagEnd::Heading(level) => {
                let Some((at, text)) = self.heading.take() else {
                    return;
                };
                let id = self.unique_id(&text);
                let level = (level as usize).max(2);
                if let Some(slot) = events.get_mut(at) {
                    *slot = Event::Html(format!("<h{level} id=\"{id}\">").into());
                }
                events.push(Event::Html(format!("</h{level}>\n").into()));
                self.words("\n");
                self.out.headings.push(Heading { level, id, text });
            }
            TagEnd::Link | TagEnd::Image => {
                let Some(link) = self.link.take() else { return };
                self.check_link(&link);
                if !link.dropped {
                    events.push(Event::End(tag));
                }
            }
            TagEnd::TableCell => {
                let name = if self.in_head { "th" } else { "td" };
                self.words(" ");
                events.push(Event::Html(format!("</{name}>").into()));
            }
            TagEnd::CodeBlock => {
                self.in_code = false;
                self.words("\n");
                events.push(Event::Html("</code></pre>\n".into()));
            }
            TagEnd::Table => {
                events.push(Event::End(tag));
                events.push(Event::Html("</div>\n".into()));
            }
            TagEnd::HtmlBlock => events.push(Event::End(TagEnd::Paragraph)),
            other => {
                self.words("\n");
                events.push(Event::End(other));
            }
        }
    }

    fn check_link(&mut self, link: &Link) {
        let text = link.text.trim().to_lowercase();
        if text.is_empty() && link.image {
            self.flaw(link.offset, Code::M101, "image without a text".to_owned());
        } else if text.is_empty() {
            self.flaw(link.offset, Code::M103, "link without a text".to_owned());
        } else if ["click here", "here", "link", "this", "this link"].contains(&text.as_str()) {
            let message = format!("link text \"{text}\" says nothing when read alone");
            self.flaw(link.offset, Code::M103, message);
        }
    }

    fn text(&mut self, text: &str, offset: usize) {
        let excused = self.in_code || self.link.as_ref().is_some_and(|link| link.bare_allowed);
        if !excused {
            for scheme in ["https://", "http://"] {
                if let Some(at) = text.find(scheme) {
                    let message = "bare address; give the link a text".to_owned();
                    self.flaw(offset + at, Code::M101, message);
                    break;
                }
            }
        }
        self.words(text);
    }

    fn words(&mut self, text: &str) {
        self.out.plain.push_str(text);
        if let Some((_, heading)) = &mut self.heading {
            heading.push_str(text);
        }
        if let Some(link) = &mut self.link {
            link.text.push_str(text);
        }
    }

    /// `text-` keeps prose apart from the ids of the page around it.
    fn unique_id(&mut self, text: &str) -> String {
        let mut id = String::new();
        for letter in text.to_lowercase().chars() {
            if letter.is_alphanumeric() {
                id.push(letter);
            } else if !id.is_empty() && !id.ends_with('-') {
                id.push('-');
            }
        }
        let id = id.trim_end_matches('-').to_owned();
        let id = if id.is_empty() {
            "section".to_owned()
        } else {
            id
        };
        let seen = self.ids.entry(id.clone()).or_insert(0);
        *seen += 1;
        if *seen == 1 {
            format!("text-{id}")
        } else {
            format!("text-{id}-{seen}")
        }
    }

    fn flaw(&mut self, offset: usize, code: Code, message: String) {
        self.out.flaws.push((offset, code, message));
    }
}

#[cfg(test)]
mod tests;
