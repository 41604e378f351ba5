//! One lab: an address range of its own, a cluster that stays, and a world that can be made anew.

use std::fs::Permissions;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::kubernetes::Kubernetes;
use crate::prng::{Prng, fresh_seed};
use crate::servers::Servers;
use crate::wait::Done;
use crate::world::{Names, World};

/// Everything that a trial needs: servers, a cluster, and the world on top of it.
pub(crate) struct Lab {
    pub(crate) servers: Arc<Servers>,
    pub(crate) kubernetes: Kubernetes,
    pub(crate) world: World,
    pub(crate) directory: PathBuf,
    octet: u8,
    worlds: u32,
    /// Held as long as the lab lives: no other lab takes this range.
    _range: TcpListener,
}

impl Lab {
    /// Starts the servers and makes the world that `names` describes.
    pub(crate) fn start(servers: Arc<Servers>, root: &std::path::Path, name: &str) -> Done<Lab> {
        let directory = root.join(name);
        std::fs::create_dir_all(&directory).map_err(|error| error.to_string())?;
        // PostgreSQL runs as another user and has to get to its own directory below.
        std::fs::set_permissions(&directory, Permissions::from_mode(0o755))
            .map_err(|error| error.to_string())?;
        let (octet, range) = free_range()?;
        let ip = server_ip(octet);
        let cluster = directory.join("kubernetes");
        let kubernetes = Kubernetes::start(&servers, ip, octet, &cluster)?;
        let names = Names::of_the_seed();
        let place = directory.join("world-0");
        let world = World::start(&servers, &kubernetes, octet, &place, names)?;
        Ok(Lab { servers, kubernetes, world, directory, octet, worlds: 0, _range: range })
    }

    /// Throws the world away and makes another; the cluster stays.
    pub(crate) fn renew(&mut self, names: Names) -> Done<()> {
        self.world.clear(&self.kubernetes)?;
        self.worlds += 1;
        let place = self.directory.join(format!("world-{}", self.worlds));
        self.world = World::start(&self.servers, &self.kubernetes, self.octet, &place, names)?;
        Ok(())
    }

    /// An address of this lab on which nothing listens.
    pub(crate) fn nowhere(&self) -> String {
        format!("127.{}.255.200:1", self.octet)
    }

    /// Where the lab's servers and stand-ins listen.
    pub(crate) fn ip(&self) -> IpAddr {
        server_ip(self.octet)
    }
}

/// A port of `ip` that is free now; the range belongs to one lab, so that it stays so.
pub(crate) fn free_port(ip: IpAddr) -> Done<u16> {
    let listener = TcpListener::bind((ip, 0)).map_err(|error| format!("{ip}: {error}"))?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}

/// The address of the Service, at which PostgreSQL really listens.
pub(crate) fn service_ip(octet: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, octet, 0, 10))
}

fn server_ip(octet: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, octet, 255, 2))
}

/// A second octet that no other lab on this machine holds.
fn free_range() -> Done<(u8, TcpListener)> {
    let mut prng = Prng::new(fresh_seed());
    for _ in 0..200 {
        let Ok(octet) = u8::try_from(prng.between(16, 255)) else { continue };
        let Ok(range) = TcpListener::bind((Ipv4Addr::new(127, octet, 255, 1), 54_320)) else {
            continue;
        };
        if TcpListener::bind((service_ip(octet), 5432)).is_ok() {
            return Ok((octet, range));
        }
    }
    Err("no free range in 127.0.0.0/8; does something listen on port 5432 of every address?".into())
}
