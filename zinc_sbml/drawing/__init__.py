"""The network as a drawing: one table of places gives the SBML layout, the pictures and the SBGN map.

`table` reads ``models/layout.tsv`` into a `layout.Layout`; `sbml_layout`, `picture` and `sbgn` write it, with the
colours and lines of `style`.
"""
