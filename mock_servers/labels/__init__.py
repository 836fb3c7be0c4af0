"""The words of the portals, one table for each part: what an element is called in English and in Japanese."""
