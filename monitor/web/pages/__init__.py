"""The pages: a module for each, which reads what it shows and fills its template."""
