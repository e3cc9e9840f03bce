"""The pages for people without a login, by the signed links in their messages."""
