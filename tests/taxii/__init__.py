"""TAXII 2.1 as this server speaks it: a test for every requirement.

The docstring of a test begins with the ids that it covers, ``Covers 3.4.1g, Q9, R4, N17.``:

- ``3.4.1g`` and its like are rows of the requirements of TAXII 2.1, by section;
- ``Q1`` ... are the rows of the same list that are not in the standard;
- ``R1`` to ``R12`` are the rules that follow from real clients;
- ``N1`` to ``N25`` are the numbered failings of other servers, each a regression test here.

So a search for an id finds its tests. ``test_coverage.py`` holds the folder to the lists where they are at hand.
"""
