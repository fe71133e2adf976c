"""Tables as text: nothing is cut at 80 columns, and the numbers are the summary's."""

import io

import pandas as pd
import pytest
from rich.console import Console

from lth_keras.console.summary_tables import against_full_table, rounds_table, summary_table
from lth_keras.metric import ACCURACY
from lth_keras.statistics.published import PublishedFigure
from lth_keras.statistics.summary import summarise, summary_columns
from lth_keras.store.metrics import COLUMNS
from tests.statistics.accuracy_rows import table_fields
from tests.statistics.runs_against_full import NETWORKS, frame


def row(variant, index, loss, **more):
    return {
        "variant": variant, "round": index, "density": 0.107 if index else 1.0, "trials": 3,
        "early_stop_step_mean": 12345.0, "early_stop_step_ci_low": 12000.0,
        "early_stop_step_ci_high": 12400.0,
        "test_accuracy_final_mean": 0.82, "test_accuracy_final_ci_low": 0.7952,
        "max_mean_test_accuracy": 0.825, "max_mean_test_accuracy_epoch": 99.5,
        "train_loss_final_mean": loss, "diverged": 0,
    } | more


SUMMARY = pd.DataFrame(
    [
        row("full", 0, 0.00066),
        *(row("imp", index, 0.01) for index in range(3)),
        row("ticket", 10, 12345.678),
        *(
            row(name, 10, 0.5, diff_vs_ticket=-0.1234, diff_vs_ticket_ci_low=-0.2234)
            for name in ("dense_sparse_dense", "small_dense_random", "a_long_control_name_" * 2)
        ),
        {"variant": "remask", "round": 10, "density": 0.107, "trials": 3, "diverged": 3},
    ],
    columns=summary_columns(ACCURACY),
)


PUBLISHED = (
    PublishedFigure(variant="ticket", round=10, metric="max_mean_test_accuracy", value=0.8213,
                    tolerance=0.003, source="Table 1"),
    PublishedFigure(variant="ticket", round=10, metric="min_mean_train_loss", value=0.00171,
                    tolerance_ratio=3.0, source="Table 1"),
    PublishedFigure(variant="full", round=0, metric="diff_vs_ticket", value=0.0021,
                    tolerance=0.003, source="text"),
)


def render(table, width=80):
    file = io.StringIO()
    Console(file=file, width=width).print(table)
    return file.getvalue()


@pytest.mark.parametrize(
    "table",
    [
        summary_table(SUMMARY, "mnist_lt on mnist_5k [not mnist]"),
        summary_table(SUMMARY, "mnist_lt on mnist_5k [not mnist]", PUBLISHED),
        rounds_table(SUMMARY, "the rounds"),
    ],
    ids=["summary", "published", "rounds"],
)
def test_80_columns_hold_everything(table):
    text = render(table)
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= 80
    wide = render(table, width=300)
    # Folding a name may part it, but each character is there.
    assert sorted("".join(text.split()).replace("─", "")) == sorted(
        "".join(wide.split()).replace("─", "")
    )


def test_the_summary_table_says_what_the_summary_does():
    text = render(summary_table(SUMMARY, "a title with [brackets]", PUBLISHED), width=200)
    assert "a title with [brackets]" in text and "imp" not in text
    lines = text.splitlines()
    ticket = next(i for i, line in enumerate(lines) if "ticket@10" in line)
    assert lines[ticket].split() == [
        "ticket@10", "10.7", "3", "82.00", "82.50", "12345.678", "-", "82.13", "no",
    ]
    assert lines[ticket + 1].split() == ["±2.48", "@99.5", "0.00171", "?"]
    full = next(line for line in lines if "full" in line)
    assert full.split()[-2:] == ["0.0021", "?"] and "6.6e-04" in full
    remask = next(i for i, line in enumerate(lines) if "remask@10" in line)
    assert lines[remask].split() == ["remask@10", "10.7", "3", "-", "-", "-", "-", "-"]
    assert lines[remask + 1].split() == ["3", "div."]
    sparse = next(i for i, line in enumerate(lines) if "dense_sparse_dense@10" in line)
    assert "-12.34" in lines[sparse] and "±10.00" in lines[sparse + 1]
    assert "published" not in render(summary_table(SUMMARY, "t"))


def test_rounds_have_a_line_each():
    lines = render(rounds_table(SUMMARY, "the rounds")).splitlines()
    rows = [line.split() for line in lines if line.strip().startswith(("00 ", "01 ", "02 "))]
    assert rows[2] == [
        "02", "10.7", "3", "82.00", "±2.48", "82.50", "@99.5", "12345", "[12000,", "12400]",
        "1.0e-02",
    ]
    assert len(rows) == 3


def printed(summary, width=80):
    text = io.StringIO()
    Console(file=text, width=width).print(against_full_table(summary, "a run", width=width))
    return text.getvalue()


def test_a_wide_terminal_has_a_line_for_each_row():
    narrow, wide = (
        render(summary_table(SUMMARY, "a run", PUBLISHED[:1], width=width), width)
        for width in (80, 120))
    assert len(narrow.splitlines()) > len(wide.splitlines()) + 4
    assert any("82.00 ±2.48" in line and "82.50 @99.5" in line for line in wide.splitlines())
    assert all(len(line) <= 120 for line in wide.splitlines())
    lines = [line for line in printed(summarise(frame()), 120).splitlines() if "[" in line]
    assert lines and all("@" in line.split()[0] for line in lines)


def test_the_table_says_both_in_eighty_columns():
    text = printed(summarise(frame()))
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 80
    assert "same 70.0 %" in " ".join(text.split()) and "above -0.2 points" in " ".join(text.split())
    assert "2.5 " in text and "…" not in text


def test_there_is_no_table_without_a_full_network():
    rows = pd.DataFrame(map(table_fields, NETWORKS[2]), columns=list(COLUMNS))
    assert against_full_table(summarise(rows), "a run") is None


def test_the_table_says_that_one_trial_cannot_tell():
    rows = frame()
    text = printed(summarise(rows[rows["trial"] == 1]))
    assert "one trial has no interval" in " ".join(text.split())
