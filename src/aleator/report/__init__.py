"""From result directories to one self-contained HTML page.

Reads what `aleator eval` wrote and nothing else: no model, no torch, no distribution is needed to
make a page, so a report can be made on any machine that has the files.
"""
