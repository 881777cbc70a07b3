"""An opened run in; its shards carried out: on this machine, by batches, on a Ray cluster.

``carry`` is the way in. ``shards`` are what all engines have in common: shards at work on one event loop.
"""
