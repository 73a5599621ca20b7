//! Storage: claims, volumes, full disks.

family!("storage":);
