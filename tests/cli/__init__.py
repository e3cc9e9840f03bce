"""The command line, typed as people type it."""
