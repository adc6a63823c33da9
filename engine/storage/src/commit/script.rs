//! A run of statements with their arguments.

use serde_json::Value;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, SqliteConnection};

/// Rows of one INSERT: few sizes, so that the cache of prepared statements is hit.
const ROWS: [usize; 4] = [64, 16, 4, 1];
/// Elements of one JSON list.
const LIST_MAX: usize = 20_000;
/// Up to so many statements go to the database thread in one hop, as one text.
const JOINED_MAX: usize = 12;

/// One argument of a statement.
pub(crate) enum Bound {
    Null,
    Number(i64),
    Text(String),
    Octets(Vec<u8>),
}

impl From<i64> for Bound {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}
impl From<String> for Bound {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<Option<i64>> for Bound {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::Null, Self::Number)
    }
}
impl From<Option<String>> for Bound {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}
impl From<Vec<u8>> for Bound {
    fn from(octets: Vec<u8>) -> Self {
        Self::Octets(octets)
    }
}

/// Adds one argument.
pub(crate) fn bind(arguments: &mut Vec<Bound>, value: impl Into<Bound>) {
    arguments.push(value.into());
}

/// The arguments as the library wants them.
fn encoded(bound: Vec<Bound>) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(bound.len(), 0);
    for value in bound {
        let added = match value {
            Bound::Null => arguments.add(None::<i64>),
            Bound::Number(number) => arguments.add(number),
            Bound::Text(text) => arguments.add(text),
            Bound::Octets(octets) => arguments.add(octets),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

#[derive(Default)]
pub(crate) struct Script(Vec<Statement>);

struct Statement {
    sql: String,
    arguments: Vec<Bound>,
    single: bool,
}

impl Script {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One statement.
    pub(crate) fn add(&mut self, sql: &str, arguments: impl FnOnce(&mut Vec<Bound>)) {
        let mut statement = Statement {
            sql: sql.to_owned(),
            arguments: Vec::new(),
            single: true,
        };
        arguments(&mut statement.arguments);
        self.0.push(statement);
    }

    /// A statement whose one argument is a JSON list; none for an empty list.
    pub(crate) fn add_list(&mut self, sql: &str, mut list: Vec<Value>) {
        while !list.is_empty() {
            let rest = list.split_off(list.len().min(LIST_MAX));
            let text = Value::Array(list).to_string();
            self.add(sql, |arguments| bind(arguments, text));
            list = rest;
        }
    }

    /// INSERTs of many rows each.
    pub(crate) fn insert<T>(
        &mut self,
        head: &str,
        columns: usize,
        rows: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
        row: impl Fn(&mut Vec<Bound>, T),
    ) {
        let mut rows = rows.into_iter();
        let tuple = format!("({})", vec!["?"; columns].join(", "));
        while rows.len() > 0 {
            let left = rows.len();
            let count = ROWS.into_iter().find(|count| *count <= left).unwrap_or(1);
            let tuples = vec![tuple.as_str(); count].join(", ");
            let mut arguments = Vec::with_capacity(count * columns);
            for one in rows.by_ref().take(count) {
                row(&mut arguments, one);
            }
            let sql = format!("{head}{tuples}");
            self.0.push(Statement {
                sql,
                arguments,
                single: count == 1,
            });
        }
    }

    /// Runs everything in a transaction that is left open.
    pub(crate) async fn run(self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let joined = self.0.len() <= JOINED_MAX && self.0.iter().all(|statement| statement.single);
        if joined {
            return self.run_joined(connection).await;
        }
        sqlx::query("BEGIN IMMEDIATE")
            .execute(&mut *connection)
            .await?;
        for statement in self.0 {
            sqlx::query_with(AssertSqlSafe(statement.sql), encoded(statement.arguments)?)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    /// As one text with all arguments behind each other: each statement takes as many as it has
    /// question marks. A lone operation so pays for one hop to the database thread.
    async fn run_joined(self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let mut sql = String::from("BEGIN IMMEDIATE");
        let mut arguments = Vec::new();
        for statement in self.0 {
            sql.push_str("; ");
            sql.push_str(&statement.sql);
            arguments.extend(statement.arguments);
        }
        sqlx::query_with(AssertSqlSafe(sql), encoded(arguments)?)
            .execute(&mut *connection)
            .await?;
        Ok(())
    }
}
