"""`kick ui` as a browser meets it: a process of its own, asked over HTTP."""

import http.client
import io
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kickitout.cli.app import run
from kickitout.instrument.instrument import load
from kickitout.model.controls import OF_ONE
from testing import short_search

STARTS_IN = 60.0
"""Seconds, on a machine that is busy with other tests."""


class Server:
    """A running `kick ui`, and what a browser knows of it."""

    def __init__(self, folder, hear, *words, temporary=None, kick=(sys.executable, "-m", "kickitout")):
        self.folder = folder
        self.temporary = folder / "tmp" if temporary is None else temporary
        folder.mkdir(parents=True, exist_ok=True)
        self.temporary.mkdir(exist_ok=True)
        environment = os.environ | {"TMPDIR": str(self.temporary), "TEMP": str(self.temporary), "HOME": str(folder)}
        environment.pop("DISPLAY", None)
        with (folder / "errors.txt").open("w") as errors:
            self.process = subprocess.Popen(
                [*kick, "ui", "--no-browser", "-o", str(folder / "Kicks"), *words],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=environment,
                preexec_fn=hear,
            )
        self.address = self.process.stdout.readline().strip()
        self.base, self.token = self.address.split("/?token=")
        self.port = int(self.base.rsplit(":", 1)[1])

    @contextmanager
    def client(self):
        with httpx.Client(base_url=self.base, headers={"origin": self.base}, timeout=STARTS_IN, verify=False) as one:
            assert one.get("/", params={"token": self.token}).status_code == 303
            yield one

    def errors(self):
        return (self.folder / "errors.txt").read_text()

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(30)
        finally:
            self.process.kill()
            self.process.stdout.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory, hearing_interrupts):
    one = Server(tmp_path_factory.mktemp("ui"), hearing_interrupts, kick=short_search.KICK)
    yield one
    code = one.stop()
    assert code == 0, one.errors()
    assert "Traceback" not in one.errors()
    assert list(one.temporary.glob("kick-ui-*")) == []  # it takes its folder along


@pytest.fixture(scope="module")
def client(server):
    with server.client() as one:
        yield one


@pytest.fixture(scope="module")
def kicks(client):
    answer = client.post("/api/kicks", json={"seeds": [1, 2, 3, 4]})
    assert answer.status_code == 200, answer.text
    return answer.json()["kicks"]


# What it says ---------------------------------------------------------------------------------------------------------


def test_the_page_and_the_state_are_there(client):
    page = client.get("/")
    assert page.status_code == 200
    assert "text/html" in page.headers["content-type"]
    assert "default-src 'self'" in page.headers["content-security-policy"]
    state = client.get("/api/state").json()
    assert state["model"]["name"] == "kickgan"
    names = [control["name"] for control in state["controls"]]
    assert names == ["pitch", "sweep", "sweep_time", "decay", "click", "brightness", "noise", "drive", "width", "wild"]
    for control in state["controls"]:
        assert control["low"] <= control["middle"] <= control["high"]
        assert control["unit"] in ("Hz", "ms", "octaves", *OF_ONE)
    assert state["has_encoder"] is True
    assert client.get("/api/map").json()["fields"][:3] == ["seed", "x", "y"]
    assert client.get("/api/results").json()["text"].startswith("# kickgan")
    assert client.get("/api/train").json()["phase"] == "idle"
    assert client.get("/favicon.ico").status_code == 204


def test_a_file_is_that_of_the_command_line(client, kicks, tmp_path):
    answer = client.get(f"/api/kicks/{kicks[0]['id']}.wav")
    assert run(["generate", "-n", "1", "--seed", "1", "-o", str(tmp_path), "--quiet"]) == 0
    assert answer.content == (tmp_path / kicks[0]["file"]).read_bytes()
    assert answer.headers["content-type"] == "audio/wav"
    assert "immutable" in answer.headers["cache-control"]
    assert f'filename="{kicks[0]["file"]}"' in answer.headers["content-disposition"]
    assert client.get(f"/api/kicks/{kicks[0]['id']}").json() == kicks[0]


def test_kicks_are_varied_morphed_matched_packed_and_saved(server, client, kicks):
    ids = [kick["id"] for kick in kicks]
    varied = client.post(f"/api/kicks/{ids[0]}/vary", json={"n": 2, "amount": 0.2, "keep": ["pitch"]}).json()["kicks"]
    assert [kick["verb"] for kick in varied] == ["vary", "vary"]
    morphed = client.post("/api/morph", json={"corners": ids, "x": 0.5, "y": 0.25}).json()["kick"]
    assert morphed["verb"] == "morph"
    found = client.post(f"/api/kicks/{ids[1]}/match", json={}).json()
    assert found["kick"]["verb"] == "match"
    assert found["distance"] < found["usual"][1]
    pack = client.post("/api/packs", json={"name": "Velvet", "ids": [*ids, morphed["id"]]})
    assert pack.headers["content-type"] == "application/zip"
    assert len([name for name in zipfile.ZipFile(io.BytesIO(pack.content)).namelist() if name.endswith(".wav")]) == 5
    first, again = (client.post(f"/api/kicks/{ids[0]}/reveal").json() for _ in range(2))
    assert first == again
    path = Path(first["path"])
    assert path.parent == server.folder / "Kicks"
    assert path.read_bytes() == client.get(f"/api/kicks/{ids[0]}.wav").content


# Who is refused -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"cookie": None}, 401),
        ({"cookie": "kick_PORT=wrong"}, 401),
        ({"host": "evil.example"}, 421),
        ({"origin": None}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({}, 200),
    ],
)
def test_strangers_are_refused(server, change, status):
    headers = {
        "cookie": f"kick_{server.port}={server.token}",
        "origin": server.base,
        "host": f"127.0.0.1:{server.port}",
    }
    headers |= {name: value and value.replace("PORT", str(server.port)) for name, value in change.items()}
    headers = {name: value for name, value in headers.items() if value is not None}
    with httpx.Client(base_url=server.base, verify=False) as stranger:
        answer = stranger.post("/api/kicks", json={"seeds": [1]}, headers=headers)
    assert answer.status_code == status
    assert ("error" in answer.json()) == (status != 200)
    assert "access-control-allow-origin" not in answer.headers


def test_it_listens_on_the_loopback_interface_alone(server):
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for host in others - {"127.0.0.1"}:
        if host.startswith("127."):
            continue
        with pytest.raises(OSError):  # noqa: PT011
            socket.create_connection((host, server.port), timeout=1.0).close()


@pytest.mark.parametrize("chunked", [False, True])
def test_more_than_ten_megabytes_are_refused(server, client, chunked):
    data = bytes(10_000_001)
    content = (data[start : start + 1_000_000] for start in range(0, len(data), 1_000_000)) if chunked else data
    answer = client.post("/api/files", params={"name": "long.wav"}, content=content)
    assert answer.status_code == 413
    assert "10 MB" in answer.json()["error"]


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/api/kicks", {"seeds": [1], "more": 1}, 422, "more"),
        ("/api/kicks", {"n": "4"}, 422, "n: "),
        ("/api/kicks", {"n": 1, "controls": {"click": 2.0}}, 422, "Click 2: out of range"),
        ("/api/kicks", {"n": 1000}, 422, "Number 1000: out of range; 1 to 64 kicks"),
        ("/api/kicks/0123456789abcdef/vary", {"n": 1}, 404, "no kick"),
        ("/api/kicks/nothing/match", {}, 404, "no kick"),
        ("/api/morph", {"corners": ["../../etc/passwd"] * 4, "x": 0.5, "y": 0.5}, 422, "corners"),
        ("/api/recipes", {"recipes": []}, 422, "Recipes 0: out of range; 1 to 64 kicks"),
        ("/api/recipes", {"recipes": [{}] * 65}, 422, "Recipes 65: out of range; 1 to 64 kicks"),
        ("/api/recipes", {"recipes": {}}, 422, "recipes: "),
        ("/api/packs", {"name": "../out", "ids": ["0123456789abcdef"]}, 422, "name"),
        ("/api/train/report", {"folder": "/nowhere"}, 422, "does not exist"),
        ("/api/train/start", {"folder": "/", "preset": "../secret"}, 422, "unknown; choose"),
        ("/api/train/stop", {}, 422, "nothing"),
        ("/api/nothing", {}, 404, "not found"),
    ],
)
def test_what_makes_no_sense_is_told_in_one_line(client, path, body, status, words):
    answer = client.post(path, json=body)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert words in error
    assert "\n" not in error
    assert "--" not in error  # the page has no options


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"n": NaN}', b'"n"', b""])
def test_what_is_no_json_is_told(client, body):
    answer = client.post("/api/kicks", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert "error" in answer.json()


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd", "/static/.."])
def test_no_path_leads_out_of_the_page(server, client, path):
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", path, headers={"cookie": f"kick_{server.port}={server.token}"})
    assert connection.getresponse().status == 404
    connection.close()


# How much it bears ----------------------------------------------------------------------------------------------------


def test_twenty_at_once_lose_nothing(server):
    def play(number):
        with server.client() as one:
            heard = []
            for turn in range(3):
                asked = {"seeds": [100 * number + turn], "controls": {"decay": 200.0 + number}}
                (kick,) = one.post("/api/kicks", json=asked).raise_for_status().json()["kicks"]
                heard.append((kick["id"], one.get(f"/api/kicks/{kick['id']}.wav").raise_for_status().content))
            return heard

    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(play, range(20)))
    instrument = load()
    for number in (0, 7, 19):
        kick = instrument.kick(100 * number + 2, controls={"decay": 200.0 + number})
        assert found[number][2][1] == kick.encode()


def test_beyond_its_bound_it_says_when_to_come_again(server):
    asked = {"seeds": list(range(5000, 5064)), "controls": {"wild": 0.9}}

    def ask(_):
        with httpx.Client(base_url=server.base, timeout=None, verify=False) as one:
            headers = {"cookie": f"kick_{server.port}={server.token}", "origin": server.base}
            try:
                return one.post("/api/kicks", json=asked, headers=headers, timeout=2.0)
            except httpx.ReadTimeout:  # it has begun; whoever goes takes his place along
                return None

    with ThreadPoolExecutor(90) as pool:
        answers = list(pool.map(ask, range(90)))
    refused = [one for one in answers if one is not None and one.status_code == 503]
    assert len(refused) >= 20
    for one in refused:
        assert 1 <= int(one.headers["retry-after"]) <= 30
        assert "ask again in" in one.json()["error"]
    with server.client() as one:  # nobody waits any more: soon there is room, long before all that was asked is done
        until = time.monotonic() + 20.0
        while (status := one.post("/api/kicks", json={"seeds": [1]}).status_code) == 503:
            assert time.monotonic() < until
            time.sleep(0.2)
        assert status == 200


def test_a_knob_is_heard_soon(client):
    def turn(number):
        started = time.perf_counter()
        answer = client.post("/api/kicks", json={"seeds": [9], "controls": {"decay": 150.0 + number}})
        (kick,) = answer.json()["kicks"]
        client.get(f"/api/kicks/{kick['id']}.wav")
        return time.perf_counter() - started

    client.post("/api/kicks", json={"n": 2})
    # A tenth of a second on two idle cores: bench/ui_speed.py measures it. Here others work beside.
    assert statistics.median(turn(number) for number in range(9)) < 0.5


def test_the_owner_gets_in_beside_two_hundred_who_say_nothing(server):
    def stranger(number):
        one = socket.create_connection(("127.0.0.1", server.port))
        one.sendall(b"GET / HTTP/1.1\r\nx: " * (number % 2))
        return one

    strangers = [stranger(number) for number in range(200)]
    started = time.perf_counter()
    with server.client() as one:
        assert one.get("/api/state").status_code == 200
    assert time.perf_counter() - started < 5.0
    for one in strangers:
        one.close()


# What is dropped onto it ----------------------------------------------------------------------------------------------


def drop(client, name, data):
    """Upload a file; a refusal is one line that holds no path of ours."""
    answer = client.post("/api/files", params={"name": name}, content=data)
    assert answer.status_code in (200, 413, 422), answer.text
    if answer.status_code != 200:
        error = answer.json()["error"]
        assert "\n" not in error
        assert "/tmp" not in error
        assert "kick-ui-" not in error
    return answer


@pytest.fixture(scope="module")
def files():
    """Files of a kick by their format."""
    sound = load().kick(31).audio.T
    found = {}
    for kind, subtype in (("WAV", "PCM_24"), ("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("AIFF", "PCM_16")):
        stream = io.BytesIO()
        soundfile.write(stream, sound, 44_100, format=kind, subtype=subtype)
        found[kind] = stream.getvalue()
    return found


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "AIFF"])
def test_a_dropped_file_becomes_a_kick(client, files, kind):
    kick = drop(client, f"a kick.{kind.lower()}", files[kind]).raise_for_status().json()["kick"]
    assert kick["verb"] == "file"
    assert re.fullmatch(r"a_kick_vary_0(_[A-G]#?)?_[0-9a-f]{4}\.wav", kick["file"])
    varied = client.post(f"/api/kicks/{kick['id']}/vary", json={"n": 1}).raise_for_status().json()["kicks"]
    assert varied[0]["file"].startswith("a_kick_vary_")


FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(data=st.data())
def test_damaged_files_are_refused_or_taken_and_nothing_else(server, client, files, data):
    whole = files[data.draw(st.sampled_from(sorted(files)))]
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    damaged = bytearray(cut)
    for place, value in data.draw(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=4)):
        if place < len(damaged):
            damaged[place] = value
    drop(client, data.draw(st.text(max_size=40)), bytes(damaged))


@FUZZ
@given(
    content=st.binary(max_size=2000), magic=st.sampled_from([b"", b"RIFF", b"fLaC", b"OggS", b"ID3", b"FORM", b"PK"])
)
def test_what_is_no_audio_is_refused(client, content, magic):
    assert drop(client, "kick.wav", magic + content).status_code == 422


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 2**70),
    st.floats(),
    st.sampled_from([1e308, -1e308, 5e-324, "", "../../x", "9" * 19, "morph", "match", "\0", "\ud800", [], {}, [{}]]),
    st.text(max_size=20),
)


def places(data, here=()):
    """Where something can be changed in JSON."""
    yield here
    for name, part in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from places(part, (*here, name))


def with_junk(data, place, junk):
    if not place:
        return junk
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[place[0]] = with_junk(copy[place[0]], place[1:], junk)
    return copy


def test_kicks_come_back_from_their_recipes(client, kicks):
    square = {"corners": [kick["id"] for kick in kicks], "x": 0.4, "y": 0.4}
    all_kicks = [*kicks, client.post("/api/morph", json=square).json()["kick"]]
    asked = {"recipes": [kick["recipe"] for kick in all_kicks] + [{"format": 1}]}
    assert client.post("/api/recipes", json=asked).json()["kicks"] == [*all_kicks, None]
    content = b'{"recipes": [' + b'{"derivation":' * 400 + b"1" + b"}" * 400 + b"]}"
    answer = client.post("/api/recipes", content=content, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()) in [
        (200, {"kicks": [None]}),
        (400, {"error": answer.json().get("error")}),
    ]


def test_half_a_surrogate_pair_in_a_recipe_is_answered(client, kicks):
    recipe = kicks[0]["recipe"]
    recipes = [with_junk(recipe, place, "\ud800") for place in places(recipe) if place]
    for first in range(0, len(recipes), 64):
        content = json.dumps({"recipes": recipes[first : first + 64]}).encode()
        answer = client.post("/api/recipes", content=content, headers={"content-type": "application/json"})
        assert answer.status_code in (200, 400, 422), answer.text


@pytest.fixture(scope="module")
def recipes(client, kicks, files):
    """Recipes of a kick of a seed, a variation, and a file that was taken in."""
    made = client.post(f"/api/kicks/{kicks[0]['id']}/vary", json={"n": 1, "seed": 1, "amount": 0.3}).json()["kicks"]
    taken = drop(client, "a kick.wav", files["WAV"]).json()["kick"]
    return [one["recipe"] for one in (kicks[0], made[0], taken)]


@FUZZ
@given(data=st.data())
def test_junk_in_recipes_makes_a_kick_or_none(client, recipes, data):
    recipe = data.draw(st.sampled_from(recipes))
    for _ in range(data.draw(st.integers(1, 3))):
        recipe = with_junk(recipe, data.draw(st.sampled_from(list(places(recipe)))), data.draw(JUNK))
    content = json.dumps({"recipes": [recipe]}).encode()  # NaN and Infinity too
    answer = client.post("/api/recipes", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in (200, 400, 422), answer.text
    if answer.status_code == 200:
        (kick,) = answer.json()["kicks"]
        assert kick is None or client.get(f"/api/kicks/{kick['id']}.wav").status_code == 200


def test_a_flac_that_claims_hours_is_read_to_its_end(client, files):
    # STREAMINFO's 36 bits of "total samples" begin in the low half of byte 21 of the file.
    data = bytearray(files["FLAC"])
    data[21] |= 0x0F
    data[22:26] = b"\xff\xff\xff\xff"
    answer = drop(client, "bomb.flac", bytes(data))
    assert answer.status_code == 200
    assert any("cut short" in remark for remark in answer.json()["kick"]["remarks"])


def test_an_hour_of_silence_in_few_bytes_is_refused_soon(client):
    stream = io.BytesIO()
    soundfile.write(stream, np.zeros(8_000 * 3600, np.int16), 8_000, format="FLAC")
    assert stream.tell() < 1_000_000
    started = time.perf_counter()
    assert drop(client, "silence.flac", stream.getvalue()).status_code == 422
    assert time.perf_counter() - started < 5.0


def test_ten_megabytes_of_noise_are_refused(client):
    noise = np.random.default_rng(1).integers(0, 256, 10_000_000, np.uint8).tobytes()
    assert drop(client, "noise.wav", noise).status_code == 422
    sound = io.BytesIO()
    soundfile.write(sound, np.frombuffer(noise[:9_900_000], "<i2"), 44_100, format="WAV", subtype="PCM_16")
    assert drop(client, "noise.wav", sound.getvalue()).status_code == 422


@pytest.mark.parametrize(
    "name", ["../../../outside.wav", "/etc/outside.wav", "C:\\outside.wav", "a\0b.wav", "x" * 5000]
)
def test_names_are_only_names(server, client, files, name):
    kick = drop(client, name, files["WAV"]).raise_for_status().json()["kick"]
    assert re.fullmatch(r"[A-Za-z0-9_#-]{1,100}\.wav", kick["file"])
    saved = Path(client.post(f"/api/kicks/{kick['id']}/reveal").raise_for_status().json()["path"])
    assert saved.parent == server.folder / "Kicks"


def test_after_all_that_nothing_lies_about_and_it_still_plays(server, client):
    (folder,) = server.temporary.glob("kick-ui-*")
    assert list(folder.iterdir()) == []
    assert {path.name for path in server.folder.iterdir()} <= {"tmp", "Kicks", "errors.txt", ".cache"}
    assert client.post("/api/kicks", json={"n": 1}).status_code == 200


# How it begins and ends -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--port", "0"], "--port 0: out of range"),
        (["--port", "65536"], "--port 65536: out of range"),
        (["--model", "nothing"], "neither a model nor a bundle"),
    ],
)
def test_wrong_input_is_told(words, says, capsys):
    assert run(["ui", "--no-browser", *words]) == 2
    assert says in capsys.readouterr().err


def test_the_server_loads_nothing_of_the_workshop(tmp_path):
    code = "import kickitout.web.app, sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert not {"torch", "scipy", "sklearn", "matplotlib", "onnx"} & set(done.stdout.split())


def test_what_a_killed_server_left_is_swept_by_the_next(tmp_path, files, hearing_interrupts):
    first = Server(tmp_path / "first", hearing_interrupts)
    with first.client() as one:
        drop(one, "a kick.wav", files["WAV"]).raise_for_status()
    (left,) = first.temporary.glob("kick-ui-*")
    assert left.stat().st_mode & 0o077 == 0
    (left / "half").write_bytes(b"sound")
    first.process.kill()
    first.process.wait()
    first.process.stdout.close()
    second = Server(tmp_path / "second", hearing_interrupts, temporary=first.temporary)
    until = time.monotonic() + STARTS_IN
    while left.exists():
        assert time.monotonic() < until
        time.sleep(0.1)
    assert len(list(first.temporary.glob("kick-ui-*"))) == 1
    assert second.stop() == 0


def test_a_port_that_is_taken_is_told(server, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert run(["ui", "--no-browser", "--port", str(server.port)]) == 2
    assert f"--port {server.port}: cannot be used" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_is_printed_is_one_json_object_if_asked(tmp_path, hearing_interrupts):
    process = subprocess.Popen(
        [sys.executable, "-m", "kickitout", "ui", "--no-browser", "--json", "--quiet"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        preexec_fn=hearing_interrupts,
    )
    line = json.loads(process.stdout.readline())
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{32}", line["address"])
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30) == ("", "")
    assert process.returncode == 0


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_it_ends_when_told_before_the_server_can_hear(name, tmp_path, hearing_interrupts):
    code = f"""
import signal
from kickitout.instrument.instrument import load
from kickitout.system.interrupts import leave
from kickitout.web.server import launch
from kickitout.web.studio import Studio

launch(Studio(load(None)), ready=lambda address: signal.raise_signal(signal.{name}))
leave(0)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(tmp_path), "TEMP": str(tmp_path), "HOME": str(tmp_path)},
        preexec_fn=hearing_interrupts,
        timeout=STARTS_IN,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.glob("kick-ui-*")) == []
