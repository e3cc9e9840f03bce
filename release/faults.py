"""What ends a release."""


class ReleaseError(Exception):
    """One sentence in Chinese and one in English."""
