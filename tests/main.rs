

mod parse;
mod render;
