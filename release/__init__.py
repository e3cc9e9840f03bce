"""Makes what is handed to offices: a bundle that installs where there is no network, and a report on known weaknesses.

Nothing here is part of the program.
"""
