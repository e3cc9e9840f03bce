"""Who runs the looks: this process, or workers behind addresses of their own."""
