"""The page's section on NoveltyBench: how many different good answers ten draws give."""
