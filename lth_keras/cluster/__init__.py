"""Jobs side by side: several workers, on this machine or on a cluster, over one store.

Nothing is imported here: a worker has to be pinned to its cores before TensorFlow is imported.
"""
