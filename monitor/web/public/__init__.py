"""What people without a login may do, by the signed links in their messages."""
