"""Pictures as SVG: drawn from values, without scripts and styles, readable in grey, each with its words."""
