//! The BODYSTRUCTURE and BODY response data (RFC 9051 §7.5.2).

use crate::content::Content;
use crate::imap_string::{nstring, number, string};
use crate::node::Node;
use crate::parameters::Parameters;

/// With extension data or without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// BODYSTRUCTURE.
    Extended,
    /// BODY.
    Basic,
}

/// What stands where the grammar wants a body and there is none: a multipart without parts, a message
/// too deep to look into.
const NO_BODY: &[u8] = b"(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 0 0";
const NO_ENVELOPE: &[u8] = b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)";

/// Writes the structure of the node at `position` and of all below it; recursion goes as deep as the
/// scanner's depth limit let the tree grow.
pub(crate) fn write(nodes: &[Node], position: usize, form: Form, out: &mut Vec<u8>) {
    let Some(node) = nodes.get(position) else {
        no_body(form, out);
        return;
    };
    let content = &node.content;
    out.push(b'(');
    if content.is("multipart") {
        for child in &node.children {
            write(nodes, *child, form, out);
        }
        if node.children.is_empty() {
            no_body(form, out);
        }
        out.push(b' ');
        string(out, &content.subtype);
        if form == Form::Extended {
            out.push(b' ');
            parameters(&content.parameters, None, out);
            disposition_language_location(content, out);
        }
        out.push(b')');
        return;
    }
    single(node, out);
    if content.is_message() {
        let child = node.children.first().copied();
        let inner = child.and_then(|child| nodes.get(child));
        let envelope = inner.and_then(|inner| inner.envelope.as_deref());
        out.push(b' ');
        out.extend_from_slice(envelope.unwrap_or(NO_ENVELOPE));
        out.push(b' ');
        write(nodes, child.unwrap_or(nodes.len()), form, out);
        number(out, node.lines);
    } else if content.is("text") {
        number(out, node.lines);
    }
    if form == Form::Extended {
        out.push(b' ');
        nstring(out, content.md5.as_deref());
        disposition_language_location(content, out);
    }
    out.push(b')');
}

/// Type, subtype and `body-fields`.
fn single(node: &Node, out: &mut Vec<u8>) {
    let content = &node.content;
    string(out, &content.media_type);
    out.push(b' ');
    string(out, &content.subtype);
    out.push(b' ');
    // Text without a charset is ASCII (RFC 2045 §5.2), and clients are used to being told.
    let unsaid = content.is("text") && content.parameters.raw("charset").is_none();
    let charset: (&[u8], &[u8]) = (b"charset", b"us-ascii");
    parameters(&content.parameters, unsaid.then_some(charset), out);
    out.push(b' ');
    nstring(out, content.id.as_deref());
    out.push(b' ');
    nstring(out, content.description.as_deref());
    out.push(b' ');
    let encoding = Some(&content.encoding[..]).filter(|encoding| !encoding.is_empty());
    string(out, encoding.unwrap_or(b"7bit"));
    number(out, node.content_end - node.content_start);
}

fn no_body(form: Form, out: &mut Vec<u8>) {
    out.extend_from_slice(NO_BODY);
    out.extend_from_slice(match form {
        Form::Extended => b" NIL NIL NIL NIL)",
        Form::Basic => b")",
    });
}

fn parameters(parameters: &Parameters, more: Option<(&[u8], &[u8])>, out: &mut Vec<u8>) {
    let mut separator = b'(';
    let written = parameters
        .0
        .iter()
        .map(|(name, value)| (&name[..], &value[..]));
    for (name, value) in written.chain(more) {
        out.push(separator);
        string(out, name);
        out.push(b' ');
        string(out, value);
        separator = b' ';
    }
    out.extend_from_slice(if separator == b'(' { b"NIL" } else { b")" });
}

fn disposition_language_location(content: &Content, out: &mut Vec<u8>) {
    out.push(b' ');
    match &content.disposition {
        Some((kind, of)) => {
            out.push(b'(');
            string(out, kind);
            out.push(b' ');
            parameters(of, None, out);
            out.push(b')');
        }
        None => out.extend_from_slice(b"NIL"),
    }
    out.push(b' ');
    match &content.language[..] {
        [] => out.extend_from_slice(b"NIL"),
        tags => {
            let mut separator = b'(';
            for tag in tags {
                out.push(separator);
                string(out, tag);
                separator = b' ';
            }
            out.push(b')');
        }
    }
    out.push(b' ');
    nstring(out, content.location.as_deref());
}
