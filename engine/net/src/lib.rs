//! net room.
