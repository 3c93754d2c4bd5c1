"""Pure numbers: how far apart two distributions are, and how sure we are of an average."""
