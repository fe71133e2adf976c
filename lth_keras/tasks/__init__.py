"""What a network is trained for: its loss, its metrics, and the labels that it takes."""

from lth_keras.metric import ACCURACY, Metric
from lth_keras.tasks.binary_classification import BinaryClassification
from lth_keras.tasks.classification import Classification
from lth_keras.tasks.dry_run import check_functions
from lth_keras.tasks.language_model import LanguageModel, next_tokens
from lth_keras.tasks.regression import Regression
from lth_keras.tasks.stored_task import stored_task
from lth_keras.tasks.task import Task
from lth_keras.tasks.weighting import weighted

__all__ = [
    "ACCURACY", "BinaryClassification", "Classification", "LanguageModel", "Metric", "Regression",
    "Task", "check_functions", "next_tokens", "stored_task", "weighted",
]
