"""Where the rooms are put together: the one folder that imports Dagster, and the order of a refresh."""
