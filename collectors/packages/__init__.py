"""Packages of apps behind links: fetched by ranges, read as archives, judged by what phones install."""
