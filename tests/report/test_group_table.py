"""The table of groups, by hand."""

import types

from lth_keras.report.group_table import groups


def run_with(header, facts):
    return types.SimpleNamespace(
        header=header, subject="made up", rounds=lambda variant: sorted(
            {each["round"] for each in facts if each["variant"] == variant}),
        facts={(index, "name"): each for index, each in enumerate(facts)})


def test_shares_of_weights_and_of_blocks_are_means_over_trials():
    def network(round, density, kept):
        return {"variant": "imp", "round": round, "density": density, "kept_groups": kept}

    run = run_with(
        {"groups": {"name": "block", "granularity": "Blocks((4, 1))",
                    "sizes": {"fc/kernel": 10, "out/kernel": 40}}},
        [network(0, 1.0, {"fc/kernel": 10, "out/kernel": 40}),
         network(1, 0.5, {"fc/kernel": 4, "out/kernel": 20}),
         network(1, 0.4, {"fc/kernel": 6, "out/kernel": 20})])
    table = groups(run)
    assert table.headings == [
        "round", "weights (%)", "blocks (%)", "fc/kernel (%)", "out/kernel (%)"]
    assert table.rows == [["round_00", "100", "100", "100", "100"],
                          ["round_01", "45", "50", "50", "50"]]


def test_where_a_group_is_a_weight_there_are_no_rows():
    assert groups(run_with({}, [])).rows == []
