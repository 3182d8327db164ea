"""The commands: arguments to the public API to a sheet to an exit code, a module each."""
