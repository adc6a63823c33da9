//! The flat list of parts with IMAP's section numbers (RFC 9051 §6.4.5.1).

use crate::content::Content;
use crate::node::Node;
use waxseal_mail::Part;

/// A node still to be listed: its section path, and the listed part that encloses it.
struct Todo {
    node: usize,
    section: Vec<u32>,
    parent: Option<u32>,
}

/// All parts, depth first. The first is the message itself, with the empty section; where it is no
/// multipart, `1` is the same part and is not listed again. The body of a nested message is listed as
/// `N.1` where it is no multipart; where it is one, its parts are listed as `N.1`, `N.2`, … with the
/// nested message as their parent, since IMAP has no number for the multipart itself.
pub(super) fn flatten(nodes: &[Node]) -> Vec<Part> {
    let mut parts = Vec::with_capacity(nodes.len());
    let mut todo = vec![Todo {
        node: 0,
        section: Vec::new(),
        parent: None,
    }];
    while let Some(Todo {
        node,
        section,
        parent,
    }) = todo.pop()
    {
        let Some(node) = nodes.get(node) else {
            continue;
        };
        let position = u32::try_from(parts.len()).ok();
        parts.push(part(node, section.clone(), parent));
        let mut numbered = section;
        let mut container = node;
        if node.content.is_message() {
            let inner = node
                .children
                .first()
                .and_then(|child| Some((*child, nodes.get(*child)?)));
            let Some((child, inner)) = inner else {
                continue;
            };
            if let Some(part) = parts.last_mut() {
                part.inner_header_end = Some(inner.content_start);
            }
            if numbered.is_empty() {
                // A message that is nothing but a message: its body is part 1.
                numbered.push(1);
            }
            if !inner.content.is("multipart") {
                numbered.push(1);
                todo.push(Todo {
                    node: child,
                    section: numbered,
                    parent: position,
                });
                continue;
            }
            container = inner;
        }
        for (position_within, child) in container.children.iter().enumerate().rev() {
            let mut section = numbered.clone();
            section.push(u32::try_from(position_within + 1).unwrap_or(u32::MAX));
            todo.push(Todo {
                node: *child,
                section,
                parent: position,
            });
        }
    }
    parts
}

fn part(node: &Node, section: Vec<u32>, parent: Option<u32>) -> Part {
    let content = &node.content;
    let disposition = content.disposition.as_ref();
    Part {
        section,
        parent,
        media_type: lower(&content.media_type),
        media_subtype: lower(&content.subtype),
        charset: lower(content.parameters.raw("charset").unwrap_or_default()),
        disposition: disposition.map(|(kind, _)| lower(kind)).unwrap_or_default(),
        file_name: Content::file_name(content),
        encoding: content.transfer_encoding(),
        header_start: node.header_start,
        content_start: node.content_start,
        content_end: node.content_end,
        inner_header_end: None,
    }
}

fn lower(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).to_ascii_lowercase()
}
