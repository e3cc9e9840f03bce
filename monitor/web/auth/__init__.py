"""Who opens the pages: sessions, what they may see, and how the browser proves that a form is ours."""
