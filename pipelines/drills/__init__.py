"""Drills: what the product promises of safety and endurance, tried out on this machine in a scratch folder. No real home is touched."""
