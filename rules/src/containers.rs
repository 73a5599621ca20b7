//! Containers: why a process does not begin, does not stay, or has too little.

mod memory;
mod mounts;
pub(crate) mod start;
mod told;
pub(crate) mod trouble;

family!("containers":
    application_startup_failure,
    command_not_found,
    config_file_missing,
    container_exits_cleanly,
    crash_loop,
    environment_variable_missing,
    missing_dependency,
    out_of_memory_killed,
    permission_denied,
    port_conflict,
    read_only_filesystem,
    run_as_non_root_violation,
);
