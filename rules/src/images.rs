//! Images: why one does not come.

mod pull;

family!("images": image_not_found, image_pull_failing, registry_unreachable);
