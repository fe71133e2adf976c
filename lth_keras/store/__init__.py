"""A run's folder on disk: networks' folders, lock, metrics, and the checks of what is stored."""
