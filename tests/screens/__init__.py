"""Pictures of every page and form that there is, found by their links, for whoever looks at them."""
