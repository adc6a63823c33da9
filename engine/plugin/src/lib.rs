//! plugin room.
