//! Notices when plugin files or the configuration change, by looking.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Between two looks.
const PERIOD: Duration = Duration::from_secs(2);

/// The configuration file and the folder of plugins.
pub(crate) struct FileWatch {
    config_file: PathBuf,
    folder: PathBuf,
    period: Duration,
    seen: Sight,
}

/// Names, sizes and times of what is watched.
type Sight = Vec<(PathBuf, u64, Option<SystemTime>)>;

impl FileWatch {
    /// Begins with what is there now.
    pub(crate) fn new(config_file: &Path, folder: &Path) -> Self {
        Self {
            config_file: config_file.to_owned(),
            folder: folder.to_owned(),
            period: PERIOD,
            seen: look(config_file, folder),
        }
    }

    /// Resolves once something changed and then stayed as it is for a whole period: a file that is
    /// still being written is waited for.
    pub(crate) async fn changed(&mut self) {
        let mut before = self.seen.clone();
        loop {
            tokio::time::sleep(self.period).await;
            let (config_file, folder) = (self.config_file.clone(), self.folder.clone());
            let looked = tokio::task::spawn_blocking(move || look(&config_file, &folder));
            let Ok(now) = looked.await else {
                continue;
            };
            if now != self.seen && now == before {
                self.seen = now;
                return;
            }
            before = now;
        }
    }
}

fn look(config_file: &Path, folder: &Path) -> Sight {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path());
    let files = files.filter(|path| {
        path.extension()
            .is_some_and(|extension| extension == "wasm")
    });
    let mut sight: Sight = files
        .chain([config_file.to_owned()])
        .filter_map(|path| {
            let metadata = std::fs::metadata(&path).ok()?;
            Some((path, metadata.len(), metadata.modified().ok()))
        })
        .collect();
    sight.sort();
    sight
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_new_file_is_noticed_once_it_rests() {
        let folder = std::env::temp_dir().join(format!("waxseal-watch-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let config_file = folder.join("waxseal.toml");
        std::fs::write(&config_file, "a").unwrap();
        let mut watch = FileWatch::new(&config_file, &folder);
        watch.period = Duration::from_millis(5);
        std::fs::write(folder.join("notes.txt"), "not a plugin").unwrap();
        let nothing = tokio::time::timeout(Duration::from_millis(50), watch.changed()).await;
        assert!(nothing.is_err());
        for (name, text) in [
            ("new.wasm", "\0asm"),
            ("new.wasm", "\0asm more"),
            ("waxseal.toml", "bb"),
        ] {
            std::fs::write(folder.join(name), text).unwrap();
            watch.changed().await;
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
