//! Shapes of types of the standard library.

use crate::{Bounds, Setting, Shape, Value};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

impl Setting for bool {
    fn shape() -> Shape {
        Shape::Flag
    }

    fn value(&self) -> Value {
        Value::Flag(*self)
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Setting for $number {
            fn shape() -> Shape {
                // TOML's numbers have 64 bits with a sign.
                let max = i128::try_from(<$number>::MAX).unwrap_or(i128::MAX);
                Shape::Number(Bounds { min: 0, max: max.min(i64::MAX.into()) })
            }

            fn value(&self) -> Value {
                Value::Number(i128::try_from(*self).unwrap_or(i128::MAX))
            }
        }
    )*};
}

numbers!(u8, u16, u32, u64, usize);

impl Setting for String {
    fn shape() -> Shape {
        Shape::Text("")
    }

    fn value(&self) -> Value {
        Value::Text(self.clone())
    }
}

impl Setting for PathBuf {
    fn shape() -> Shape {
        Shape::Text("path")
    }

    fn value(&self) -> Value {
        Value::Text(self.display().to_string())
    }
}

impl Setting for SocketAddr {
    fn shape() -> Shape {
        Shape::Text("address:port")
    }

    fn value(&self) -> Value {
        Value::Text(self.to_string())
    }
}

impl<T: Setting> Setting for Option<T> {
    fn shape() -> Shape {
        T::shape()
    }

    fn value(&self) -> Value {
        self.as_ref().map_or(Value::Absent, Setting::value)
    }
}

impl<T: Setting> Setting for Vec<T> {
    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()), Bounds::ANY_LENGTH)
    }

    fn value(&self) -> Value {
        Value::List(self.iter().map(Setting::value).collect())
    }
}

impl<T: Setting> Setting for BTreeMap<String, T> {
    fn shape() -> Shape {
        Shape::Names(Box::new(T::shape()))
    }

    fn value(&self) -> Value {
        let entries = self
            .iter()
            .map(|(name, value)| (name.clone(), value.value()));
        Value::Table(entries.collect())
    }
}
