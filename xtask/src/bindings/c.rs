//! C: what `wit-bindgen c` makes of a world, with the type of the component as text of the assembler.

use super::{Files, parse};
use anyhow::{Context, Result};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use wit_bindgen_core::wit_parser::Resolve;

/// What all generated names begin with, the world's as well as those of its interfaces.
const PREFIX: &str = "wit";

/// Makes `wit.h` and `wit.c` of one world.
pub(super) fn generate(wit: &Path, world: &str, files: &mut Files) -> Result<()> {
    let folder = PathBuf::from("plugins/sdk/c/worlds").join(world);
    // The generator stands on a parser of its own version.
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(wit)?;
    let id = resolve.select_world(&[package], Some(world))?;
    let interfaces = interfaces(&resolve, id);
    let rename = interfaces
        .iter()
        .map(|(key, short)| (key.clone(), renamed(short)));
    let options = wit_bindgen_c::Opts {
        rename_world: Some(PREFIX.to_owned()),
        rename: rename.collect(),
        no_object_file: true,
        ..wit_bindgen_c::Opts::default()
    };
    let mut made = wit_bindgen_core::Files::default();
    options.build().generate(&mut resolve, id, &mut made)?;
    for (name, bytes) in made.iter() {
        let mut text = trimmed(std::str::from_utf8(bytes)?);
        if Path::new(name).extension().is_some_and(|end| end == "h") {
            announce(&mut text, world, &interfaces);
        } else {
            text.push_str(&component_type(wit, world)?);
        }
        files.insert(folder.join(name), text);
    }
    Ok(())
}

/// Key and short name of each interface of a world.
fn interfaces(
    resolve: &Resolve,
    world: wit_bindgen_core::wit_parser::WorldId,
) -> Vec<(String, String)> {
    let world = &resolve.worlds[world];
    let keys = world.imports.keys().chain(world.exports.keys());
    let named = keys.map(|key| {
        let full = resolve.name_world_key(key);
        let short = full.rsplit('/').next().unwrap_or(&full);
        let short = short.split('@').next().unwrap_or(short).replace('-', "_");
        (full, short)
    });
    named.collect()
}

/// The shared types carry the prefix alone: `wit_outcome_t`.
fn renamed(short: &str) -> String {
    if short == "types" {
        PREFIX.to_owned()
    } else {
        format!("{PREFIX}_{short}")
    }
}

/// Without spaces at the ends of lines.
fn trimmed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Says in the header which world and interfaces these are, for the preprocessor.
fn announce(text: &mut String, world: &str, interfaces: &[(String, String)]) {
    let mut lines = String::from("\n/* Which world and interfaces these are. */\n");
    let upper = |name: &str| name.replace('-', "_").to_ascii_uppercase();
    lines.push_str(&format!("#define WIT_WORLD_{} 1\n", upper(world)));
    for (_, short) in interfaces {
        lines.push_str(&format!("#define WIT_HAS_{} 1\n", upper(short)));
    }
    let guard = "#define __BINDINGS_WIT_H\n";
    *text = text.replacen(guard, &format!("{guard}{lines}"), 1);
}

/// The custom section from which the core module becomes a component, and the symbol that the
/// generated code asks for so that nobody forgets it.
fn component_type(wit: &Path, world: &str) -> Result<String> {
    let (resolve, package) = parse(wit)?;
    let id = resolve.select_world(&[package], Some(world))?;
    let encoding = wit_component::StringEncoding::UTF8;
    let section = wit_component::metadata::encode(&resolve, id, encoding, None, false)
        .context("encoding the type of the component")?;
    let mut text = String::from(
        "\n/* The type of the component, kept beside the code in a section of its own. */\n\
         void __component_type_object_force_link_wit(void) {}\n\
         __asm__(\".section \\\".custom_section.component-type:wit\\\",\\\"\\\",@\\n\"\n",
    );
    for chunk in section.chunks(32) {
        text.push_str("        \".byte ");
        for (index, byte) in chunk.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(text, "{comma}{byte}")?;
        }
        text.push_str("\\n\"\n");
    }
    text.push_str(");\n");
    Ok(text)
}
