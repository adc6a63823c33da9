//! The ranking report as text: every query, figures by set and class, and what each part of the
//! ranking is worth.

use std::fmt::Write as _;

use super::evaluate::{Class, Figures, Outcome, Set, evaluate};
use super::index::{Index, IndexError};
use super::tuning::Part;
use crate::catalog::Catalog;

/// Asks every query of the catalog's evaluation and writes the report.
///
/// # Errors
/// When an index cannot be made or read.
pub fn report(catalog: &Catalog) -> Result<String, IndexError> {
    let evaluation = &catalog.evaluation;
    let full = evaluate(&Index::build(catalog)?, evaluation)?;
    let mut text = String::new();
    for outcome in &full {
        text.push_str(&line(outcome));
    }
    text.push('\n');
    for set in Set::ALL {
        let of = full.iter().filter(|one| one.asked.set == set);
        text.push_str(&figures(set.words(), Figures::over(of)));
    }
    for class in Class::ALL {
        let of = full.iter().filter(|one| one.asked.class == class);
        text.push_str(&figures(class.word(), Figures::over(of)));
    }
    text.push_str(&figures("all", Figures::over(full.iter())));
    for part in Part::ALL {
        let index = Index::build_without(catalog, Some(part))?;
        let without = evaluate(&index, evaluation)?;
        let name = format!("without {}", part.word());
        text.push('\n');
        text.push_str(&figures(&name, Figures::over(without.iter())));
        for (before, after) in full.iter().zip(&without) {
            if after.ndcg < before.ndcg {
                text.push_str("  worse  ");
                text.push_str(&line(after));
            } else if after.ndcg > before.ndcg {
                text.push_str("  better ");
                text.push_str(&line(after));
            }
        }
    }
    Ok(text)
}

fn line(outcome: &Outcome) -> String {
    let rank = outcome.rank.map_or("-".to_owned(), |rank| rank.to_string());
    let first = outcome.first.as_deref().unwrap_or("nothing");
    format!(
        "{:<8} rank {rank:>2}  ndcg {:.2}  {:<34} {first}\n",
        outcome.asked.class.word(),
        outcome.ndcg,
        outcome.asked.text,
    )
}

fn figures(name: &str, figures: Option<Figures>) -> String {
    let mut text = String::new();
    if let Some(found) = figures {
        let written = writeln!(
            text,
            "{name:<22} {:>3} queries  MRR@10 {:.3}  NDCG@10 {:.3}  success@1 {:.3}  empty {}",
            found.queries, found.mrr, found.ndcg, found.first, found.empty,
        );
        written.unwrap_or_default();
    }
    text
}
