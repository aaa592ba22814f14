"""The judge at the two borders: what comes in (landing) and what goes out (release, attack). Nothing here changes a figure.

The room reads only the frames and files handed to it and shares no code with ``pipelines.disclosure``: a checker that borrowed
the suppressor's code would borrow its faults.
"""
