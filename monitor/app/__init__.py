"""The one place where things are joined; nobody below it knows which collectors and channels there are."""
