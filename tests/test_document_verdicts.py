"""Verdicts of the gallery: computed from a table's cell and the limits that a statement names."""

import pytest

from bench.documents import paired_claims, verdicts
from bench.documents.csv_rows import write_rows

CELLS = {"above": "+1.0 [+0.4, +1.6]", "clear": "**+1.0 [+0.4, +1.6]**",
         "below": "−1.0 [−1.6, −0.4]", "across": "+0.1 [−0.5, +0.7]",
         "half": "98.01 ± 0.09 @ 66", "count": "17 of 18", "thousands": "4,667 [2,554, 6,779]",
         "empty": "", "small": "4.5e−5 [7.5e−6, 8.2e−5]", "rounded": "12.0 [10.0, 14.0]"}


def statement(row, low="", high="", table="typed", column="value"):
    return {"statement": "s", "table": table, "row": row, "column": column, "low": low,
            "high": high}


@pytest.fixture
def docs(tmp_path):
    (tmp_path / "data").mkdir()
    write_rows(tmp_path / "data" / "typed.csv", [["row", "value"], *map(list, CELLS.items())])
    write_rows(tmp_path / "data" / "claims.csv", [
        ["table", "statement", "first", "second", "at"],
        *(["claims", f"{name} − full", f"runs/{name}", "runs/full", "7"] for name in "abc")])
    # Differences 10, 12, 14 points: p = 0.0092, clear in a row of one; of three with p = 0.0092,
    # 0.035 and 0.035 the first is tripled and stays clear, the others are doubled and do not.
    values = {"a": (0.6, 0.62, 0.64), "b": (0.58, 0.62, 0.66), "c": (0.58, 0.62, 0.66)}
    write_rows(tmp_path / "data" / "runs_finals.csv", [
        list(paired_claims.FINALS),
        *(["full", "0", "1", str(trial), "0.5"] for trial in (1, 2, 3)),
        *([name, "7", "0.2", str(trial), str(value)]
          for name, of in values.items() for trial, value in enumerate(of, 1))])
    return tmp_path


def known(trials="3"):
    entry = {"document": "a.md", "trials": trials, "networks": ""}
    return {"typed": {**entry, "table": "typed", "source": "transcribed"},
            "claims": {**entry, "table": "claims", "source": "paired"}}


@pytest.mark.parametrize("row, low, high, verdict", [
    ("above", "0", "", "holds"), ("above", "", "0", "does not"), ("above", "0.5", "", "open"),
    ("below", "0", "", "does not"), ("across", "0", "", "open"), ("across", "", "0.8", "holds"),
    ("half", "97.82", "98.42", "holds"), ("half", "98", "98.3", "open"),
    ("half", "97", "97.5", "does not"), ("count", "1", "", "open"),
    ("thousands", "2000", "7000", "holds"), ("clear", "0", "", "holds"),
    ("small", "", "0.001", "holds"), ("small", "0.00001", "", "open"),
    # Before it was rounded the interval may have begun at 9.96.
    ("rounded", "10", "", "open"), ("rounded", "9.9", "", "holds"),
    ("half", "97.92", "", "open"), ("half", "97.91", "", "holds")])
def test_the_whole_interval_decides(docs, row, low, high, verdict):
    assert verdicts.verdict_of(docs, known(), statement(row, low, high)) == verdict


def test_a_bold_interval_leaves_out_0_also_where_its_rounded_end_is_0(docs, monkeypatch):
    cells = {"better": "**+0.6 [+0.0, +1.2]**", "worse": "**−0.6 [−1.2, −0.0]**"}
    monkeypatch.setattr(verdicts, "evidence_of", lambda docs, known, at: cells[at["row"]])

    def of(row, low, high):
        place = statement(row, low, high, table="claims", column="at 20 %")
        return verdicts.verdict_of(docs, known(), place).removesuffix(verdicts.BY_ROW)

    assert of("better", "0", "") == of("worse", "", "0") == "holds"
    assert of("better", "", "0") == of("worse", "0", "") == "does not"


def test_two_trials_decide_nothing(docs):
    assert verdicts.verdict_of(docs, known("2"), statement("above", "0")) == "open"


def test_a_verdict_that_its_row_alone_supports_is_marked(docs):
    def of(name):
        return verdicts.verdict_of(docs, known(), statement(
            f"{name} − full", "0", table="claims", column="at 20 %"))

    assert paired_claims.clear_cells(docs, "claims") == {("a − full", "at 20 %")}
    assert of("a") == "holds" and of("b") == "holds\\*"


def test_a_difference_that_is_not_bold_is_open_where_it_is_asked_for_its_sign(docs, monkeypatch):
    # Without the correction's mark, above 0 is not enough; another limit needs no mark.
    monkeypatch.setattr(paired_claims, "marked", lambda text, corrected: text)
    place = {"table": "claims", "column": "at 20 %"}
    assert verdicts.verdict_of(docs, known(), statement("a − full", "0", **place)) == "open"
    assert verdicts.verdict_of(docs, known(), statement("a − full", "5", **place)) == "holds"


def test_a_ratio_that_is_not_bold_is_open_where_it_is_asked_whether_it_is_above_1(docs):
    # Trials 1.2, 1.3 and 1.4 times as late: p = 0.035, clear alone and not as the first of two.
    steps = {"a": (100, 100, 100), "b": (120, 130, 140), "c": (121, 131, 141)}
    rows = [["trial", "unit", "variant", "round", "density", "step_raw"]]
    rows += [[trial, unit, unit, 0, 1.0, step] for unit, of in steps.items()
             for trial, step in enumerate(of, 1)]
    write_rows(docs / "data" / "stops.csv", rows)

    def of(compared, low):
        entry = {"document": "a.md", "table": "stops", "source": "measure", "trials": "3",
                 "networks": f"{compared} b/a @ step_raw"}
        return verdicts.verdict_of(docs, {"stops": entry}, statement(
            "`b` over `a`", low, table="stops", column="step raw"))

    assert of("", "1") == "holds" and of("c/a", "1") == "open"
    assert of("c/a", "0.9") == "holds"


def test_the_word_over_in_a_claim_makes_it_no_ratio(docs, monkeypatch):
    monkeypatch.setattr(verdicts, "evidence_of", lambda docs, known, at: "+0.6 [+0.1, +1.1]")
    place = statement("biases carried over − set back", "0", table="claims", column="at 20 %")
    assert verdicts.verdict_of(docs, known(), place) == "open"


@pytest.mark.parametrize("change, said", [
    ({"low": "", "high": ""}, "expected at least one number"),
    ({"low": "2", "high": "1"}, "expected at least one number, the lower one first"),
    ({"low": "much"}, "the limits 'much' and ''"), ({"row": "empty"}, "an empty cell of typed"),
    ({"row": "other"}, "0 rows 'other'"), ({"column": "p"}, "the column 'p'"),
    ({"table": "gone"}, "names the table 'gone'")])
def test_what_a_statement_lacks_is_named(docs, change, said):
    with pytest.raises(ValueError, match=said):
        verdicts.verdict_of(docs, known(), statement("above", "0") | change)
