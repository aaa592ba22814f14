"""From a draft to a sealed release: written whole, named by its content, checked against what was judged. Judging belongs to expectations."""
