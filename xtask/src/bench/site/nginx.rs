//! nginx in a folder of its own, serving the copy as files, compressed beforehand.

use crate::bench::scratch::{Running, free_port, wait_for_port};
use crate::shell;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// A running nginx.
pub(super) struct Nginx {
    /// Where it listens.
    pub(super) port: u16,
    _process: Running,
}

impl Nginx {
    /// Starts one over `copy`, with its files below `folder`.
    pub(super) fn start(folder: &Path, copy: &Path) -> Result<Self> {
        // Both sides compress once: ours on the first request, nginx's before the run.
        shell::output(Command::new("find").arg(copy).args([
            "-name", "*.html", "-exec", "gzip", "--keep", "-6", "{}", "+",
        ]))?;
        let port = free_port()?;
        let (shown, root) = (folder.display(), copy.display());
        let config = format!(
            "worker_processes auto;\npid {shown}/nginx.pid;\nerror_log {shown}/nginx.log;\ndaemon off;\n\
             events {{ worker_connections 512; }}\n\
             http {{\n access_log off;\n sendfile on;\n tcp_nopush on;\n keepalive_requests 1000000;\n\
             open_file_cache max=4000;\n gzip_static on;\n types {{ text/html html; text/css css; }}\n\
             client_body_temp_path {shown}/body;\n proxy_temp_path {shown}/proxy;\n\
             fastcgi_temp_path {shown}/fastcgi;\n uwsgi_temp_path {shown}/uwsgi;\n scgi_temp_path {shown}/scgi;\n\
             server {{ listen 127.0.0.1:{port}; root {root}; }}\n}}\n"
        );
        let file = folder.join("nginx.conf");
        fs::write(&file, config)?;
        // As root nginx would serve as another user, who may not read the folder.
        let user = Command::new("id").arg("-un").output()?.stdout;
        let user = String::from_utf8_lossy(&user).trim().to_owned();
        let mut nginx = Command::new("nginx");
        nginx.arg("-c").arg(&file);
        if user == "root" {
            nginx.args(["-g", "user root;"]);
        }
        let process = nginx.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let process = Running(process.context("starting nginx")?);
        wait_for_port(port).context("nginx did not start; see nginx.log in the bench folder")?;
        Ok(Self {
            port,
            _process: process,
        })
    }
}
