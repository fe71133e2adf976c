"""The resolved experiment in run.json: the parts that are read again, with their forms."""

from typing import Annotated, Any

import pydantic

from lth_keras.store.schemas.parts import Count, Json, KerasConfig, Open, Positive, Text

# Attributes of `Dataset` that change no number: a run that has them could choose where to write.
_NEVER_STORED = {"source", "storage", "cache_dir"}
_Rate = Annotated[float, pydantic.Field(ge=0, le=1)]


class ClassSettings(Open):
    """An object by its class; its other fields depend on the class."""

    # Python does not allow a field with the name `class`.
    kind: Text = pydantic.Field(alias="class")


class GranularitySettings(Open):
    """What a granularity's `get_config` gives."""

    class_name: Text
    config: dict[Text, Json]


class ScheduleSettings(Open):
    """What a schedule's `get_config` gives, without the class around it."""

    rounds: Count
    rate: _Rate
    # None: such layers are not pruned.
    rates: dict[Text, _Rate | None] | None = None
    scope: Text
    granularity: GranularitySettings | None = None


def _is_schedule(value):
    """Checks a schedule in either form: with its class around the settings, or without."""
    inner = value.get("config", value) if isinstance(value, dict) else value
    ScheduleSettings.model_validate(inner)
    return value


class ImpSettings(Open):
    """How IMP prunes."""

    schedule: Annotated[Any, pydantic.AfterValidator(_is_schedule)]
    criterion: ClassSettings


class DatasetSettings(ClassSettings):
    """What a data source's `get_config` gives."""

    @pydantic.model_validator(mode="after")
    def _names_no_place(self):
        wrong = sorted(_NEVER_STORED & set(self.model_extra)) if self.kind == "Dataset" else []
        if wrong:
            raise ValueError(f"it has {wrong[0]!r}, a place of this machine, which no run stores")
        return self


class Configuration(Open):
    """The resolved experiment; most fields depend on the classes used, some of them the user's."""

    model: KerasConfig
    optimizer: ClassSettings
    batch_size: Positive
    imp: ImpSettings
    dataset: DatasetSettings
    task: ClassSettings | None = None
