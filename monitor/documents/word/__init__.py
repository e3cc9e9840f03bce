"""Documents in Word: what the office's template looks like, filled with the values of a document.

`writer` is the one door to docxtpl and python-docx; the others say what a template may hold and what its fields mean.
"""
