//! Containers: why a process does not begin, does not stay, or has too little.

mod memory;
mod told;
mod trouble;

family!("containers": application_startup_failure, crash_loop, environment_variable_missing, out_of_memory_killed);
