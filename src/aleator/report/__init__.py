"""From result directories to one self-contained HTML page.

Reads what `aleator eval` wrote and nothing else: no model and no torch is needed to make a page, so
a report can be made on any machine that has the files. What a whole split holds is the published
grids' to say, which come with the package.
"""
