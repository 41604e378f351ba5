//! One lab of the harness: a cluster that stays, and a world that can be made anew.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use labproof::lab::{POSTGRES_PORT, Place, Programs};

use crate::kubernetes::Kubernetes;
use crate::wait::Done;
use crate::world::{Names, World};

/// Everything that a trial needs: servers, a cluster, and the world on top of it.
pub(crate) struct Lab {
    pub(crate) servers: Arc<Programs>,
    pub(crate) kubernetes: Kubernetes,
    pub(crate) world: World,
    pub(crate) directory: PathBuf,
    pub(crate) place: Place,
    worlds: u32,
}

impl Lab {
    /// Starts the servers and makes the world of the seed.
    pub(crate) fn start(servers: Arc<Programs>, root: &std::path::Path) -> Done<Lab> {
        let place = Place::claim(&servers, root, Some(POSTGRES_PORT), false)?;
        let directory = place.directory().to_owned();
        let kubernetes = Kubernetes::start(&place, &servers, &directory.join("kubernetes"))?;
        let names = Names::of_the_seed();
        let world = World::start(&servers, &kubernetes, &place, &directory.join("world-0"), names)?;
        Ok(Lab { servers, kubernetes, world, directory, place, worlds: 0 })
    }

    /// Throws the world away and makes another; the cluster stays.
    pub(crate) fn renew(&mut self, names: Names) -> Done<()> {
        self.world.clear(&mut self.kubernetes)?;
        self.worlds += 1;
        let directory = self.directory.join(format!("world-{}", self.worlds));
        let (servers, kubernetes) = (&self.servers, &self.kubernetes);
        self.world = World::start(servers, kubernetes, &self.place, &directory, names)?;
        Ok(())
    }

    /// An address of this lab on which nothing listens.
    pub(crate) fn nowhere(&self) -> String {
        self.place.nowhere().to_string()
    }

    /// Where the lab's servers and stand-ins listen.
    pub(crate) fn ip(&self) -> IpAddr {
        self.place.ip()
    }
}
