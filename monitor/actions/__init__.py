"""What an office does, as plain functions of a transaction and values: a command or a form may ask for it."""
