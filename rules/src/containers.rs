//! Containers: why a process does not begin, does not stay, or has too little.

mod leak;
mod memory;
mod mounts;
mod peers;
pub(crate) mod start;
pub(crate) mod told;
pub(crate) mod trouble;

family!("containers":
    application_startup_failure,
    command_not_found,
    config_file_missing,
    container_exits_cleanly,
    crash_loop,
    environment_variable_missing,
    init_container_failing,
    init_container_hung,
    lifecycle_hook_failing,
    memory_leak,
    memory_near_limit,
    missing_dependency,
    out_of_memory_killed,
    permission_denied,
    pod_evicted,
    pod_stuck_terminating,
    port_conflict,
    read_only_filesystem,
    run_as_non_root_violation,
    sandbox_creation_failing,
);
