//! The main job on a recorded cluster: serve, collect, analyze
