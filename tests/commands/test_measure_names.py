"""`--only` is compared with the measures that gin's text names, without their code."""

import pytest

from lth_keras import analysis
from lth_keras.analysis import measures
from lth_keras.commands import gin_files
from lth_keras.commands.measure_names import MEASURES, QUICK, check_only
from lth_keras.errors import ConfigurationError


def test_the_names_are_those_of_the_measures():
    found = {name: vars(getattr(measures, name))["name"] for name in measures.__all__}
    assert MEASURES == found
    assert QUICK == tuple(type(each).__name__ for each in analysis.Analysis().measures)


@pytest.mark.parametrize("only, params, known", [
    (["hesian"], [], "did you mean 'hessian'.; expected some of solution_losses, level_distances"),
    (["mask_overlap"], ["MaskOverlap.name = 'mine'"], "mine"),
    (["lines"], ["Analysis.measures = [@Hessian(), @fine/Lines()]", "fine/Lines.name = 'fine'"],
     "hessian, fine"),
])
def test_an_unknown_name_is_refused_with_those_there_are(only, params, known, tmp_path):
    with pytest.raises(ConfigurationError, match=f"--only={only[0]}: .*{known}"):
        check_only(only, tmp_path / "config.gin", [], params)


@pytest.mark.parametrize("only, params", [
    ([], []), (["mask_overlap", "gradient_flow"], []), (["mine"], ["MaskOverlap.name = 'mine'"]),
    # Only gin itself can say what these are.
    (["x"], ["Analysis.measures = [@my.Own()]"]), (["x"], ["Analysis.measures = %MINE"]),
    (["near"], ["MINE = 'near'", "MaskOverlap.name = %MINE"]),
])
def test_what_may_be_there_is_left_to_gin(only, params, tmp_path):
    check_only(only, tmp_path / "config.gin", [], params)


def test_bindings_of_the_run_and_of_included_files_count(tmp_path):
    (tmp_path / "config.gin").write_text("MaskOverlap.name = 'stored'\n")
    (tmp_path / "inner.gin").write_text("Analysis.measures = [@MaskOverlap(), @Lines()]\n")
    (tmp_path / "outer.gin").write_text(f"include '{tmp_path / 'inner.gin'}'\n")
    check_only(["stored", "lines"], tmp_path / "config.gin", [tmp_path / "outer.gin"], [])
    with pytest.raises(ConfigurationError, match="are stored, lines; hessian is in gin/analysis"):
        check_only(["hessian"], tmp_path / "config.gin", [tmp_path / "outer.gin"], [])


@pytest.mark.parametrize("only, advice", [
    ("hessian", "hessian is in gin/analysis/insights.gin: give --gin_file=gin/analysis/insights"),
    ("landscape_plane", "give --gin_file=gin/analysis/landscape.gin too"),
    ("mask_distances", r"give --gin_param='Analysis.measures = \[@MaskDistances\(\)\]' too"),
])
def test_a_measure_that_would_not_run_is_told_where_it_is(only, advice, tmp_path):
    said = f"--only={only}: the measures of this command are solution_losses, .*{advice}"
    with pytest.raises(ConfigurationError, match=said):
        check_only([only], tmp_path / "config.gin", [], [])


def test_every_packaged_file_of_measures_is_named_by_one_of_its_measures(tmp_path):
    folder = gin_files.packaged_folder() / "analysis"
    for file in sorted(folder.glob("*.gin")):
        with pytest.raises(ConfigurationError) as refused:
            check_only(["x"], tmp_path / "config.gin", [file], [])
        for name in str(refused.value).partition("some of ")[2].split(", "):
            if file.stem != "quick" and name not in ("solution_losses", "level_distances"):
                with pytest.raises(ConfigurationError, match="give --gin_file=gin/analysis/"):
                    check_only([name], tmp_path / "config.gin", [], [])
