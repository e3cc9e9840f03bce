"""Pictures of the pages for docs/guide, at a moment that never changes."""
