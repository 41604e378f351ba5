//! The Kubernetes of the harness: a lab's own, which also knows clients by their certificates.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};

use labproof::lab::{Place, Programs};

use crate::certificates::Authority;
use crate::wait::Done;

/// A cluster, and the authority of its clients.
pub(crate) struct Kubernetes {
    inner: labproof::lab::Kubernetes,
    /// The certificate of the authority that the API server made for itself.
    pub(crate) ca: PathBuf,
    /// Whoever shows a certificate of it is known to the API server.
    pub(crate) clients: Authority,
    /// A token that authenticates and may do nothing.
    pub(crate) powerless: String,
}

impl Kubernetes {
    /// Starts a cluster with its files in `directory`.
    pub(crate) fn start(place: &Place, servers: &Programs, directory: &Path) -> Done<Kubernetes> {
        let clients = Authority::new("clients", &directory.join("clients"))?;
        let arguments = [format!("--client-ca-file={}", clients.certificate.display())];
        let inner = labproof::lab::Kubernetes::start(place, servers, directory, &arguments)?;
        let powerless = inner.powerless().expose().to_owned();
        Ok(Kubernetes { ca: inner.authority(), clients, powerless, inner })
    }

    /// The token with every right.
    pub(crate) fn admin(&self) -> &str {
        self.inner.admin().expose()
    }
}

impl Deref for Kubernetes {
    type Target = labproof::lab::Kubernetes;

    fn deref(&self) -> &labproof::lab::Kubernetes {
        &self.inner
    }
}

impl DerefMut for Kubernetes {
    fn deref_mut(&mut self) -> &mut labproof::lab::Kubernetes {
        &mut self.inner
    }
}
