"""From a draft to a sealed release: whole or not at all, named by its content. Judging belongs to expectations."""
