"""The files that setup.py puts into the wheel; .ci/run installs one and runs it."""

import pathlib
import runpy

import setuptools

ROOT = pathlib.Path(__file__).resolve().parent.parent


def test_every_file_of_the_package_and_every_experiment_is_in_the_wheel(monkeypatch):
    said = {}
    monkeypatch.setattr(setuptools, "setup", lambda **options: said.update(options))
    monkeypatch.chdir(ROOT)
    runpy.run_path("setup.py")
    folders = {name: ROOT / said["package_dir"].get(name, name.replace(".", "/"))
               for name in said["packages"]}
    inside = {path for folder in folders.values() for path in folder.glob("*.py")}
    for name, patterns in said["package_data"].items():
        inside |= {path for pattern in patterns for path in folders[name].glob(pattern)}
    wanted = {path for room in ("lth_keras", "gin") for path in (ROOT / room).rglob("*")
              if path.is_file() and path.suffix != ".pyc"}
    assert any(path.suffix == ".j2" for path in wanted)
    assert wanted <= inside, sorted(map(str, wanted - inside))
