"""The commands: arguments to the public API to a sheet to an exit code, a module each.

What a command needs beyond its options is loaded when it runs, so that help, and the refusal of a
wrong command line, do not wait for every other command.
"""
