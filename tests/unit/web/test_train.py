"""Training from the page: children are started, followed, stopped and gone on with; a script plays `kick` itself."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from kickitout.errors import InputError, MissingExtraError
from kickitout.training.run.folder import SETTINGS_FILE
from kickitout.web import children, train
from kickitout.web.metrics import MOST_ROWS
from kickitout.web.train import Training, trainable

SCRIPT = """
import json, pathlib, signal, sys, time
words = sys.argv[1:]
with open("asked.jsonl", "a") as stream:
    stream.write(json.dumps(words) + "\\n")
if words[0] == "prepare":
    if "empty" in words[1]:
        print("some progress", file=sys.stderr)
        print(f"kick: {words[1]} holds no audio files", file=sys.stderr)
        sys.exit(2)
    print(json.dumps({"run": {"taken": 3}, "library": {"kicks": 1 if "single" in words[1] else 3}}))
    sys.exit(0)
if words[0] == "export":
    bundle = pathlib.Path(words[words.index("-o") + 1])
    if not pathlib.Path(words[1]).is_dir() or "broken" in words[1]:
        sys.exit("kick: no run")
    bundle.mkdir(parents=True, exist_ok=True)
    (bundle / "card.json").write_text(json.dumps(words))
    sys.exit(0)
def stop(number, frame):
    print(json.dumps({"finished": False}))
    sys.exit(130)
signal.signal(signal.SIGINT, stop)
run = pathlib.Path(words[words.index("-o") + 1])
(run / "sheets").mkdir(parents=True, exist_ok=True)
(run / "audio" / "000000000005").mkdir(parents=True, exist_ok=True)
(run / "sheets" / "000000000005.png").write_bytes(b"picture")
(run / "audio" / "000000000005" / "kick_00.wav").write_bytes(b"sound")
with open(run / "metrics.jsonl", "w") as stream:
    for step in range(500):
        stream.write(json.dumps({"kind": "train", "samples": step, "seconds": 60.0, "loss": float("nan")}) + "\\n")
    stream.write(json.dumps({"kind": "validation", "samples": 500, "seconds": 60.0, "loss": 1.5}) + "\\n{cut")
minutes = float(words[words.index("--minutes") + 1])
if minutes > 50:
    time.sleep(30)
elif minutes > 40:
    while not pathlib.Path("enough").exists():
        time.sleep(0.02)
    if "broken" in words[words.index("-o") + 1]:
        sys.exit("kick: it broke")
print(json.dumps({"finished": True}))
"""

KILLED_SERVER = """
import os, pathlib, signal, sys, time
from kickitout.web import train
train.trainable = lambda: True
kick, minutes = sys.argv[1:]
training = train.Training(pathlib.Path("home"), program=(sys.executable, kick))
folder = str(pathlib.Path("mine").resolve())
training.start(folder, None, float(minutes), None)
while not training.status()["metrics"]:
    time.sleep(0.02)
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed_server(tmp_path, minutes):
    """A server that began to train and was killed; its child goes on."""
    (tmp_path / "server.py").write_text(KILLED_SERVER)
    command = [sys.executable, str(tmp_path / "server.py"), str(tmp_path / "kick.py"), str(minutes)]
    assert subprocess.run(command, check=False, timeout=60).returncode == -signal.SIGKILL


@pytest.fixture
def training(tmp_path, monkeypatch):
    """A folder of kicks, and what trains on it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(train, "trainable", lambda: True)
    (tmp_path / "mine").mkdir()
    (tmp_path / "kick.py").write_text(SCRIPT)
    one = Training(tmp_path / "home", program=(sys.executable, str(tmp_path / "kick.py")))
    yield one
    one.close()


def wait_for(training, reached):
    until = time.monotonic() + 20.0
    while not reached(training.status()):
        assert time.monotonic() < until, training.status()
        time.sleep(0.02)
    return training.status()


def wait(training, *phases):
    return wait_for(training, lambda status: status["phase"] in phases)


def wait_until_it_hears(training):
    """Until the script has told its first metrics: by then it listens to signals."""
    wait_for(training, lambda status: status["metrics"])


def asked(tmp_path):
    return [json.loads(line) for line in (tmp_path / "asked.jsonl").read_text().splitlines()]


def test_a_run_is_begun_and_seen(training, tmp_path):
    training.start(str(tmp_path / "mine"), "kickgan", 5.0, None)
    status = wait(training, "finished")
    prepared, trained = asked(tmp_path)
    assert prepared[:3] == ["prepare", str(tmp_path / "mine"), "-o"]
    assert trained[:2] == ["train", prepared[3]]
    assert trained[4:] == ["--minutes", "5", "--preset", "kickgan", "--json"]
    rows = status["metrics"]
    assert len([row for row in rows if row["kind"] == "train"]) <= MOST_ROWS
    assert rows[-1] == {"kind": "validation", "samples": 500, "seconds": 60.0, "loss": 1.5}
    assert rows[-2]["samples"] == 499
    json.dumps(status, allow_nan=False)
    assert training.sheet().read_bytes() == b"picture"
    assert [path.stem for path in training.kicks()] == status["kicks"] == ["kick_00"]


def test_a_run_is_stopped_and_gone_on_with_by_a_later_session(training, tmp_path):
    training.start(str(tmp_path / "mine"), None, 60.0, "kickgan")
    wait(training, "training")
    with pytest.raises(InputError, match="stop it first"):
        training.start(str(tmp_path / "mine"), None, 60.0, None)
    with pytest.raises(InputError, match="stop it first"):
        training.report(str(tmp_path / "mine"))
    wait_until_it_hears(training)
    training.stop()
    status = wait(training, "stopped")
    assert status["error"] is None
    training.close()
    later = Training(tmp_path / "home", program=training._program)
    assert later.status()["phase"] == "stopped"
    assert later.status()["job"] == status["job"]
    later.resume(minutes=2.0)
    wait(later, "finished")
    first, again = (words for words in asked(tmp_path) if words[0] == "train")
    assert first[:4] == again[:4]
    assert (first[5], again[5]) == ("60", "3")  # two beyond the one that was used
    assert again[6:8] == ["--from", "kickgan"]


def test_closing_lets_it_save(training, tmp_path):
    training.start(str(tmp_path / "mine"), None, 60.0, None)
    wait(training, "training")
    wait_until_it_hears(training)
    training.close()
    assert training._child is None or not training._child.runs()


def test_the_report_is_that_of_prepare(training, tmp_path):
    assert training.report(str(tmp_path / "mine")) == {"run": {"taken": 3}, "library": {"kicks": 3}}
    assert training.status()["phase"] == "idle"


def test_what_a_child_says_of_its_failure_is_told(training, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(children.ChildError, match=r"^\S*empty holds no audio files$"):
        training.report(str(tmp_path / "empty"))
    training.start(str(tmp_path / "empty"), None, 1.0, None)
    assert "holds no audio files" in wait(training, "failed")["error"]


def test_a_folder_of_one_kick_is_no_bug_and_says_how_many_are_needed(training, tmp_path):
    single = tmp_path / "single"
    single.mkdir()
    training.start(str(single), None, 1.0, None)
    status = wait(training, "failed")
    assert status["error"] == f"Folder {single}: holds one usable kick, and training needs 2 at least; put more into it"
    assert [words[0] for words in asked(tmp_path)] == ["prepare"]
    training.start(str(tmp_path / "mine"), None, 1.0, None)
    wait(training, "finished")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"folder": "mine"}, "^folder mine: does not exist; give the full path"),
        ({"folder": "/nowhere/at/all"}, "does not exist"),
        ({"folder": ""}, "does not exist"),
        ({"preset": "../../secret.toml"}, "^preset ../../secret.toml: unknown; choose "),
        ({"start": "/some/bundle"}, "^start /some/bundle: not a model; choose "),
        ({"minutes": 0.0}, "out of range"),
        ({"minutes": float("inf")}, "out of range"),
    ],
)
def test_what_makes_no_sense_is_refused(training, tmp_path, changes, words):
    asked = {"folder": str(tmp_path / "mine"), "preset": None, "minutes": 1.0, "start": None} | changes
    with pytest.raises(InputError, match=words):
        training.start(**asked)


def test_nothing_to_stop_and_nothing_to_go_on_with(training):
    for action in (training.stop, training.resume):
        with pytest.raises(InputError, match="start it first"):
            action()


def test_a_model_is_made_of_a_run(training, tmp_path):
    with pytest.raises(InputError, match="nothing has been trained yet"):
        training.export()
    folders = [tmp_path / "My Kicks", tmp_path / "more" / "my kicks", tmp_path / "more" / "kickgan"]
    for folder in folders:
        folder.mkdir(parents=True)
        training.start(str(folder), "kickgan", 5.0, None)
        wait(training, "finished")
        assert training.status()["bundle"] is None
        training.export()
        with pytest.raises(InputError, match="stop it first"):
            training.export()
        status = wait(training, "finished")
        assert status["error"] is None
        assert training.models()[status["model"]] == (tmp_path / status["bundle"])
    names = list(training.models())
    assert "my-kicks" in names
    assert len({name.rstrip("0123456789abcdef") for name in names}) == 3  # no two of a name, nor of a shipped one
    assert not {"kickgan"} & set(names)
    words = asked(tmp_path)[2]
    run = asked(tmp_path)[1][3]
    assert words[:2] == ["export", run]
    assert words[words.index("--library") + 1] == asked(tmp_path)[0][3]
    assert words[words.index("--name") + 1] == "my-kicks"


def test_a_model_that_cannot_be_made_is_told_and_the_run_stays(training, tmp_path):
    training.start(str(tmp_path / "mine"), None, 5.0, None)
    wait(training, "finished")
    run = training._run_folder(training._job)
    run.rename(run.with_name("broken"))
    training._run_folder = lambda job: run.with_name("broken")
    training.export()
    status = wait(training, "finished")
    assert status["error"] == "no run"
    assert training.models() == {}


def test_a_child_that_says_nothing_is_told_by_its_code():
    assert str(children.failure(-9, "")) == "it ended with exit code -9"
    assert [children.failure(code, "kick: full").exit_code for code in (1, 2)] == [1, 2]


def test_a_run_in_the_folder_goes_on_with_its_own_settings(training, tmp_path):
    """Whatever its preset was called when it began."""
    training.start(str(tmp_path / "mine"), "kickgan", 5.0, None)
    wait(training, "finished")
    (training._run_folder(training._job) / SETTINGS_FILE).write_text("{}")
    training.resume(minutes=2.0)
    wait(training, "finished")
    assert "--preset" not in asked(tmp_path)[-1]


def test_without_the_extra_it_says_how_to_get_it(tmp_path, monkeypatch):
    assert trainable()
    monkeypatch.setattr(train, "find_spec", lambda name: None)
    assert not trainable()
    with pytest.raises(MissingExtraError, match="pip install"):
        Training(tmp_path).start(str(tmp_path), None, 1.0, None)


# Two at one place, and what a killed server leaves ---------------------------------------------------------------


def trained(tmp_path):
    return [words for words in asked(tmp_path) if words[0] == "train"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_the_child_of_a_killed_server_is_found_seen_and_stopped(training, tmp_path):
    killed_server(tmp_path, 60)
    later = Training(tmp_path / "home", program=training._program)
    status = later.status()
    assert (status["phase"], status["error"]) == ("training", None)
    assert status["metrics"]
    with pytest.raises(InputError, match="already running; stop it first"):
        later.start(str(tmp_path / "mine"), None, 60.0, None)
    later.stop()
    assert wait(later, "stopped")["error"] is None
    assert len(trained(tmp_path)) == 1
    later.resume(minutes=2.0)
    wait(later, "finished")
    assert [float(words[words.index("--minutes") + 1]) for words in trained(tmp_path)] == [60.0, 3.0]
    later.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
@pytest.mark.parametrize(("broken", "phase", "error"), [(False, "finished", None), (True, "failed", "it broke")])
def test_the_end_of_a_killed_servers_child_is_noticed(training, tmp_path, broken, phase, error):
    if broken:
        script = (tmp_path / "kick.py").read_text()
        (tmp_path / "kick.py").write_text(script.replace('"broken" in words[words', "words[words"))
    killed_server(tmp_path, 45)
    later = Training(tmp_path / "home", program=training._program)
    assert later.status()["phase"] == "training"
    (tmp_path / "enough").touch()
    assert wait(later, "finished", "failed", "stopped")["phase"] == phase
    assert later.status()["error"] == error
    assert not list((tmp_path / "home").glob("child.*"))
    later.close()


def test_a_process_that_has_the_number_of_a_child_is_not_taken_for_it(training, tmp_path):
    """Numbers are given again; this one is the test's own."""
    home = tmp_path / "home"
    home.mkdir()
    record = {"task": "training", "process": os.getpid(), "birth": "long ago"}
    (home / "child.json").write_text(json.dumps(record))
    later = Training(home, program=training._program)
    assert later.status()["phase"] == "idle"
    later.close()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"task": 1}', '{"task": "x", "process": "y", "birth": null}'])
def test_a_damaged_note_of_a_child_is_no_child(training, tmp_path, text):
    home = tmp_path / "home"
    home.mkdir()
    (home / "child.json").write_text(text)
    later = Training(home, program=training._program)
    assert later.status()["phase"] == "idle"
    later.close()


def test_a_second_server_keeps_away_and_says_so_until_the_first_has_ended(training, tmp_path):
    training.start(str(tmp_path / "mine"), None, 60.0, None)
    wait(training, "training")
    second = Training(tmp_path / "home", program=training._program)
    words = second.status()["error"]
    assert f"another kick ui trains here (process {os.getpid()}, since " in words
    assert second.status()["phase"] == "idle"
    for action in (lambda: second.start(str(tmp_path / "mine"), None, 1.0, None), second.resume, second.export):
        with pytest.raises(InputError, match="another kick ui trains here"):
            action()
    second.close()  # it has nothing to stop
    assert training.status()["phase"] == "training"
    while not training.status()["metrics"]:  # the script hears
        time.sleep(0.02)
    assert len(trained(tmp_path)) == 1
    training.close()
    assert second.status()["error"] is None
    assert second.status()["job"]["minutes"] == 60.0
    assert second.status()["phase"] == "stopped"
    second.close()


def test_what_a_child_prints_is_for_its_owner_alone(training, tmp_path):
    training.start(str(tmp_path / "mine"), None, 60.0, None)
    wait(training, "training")
    files = list((tmp_path / "home").glob("child.*"))
    assert len(files) == 3
    if os.name == "posix":
        assert [path.stat().st_mode & 0o077 for path in files if path.suffix != ".json"] == [0, 0]
