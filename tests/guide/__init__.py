"""Pictures of the pages for docs/guide, and of every page there is to look at, at a moment that never changes."""
