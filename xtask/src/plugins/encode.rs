//! From a core module, which carries its interface in a custom section, to a component.

use anyhow::{Context, Result, bail};
use std::path::Path;
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

/// What components may import: our interface and nothing of the system.
const PACKAGE: &str = "waxseal:plugin/";

/// Encodes `module` into `component`; leaves the file alone where nothing changed.
///
/// # Errors
/// When the module cannot be read or encoded, or imports something that no server offers.
pub(super) fn component(module: &Path, component: &Path) -> Result<()> {
    let core = std::fs::read(module).with_context(|| format!("reading {}", module.display()))?;
    let mut encoder = ComponentEncoder::default();
    let bytes = encoder.validate(true).module(&core)?.encode()?;
    check_imports(&bytes)?;
    let unchanged = std::fs::read(component).is_ok_and(|former| former == bytes);
    if !unchanged {
        let name = component.display();
        std::fs::write(component, &bytes).with_context(|| format!("writing {name}"))?;
        println!("Plugins: {name} ({} KiB)", bytes.len() / 1024);
    }
    Ok(())
}

fn check_imports(bytes: &[u8]) -> Result<()> {
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "only the outside is of interest"
        )]
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    let name = import?.name.name.to_owned();
                    if !name.starts_with(PACKAGE) {
                        bail!("it imports {name}, which no server offers");
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}
