"""What looking, judging and serving cost, measured against bare requests (`make bench`)."""
