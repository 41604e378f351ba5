//! What a challenge starts from: the world file (`NAME.world.yml`), read with places for its errors, and filled into
//! a lab.
