"""The files of `run.py analyze`: done.json of each piece, and summary.json of each measure."""

from typing import Annotated

import pydantic

from lth_keras.store.schemas.parts import (
    Checksums,
    FolderName,
    Json,
    Seconds,
    Sha256,
    Strict,
    Text,
)

Drawn = Annotated[str, pydantic.Field(pattern=r"^[A-Za-z0-9_.-]{1,200}$")]


class PieceFacts(Strict):
    """done.json of a piece without its seal; further keys are results beside its rows."""

    model_config = pydantic.ConfigDict(extra="allow")

    measure: Text
    settings: dict[Text, Json]
    sources: dict[Text, Json]
    seconds: Seconds
    files: Checksums


class AnalysisSummary(Strict):
    """summary.json of a measure without its seal."""

    measure: Text
    name: FolderName
    title: Text
    data: Text
    statements: list[str]
    figures: list[Drawn]
    tables: list[Drawn]
    pieces: list[FolderName]
    settings: dict[Text, Json]
    question: str = ""
    captions: dict[Text, str] = {}
    files: dict[Drawn, Sha256]
