//! The bundle format: paths, manifest, writer, reader
