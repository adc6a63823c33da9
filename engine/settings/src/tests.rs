//! What the derive makes of structs as the rooms have them.

use crate::{Bounds, Choice, Key, Setting, Shape, Value};

/// Some limits.
#[derive(Setting)]
#[serde(default, deny_unknown_fields)]
struct Limits {
    /// How many, and
    /// no more.
    ///
    /// Really.
    #[setting(min = 1, max = 10)]
    count_max: u8,
    /// Which way.
    #[serde(rename = "way")]
    direction: Way,
    /// Waits.
    #[setting(min = 2, len_min = 1, reload)]
    waits: Vec<u32>,
    #[setting(skip)]
    hidden: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            count_max: 3,
            direction: Way::Up,
            waits: vec![5, 6],
            hidden: true,
        }
    }
}

/// A way.
#[derive(Setting)]
#[serde(rename_all = "lowercase")]
enum Way {
    /// To the top.
    Up,
    /// To the bottom.
    DownUnder,
}

#[derive(Setting)]
struct Peer {
    /// Name.
    name: String,
    /// Port.
    #[serde(default = "port")]
    port: u16,
    /// Nick.
    nick: Option<String>,
    /// Flag.
    #[serde(default)]
    on: bool,
    /// Limits.
    #[serde(default)]
    limits: Limits,
    /// Other.
    #[setting(shape = free)]
    other: std::marker::PhantomData<u8>,
}

const fn port() -> u16 {
    25
}

fn free() -> Shape {
    Shape::Free
}

#[track_caller]
fn table(shape: Shape) -> Vec<Key> {
    let Shape::Table(keys) = shape else {
        panic!("{shape:?} is no table");
    };
    keys
}

#[test]
fn documentation_defaults_and_bounds() {
    let limits = table(Limits::shape());
    let [count, way, waits] = &limits[..] else {
        panic!("{:?}", limits);
    };
    assert_eq!(
        (count.name, count.docs),
        ("count_max", "How many, and no more.\n\nReally.")
    );
    assert_eq!(count.shape, Shape::Number(Bounds { min: 1, max: 10 }));
    assert_eq!(count.default, Value::Number(3));
    assert_eq!((way.name, &way.default), ("way", &Value::Text("up".into())));
    let choice = |name: &str, docs| Choice {
        name: name.to_owned(),
        docs,
    };
    let ways = vec![
        choice("up", "To the top."),
        choice("downunder", "To the bottom."),
    ];
    assert_eq!(way.shape, Shape::Choice(ways));
    let number = Shape::Number(Bounds {
        min: 2,
        max: u32::MAX.into(),
    });
    let length = Bounds {
        min: 1,
        max: i128::MAX,
    };
    assert_eq!(waits.shape, Shape::List(Box::new(number), length));
    assert!(waits.reload && !way.reload && !way.required);
}

#[test]
fn what_a_file_must_have() {
    let peer = table(Peer::shape());
    let keys: Vec<_> = peer
        .iter()
        .map(|key| (key.name, key.required, &key.default))
        .collect();
    let limits = Limits::default().value();
    assert_eq!(
        keys,
        [
            ("name", true, &Value::Absent),
            ("port", false, &Value::Number(25)),
            ("nick", false, &Value::Absent),
            ("on", false, &Value::Flag(false)),
            ("limits", false, &limits),
            ("other", true, &Value::Absent),
        ]
    );
    let text = format!("{:?}", Way::DownUnder.value());
    assert_eq!(text, "Text(\"downunder\")");
    assert!(Limits::default().hidden && Peer::shape() != Limits::shape());
}
