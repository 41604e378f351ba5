//! What is there again at once when it is taken away, since an object of the text keeps it: the Secret of a Certificate,
//! all that a GitOps tool syncs.

use super::super::object::parts;
use super::asked::{Asked, Object};
use super::known::Known;
use crate::claim::Text;

/// Tools that keep whatever their repositories say.
const SYNCS: [&str; 2] = [".argoproj.io", ".fluxcd.io"];
/// How the pods end that a node's kubelet makes of its own files.
const NODES: [&str; 6] =
    ["-controlplane", "-control-plane", "-master", "-minikube", "-docker-desktop", "-node01"];

/// Whether a thing that the text has not made may be kept by something that the text has.
pub(super) fn is_kept(asked: &Asked<'_>, object: &Object) -> bool {
    if asked.of(object).is_some_and(Known::is_made) {
        return false;
    }
    let name = object.name.shown();
    if object.word == "pod" && NODES.iter().any(|end| name.ends_with(end)) {
        return true;
    }
    let keepers = asked.known.iter().filter(|known| !known.gone && known.word().contains('.'));
    let mut keepers = keepers.filter(|known| known.subject != &asked.subject(object));
    keepers.any(|keeper| {
        let says = |path: &str| keeper.field(path).map(Text::shown).is_some_and(|one| one == name);
        let syncs = SYNCS.iter().any(|group| keeper.word().ends_with(group));
        let secret = object.word == "secret";
        syncs || secret && (parts(&keeper.subject.name).1 == name || keeper.paths().any(says))
    })
}
