//! Numbers and lists out of the bounds that their structs declare.

use super::document::At;
use waxseal_settings::{Bounds, Key, Shape, Value};

/// A value out of bounds: where, and the sentence.
pub(super) type OutOfBounds = (Vec<Step>, String);

/// One step of a path, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Element(usize),
}

impl Step {
    pub(super) fn at(&self) -> At<'_> {
        match self {
            Self::Key(name) => At::Key(name),
            Self::Element(index) => At::Element(*index),
        }
    }
}

/// All values of `value` that `shape` does not allow.
pub(super) fn out_of_bounds(shape: &Shape, value: &Value) -> Vec<OutOfBounds> {
    let mut found = Vec::new();
    look(shape, value, &mut Vec::new(), &mut found);
    found
}

fn look(shape: &Shape, value: &Value, path: &mut Vec<Step>, found: &mut Vec<OutOfBounds>) {
    match (shape, value) {
        (Shape::Number(bounds), Value::Number(number)) if !bounds.holds(*number) => {
            found.push((
                path.clone(),
                format!("{} must be {}", dotted(path), words(*bounds)),
            ));
        }
        (Shape::List(element, length), Value::List(values)) => {
            let count = i128::try_from(values.len()).unwrap_or(i128::MAX);
            if !length.holds(count) {
                let words = words(*length);
                found.push((
                    path.clone(),
                    format!("{} must have {words} elements", dotted(path)),
                ));
            }
            for (index, value) in values.iter().enumerate() {
                path.push(Step::Element(index));
                look(element, value, path, found);
                path.pop();
            }
        }
        (Shape::Names(element), Value::Table(entries)) => {
            for (name, value) in entries {
                path.push(Step::Key(name.clone()));
                look(element, value, path, found);
                path.pop();
            }
        }
        (Shape::Table(keys), Value::Table(entries)) => {
            for (name, value) in entries {
                let Some(key) = keys.iter().find(|key: &&Key| key.name == name) else {
                    continue;
                };
                path.push(Step::Key(name.clone()));
                look(&key.shape, value, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

/// `plugin.limits.wall_millis`.
fn dotted(path: &[Step]) -> String {
    let names = path.iter().filter_map(|step| match step {
        Step::Key(name) => Some(name.as_str()),
        Step::Element(_) => None,
    });
    names.collect::<Vec<_>>().join(".")
}

fn words(bounds: Bounds) -> String {
    let Bounds { min, max } = bounds;
    if max >= i64::MAX.into() {
        format!("at least {min}")
    } else if min == 0 {
        format!("at most {max}")
    } else {
        format!("{min} to {max}")
    }
}
