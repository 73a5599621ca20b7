# A new version imports a module that the image does not carry.
# rule: missing-dependency
# object: Deployment/production/shepherd
# never: crash-loop
make() { service 'container(.command = ["python3", "-c", "import shepherd_plugins"])'; }
settle() { until_true 60 "the module is missed" logged_line 'ModuleNotFoundError'; until_true 60 "it is restarted" restarted production 2; }
