"""The pipeline on real parts: store, door, channels."""
