"""A run's folder on disk: networks' folders, the lock, metrics, and checks of stored files."""
